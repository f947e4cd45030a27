// JSONPath as Step Functions understands it (the dialect of Jayway's JsonPath), and reference paths.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/meter.h"
#include "asl/value.h"
#include "base/error.h"

namespace aurora::asl {

// What a path looks into: the state's data and, for paths that begin with "$$", the context object,
// which is built when the first such path asks for it. What is evaluated in one scope is metered together.
struct Scope {
  const Json& data;
  std::function<const Json&()> context;
  mutable Meter meter = {};
};

struct PathFilter;
struct Search;

// One step of a path: members, elements, a slice, everything, or what a filter keeps.
struct PathStep {
  enum class Kind { kNames, kIndices, kSlice, kWildcard, kFilter, kLength };
  Kind kind = Kind::kNames;
  bool deep = false;  // ".." before it: applies to every value below as well
  std::vector<std::string> names;
  std::vector<std::int64_t> indices;
  std::optional<std::int64_t> from, to;
  std::shared_ptr<const PathFilter> filter;
};

// A compiled path. Copies are cheap enough for compile time; evaluation does not change it.
class Path {
 public:
  // Throws Error "InvalidPath" whose message says what is wrong at which character.
  static Path compile(std::string_view text);

  const std::string& text() const { return text_; }
  bool in_context() const { return in_context_; }
  // "$" alone: the whole data, unchanged.
  bool is_whole() const { return steps_.empty() && !in_context_ && variable_.empty(); }
  // It points at one value at most, so a miss is an error rather than an empty list. Several names at its
  // end give one object of these members.
  bool is_definite() const;
  // Members and elements by name and index only; what ResultPath and Choice variables must be.
  bool is_reference() const;
  const std::vector<PathStep>& steps() const { return steps_; }

  // The one value of a definite path, or null when there is none. Never copies.
  const Json* find(const Scope& scope) const;
  // The value of a definite path; the array of all matches of any other. Throws PathMiss, and what the
  // scope's meter throws.
  Json evaluate(const Scope& scope) const;
  // The same for a path that begins at `from`, whatever its first character.
  Json evaluate_from(const Json& from, const Search& search) const;
  // The path in the canonical form of error messages: $['a']['b'][0].
  std::string canonical() const;

 private:
  friend class PathParser;
  Json evaluate_definite(const Json& from, Meter& meter) const;

  std::string text_;
  bool in_context_ = false;
  std::string variable_;  // of a path that begins with "$name"
  std::vector<PathStep> steps_;
};

// A definite path pointed at nothing. The message is the one that AWS gives for the cause.
class PathMiss : public Error {
 public:
  explicit PathMiss(std::string message) : Error("States.Runtime", std::move(message)) {}
};

// Puts `result` where the reference path `where` points in `data`, making the objects on the way.
// False when a value on the way is neither object nor array, or an index is not there.
bool place_result(Json& data, const Path& where, Json result);

}  // namespace aurora::asl
