#include "asl/path_select.h"

#include <algorithm>

#include "asl/path_filter.h"

namespace aurora::asl {
namespace {

using Kind = PathStep::Kind;

const Json* member(const Json& value, const std::string& name, Meter& meter) {
  if (!value.is_object()) return nullptr;
  // Members are looked for one after the other; a few of them cost no more than one value.
  meter.visit(1 + value.size() / 16);
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

void add_filtered(const PathStep& step, const Json& value, const Search& search, Nodes& out) {
  const auto consider = [&](const Json& each) {
    search.meter.visit();
    if (step.filter->keeps(each, search)) out.push_back(&each);
  };
  if (value.is_array())
    for (const Json& each : value) consider(each);
  else if (value.is_object())
    consider(value);
}

void add_matches(const PathStep& step, const Json& value, const Search& search, Nodes& out) {
  switch (step.kind) {
    case Kind::kNames:
      for (const std::string& name : step.names)
        if (const Json* found = member(value, name, search.meter)) out.push_back(found);
      return;
    case Kind::kIndices:
      for (const std::int64_t index : step.indices)
        if (const Json* found = element(value, index)) out.push_back(found);
      return;
    case Kind::kWildcard:
      if (value.is_structured())
        for (const Json& each : value) out.push_back(&each);
      return;
    case Kind::kSlice:
      return add_slice(step, value, out);
    case Kind::kFilter:
      return add_filtered(step, value, search, out);
    case Kind::kLength:
      return;
  }
}

// `value` and every value below it, itself first; a filter is asked about each object once. The depth of
// JSON is bounded where it comes in.
void add_deep_matches(const PathStep& step, const Json& value, const Search& search, Nodes& out) {
  search.meter.visit();
  if (!value.is_structured()) return;
  if (step.kind != Kind::kFilter || value.is_object()) add_matches(step, value, search, out);
  for (const Json& each : value) add_deep_matches(step, each, search, out);
}

}  // namespace

bool is_single(const PathStep& step) {
  if (step.deep) return false;
  return (step.kind == Kind::kNames && step.names.size() == 1) ||
         (step.kind == Kind::kIndices && step.indices.size() == 1);
}

bool is_choice_of_members(const PathStep& step) {
  return step.kind == Kind::kNames && step.names.size() > 1 && !step.deep;
}

const Json* follow(const PathStep& step, const Json& from, Meter& meter) {
  if (step.kind == Kind::kNames) return member(from, step.names.front(), meter);
  return step.kind == Kind::kIndices ? element(from, step.indices.front()) : nullptr;
}

Nodes select(Steps steps, const Json& from, const Search& search) {
  Nodes nodes{&from};
  for (const PathStep& step : steps) {
    if (step.kind == Kind::kLength) break;
    Nodes next;
    for (const Json* node : nodes) {
      if (step.deep)
        add_deep_matches(step, *node, search, next);
      else
        add_matches(step, *node, search, next);
      search.meter.visit();
    }
    search.meter.visit(next.size());
    nodes = std::move(next);
  }
  return nodes;
}

Json chosen_members(const PathStep& step, const Json& object) {
  Json chosen = Json::object();
  for (const std::string& name : step.names)
    if (const auto found = object.find(name); found != object.end()) chosen[name] = *found;
  return chosen;
}

Json select_all(Steps steps, const Json& from, const Search& search) {
  const bool choice = !steps.empty() && is_choice_of_members(steps.back());
  const PathStep* last = choice ? &steps.back() : nullptr;
  Json all = Json::array();
  for (const Json* node : select(choice ? steps.first(steps.size() - 1) : steps, from, search)) {
    if (last && !node->is_object()) continue;
    search.meter.keep(*node);
    all.push_back(last ? chosen_members(*last, *node) : *node);
  }
  return all;
}

}  // namespace aurora::asl
