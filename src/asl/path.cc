#include "asl/path.h"

#include <fmt/format.h>

#include <algorithm>

#include "asl/path_parser.h"
#include "asl/path_select.h"

namespace aurora::asl {
namespace {

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
std::string describe_miss(const Path& path, const Json& root, Meter& meter) {
  const Json* at = &root;
  std::string walked = "$";
  for (std::size_t i = 0; i < path.steps().size(); ++i) {
    const PathStep& step = path.steps()[i];
    const Json* next = follow(step, *at, meter);
    walked += canonical_step(step);
    if (!next) {
      const bool last = i + 1 == path.steps().size();
      if (step.kind == PathStep::Kind::kIndices && at->is_array())
        return "Index out of bounds when evaluating path " + walked;
      return (last ? "No results for path: " : "Missing property in path ") + walked;
    }
    at = next;
  }
  return "No results for path: " + walked;
}

// Whether the path ends in a step that needs no value of its own to point at.
bool ends_in_function_or_choice(const std::vector<PathStep>& steps) {
  return !steps.empty() &&
         (steps.back().kind == PathStep::Kind::kLength || is_choice_of_members(steps.back()));
}

}  // namespace

Path Path::compile(std::string_view text) {
  return PathParser(text).parse();
}

bool Path::is_definite() const {
  const std::size_t led = steps_.size() - (ends_in_function_or_choice(steps_) ? 1 : 0);
  return std::all_of(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(led), is_single);
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
    at = follow(step, *at, scope.meter);
    if (!at) return nullptr;
  }
  return at;
}

Json Path::evaluate(const Scope& scope) const {
  if (!variable_.empty()) throw PathMiss(fmt::format("The variable '${}' has no value.", variable_));
  const Json& root = in_context_ ? scope.context() : scope.data;
  return evaluate_from(root, {root, scope.meter});
}

Json Path::evaluate_from(const Json& from, const Search& search) const {
  if (is_definite()) return evaluate_definite(from, search.meter);
  if (steps_.back().kind == PathStep::Kind::kLength) return select(steps_, from, search).size();
  return select_all(steps_, from, search);
}

Json Path::evaluate_definite(const Json& from, Meter& meter) const {
  const bool special = ends_in_function_or_choice(steps_);
  const Json* at = &from;
  for (std::size_t i = 0; at && i + (special ? 1 : 0) < steps_.size(); ++i)
    at = follow(steps_[i], *at, meter);
  const bool length = special && steps_.back().kind == PathStep::Kind::kLength;
  const bool fits = at && (!special || (length ? at->is_structured() : at->is_object()));
  if (!fits) throw PathMiss(describe_miss(*this, from, meter));
  if (length) return at->size();
  meter.keep(*at);
  return special ? chosen_members(steps_.back(), *at) : *at;
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
      Meter unmetered;
      const Json* found = follow(step, *at, unmetered);
      if (!found) return false;
      at = const_cast<Json*>(found);
    }
  }
  *at = std::move(result);
  return true;
}

}  // namespace aurora::asl
