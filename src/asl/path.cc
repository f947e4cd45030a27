#include "asl/path.h"

#include <fmt/format.h>

#include <algorithm>

#include "asl/path_filter.h"
#include "asl/path_parser.h"

namespace aurora::asl {
namespace {

using Nodes = std::vector<const Json*>;

bool is_single(const PathStep& step) {
  if (step.deep) return false;
  return (step.kind == PathStep::Kind::kNames && step.names.size() == 1) ||
         (step.kind == PathStep::Kind::kIndices && step.indices.size() == 1);
}

const Json* member(const Json& value, const std::string& name) {
  if (!value.is_object()) return nullptr;
  const auto found = value.find(name);
  return found == value.end() ? nullptr : &*found;
}

// Negative indices count from the end.
const Json* element(const Json& value, std::int64_t index) {
  if (!value.is_array()) return nullptr;
  const auto size = static_cast<std::int64_t>(value.size());
  if (index < 0) index += size;
  return index < 0 || index >= size ? nullptr : &value[static_cast<std::size_t>(index)];
}

void add_slice(const PathStep& step, const Json& value, Nodes& out) {
  if (!value.is_array()) return;
  const auto size = static_cast<std::int64_t>(value.size());
  const auto bound = [size](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size);
  };
  const std::int64_t to = bound(step.to.value_or(size));
  for (std::int64_t i = bound(step.from.value_or(0)); i < to; ++i)
    out.push_back(&value[static_cast<std::size_t>(i)]);
}

void add_filtered(const PathStep& step, const Json& value, const Json& root, Nodes& out) {
  const auto consider = [&](const Json& each) {
    if (step.filter->keeps(each, root)) out.push_back(&each);
  };
  if (value.is_array())
    for (const Json& each : value) consider(each);
  else if (value.is_object())
    consider(value);
}

void add_matches(const PathStep& step, const Json& value, const Json& root, Nodes& out) {
  switch (step.kind) {
    case PathStep::Kind::kNames:
      for (const std::string& name : step.names)
        if (const Json* found = member(value, name)) out.push_back(found);
      return;
    case PathStep::Kind::kIndices:
      for (const std::int64_t index : step.indices)
        if (const Json* found = element(value, index)) out.push_back(found);
      return;
    case PathStep::Kind::kWildcard:
      if (value.is_structured())
        for (const Json& each : value) out.push_back(&each);
      return;
    case PathStep::Kind::kSlice:
      return add_slice(step, value, out);
    case PathStep::Kind::kFilter:
      return add_filtered(step, value, root, out);
    case PathStep::Kind::kLength:
      return;
  }
}

// Every value below `value`, itself first. The depth of JSON is bounded where it comes in.
void add_deep_matches(const PathStep& step, const Json& value, const Json& root, Nodes& out) {
  add_matches(step, value, root, out);
  if (!value.is_structured()) return;
  for (const Json& each : value) add_deep_matches(step, each, root, out);
}

Nodes select(const std::vector<PathStep>& steps, const Json& root) {
  Nodes nodes{&root};
  for (const PathStep& step : steps) {
    if (step.kind == PathStep::Kind::kLength) break;
    Nodes next;
    for (const Json* node : nodes) {
      if (step.deep)
        add_deep_matches(step, *node, root, next);
      else
        add_matches(step, *node, root, next);
    }
    nodes = std::move(next);
  }
  return nodes;
}

std::string canonical_step(const PathStep& step) {
  const std::string dots = step.deep ? ".." : "";
  switch (step.kind) {
    case PathStep::Kind::kNames:
      return fmt::format("{}['{}']", dots, fmt::join(step.names, "','"));
    case PathStep::Kind::kIndices:
      return fmt::format("{}[{}]", dots, fmt::join(step.indices, ","));
    case PathStep::Kind::kWildcard:
      return dots + "[*]";
    case PathStep::Kind::kSlice:
      return fmt::format("{}[{}:{}]", dots, step.from ? std::to_string(*step.from) : "",
                         step.to ? std::to_string(*step.to) : "");
    case PathStep::Kind::kFilter:
      return dots + "[?]";
    case PathStep::Kind::kLength:
      return ".length()";
  }
  return {};
}

// The message of AWS's JsonPath library for the first step that leads nowhere.
std::string describe_miss(const Path& path, const Json& root) {
  const Json* at = &root;
  std::string walked = "$";
  for (std::size_t i = 0; i < path.steps().size(); ++i) {
    const PathStep& step = path.steps()[i];
    Nodes next;
    add_matches(step, *at, root, next);
    walked += canonical_step(step);
    if (next.empty()) {
      const bool last = i + 1 == path.steps().size();
      if (step.kind == PathStep::Kind::kIndices && at->is_array())
        return "Index out of bounds when evaluating path " + walked;
      return (last ? "No results for path: " : "Missing property in path ") + walked;
    }
    at = next.front();
  }
  return "No results for path: " + walked;
}

}  // namespace

Path Path::compile(std::string_view text) {
  return PathParser(text).parse();
}

bool Path::is_definite() const {
  return std::all_of(steps_.begin(), steps_.end(), [](const PathStep& step) {
    return is_single(step) || step.kind == PathStep::Kind::kLength;
  });
}

bool Path::is_reference() const {
  return variable_.empty() && std::all_of(steps_.begin(), steps_.end(), is_single);
}

std::string Path::canonical() const {
  std::string text = "$";
  for (const PathStep& step : steps_) text += canonical_step(step);
  return text;
}

const Json* Path::find(const Scope& scope) const {
  if (!variable_.empty()) return nullptr;
  const Json* at = in_context_ ? &scope.context() : &scope.data;
  for (const PathStep& step : steps_) {
    at = step.kind == PathStep::Kind::kNames     ? member(*at, step.names.front())
         : step.kind == PathStep::Kind::kIndices ? element(*at, step.indices.front())
                                                 : nullptr;
    if (!at) return nullptr;
  }
  return at;
}

Json Path::evaluate(const Scope& scope) const {
  if (!variable_.empty()) throw PathMiss(fmt::format("The variable '${}' has no value.", variable_));
  const Json& root = in_context_ ? scope.context() : scope.data;
  const bool length = !steps_.empty() && steps_.back().kind == PathStep::Kind::kLength;
  if (!length && is_definite()) {
    const Json* found = find(scope);
    if (!found) throw PathMiss(describe_miss(*this, root));
    return *found;
  }
  const Nodes nodes = select(steps_, root);
  if (length && is_definite()) {
    if (nodes.empty() || !nodes.front()->is_structured()) throw PathMiss(describe_miss(*this, root));
    return nodes.front()->size();
  }
  if (length) return nodes.size();
  Json all = Json::array();
  for (const Json* node : nodes) all.push_back(*node);
  return all;
}

bool place_result(Json& data, const Path& where, Json result) {
  Json* at = &data;
  for (const PathStep& step : where.steps()) {
    if (step.kind == PathStep::Kind::kNames) {
      // An object that is made on the way begins as null.
      if (at->is_null() && at != &data) *at = Json::object();
      if (!at->is_object()) return false;
      at = &(*at)[step.names.front()];
    } else {
      Json* found = const_cast<Json*>(element(*at, step.indices.front()));
      if (!found) return false;
      at = found;
    }
  }
  *at = std::move(result);
  return true;
}

}  // namespace aurora::asl
