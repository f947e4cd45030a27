// Parsed expressions, with placeholders resolved: what the evaluators work on.
#pragma once
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/json.h"

namespace aurora::local::dynamodb {

// One step of a document path: a member's name or a list's index.
using PathStep = std::variant<std::string, std::size_t>;
// Never empty; the first step is the attribute's name.
using Path = std::vector<PathStep>;

inline const std::string& attribute_of(const Path& path) {
  return std::get<std::string>(path.front());
}
// "[a, [1], b]", as in the messages of AWS.
std::string print_path(const Path& path);

// What a comparison works on: a path, a literal value, or the size of either.
struct Operand {
  std::variant<Path, Json> source;
  bool size = false;

  bool is_path() const { return std::holds_alternative<Path>(source); }
  const Path& path() const { return std::get<Path>(source); }
  const Json& value() const { return std::get<Json>(source); }
};

struct Condition {
  enum class Kind {
    kAnd,
    kOr,
    kNot,
    kEqual,
    kNotEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kBetween,
    kIn,
    kAttributeExists,
    kAttributeNotExists,
    kAttributeType,
    kBeginsWith,
    kContains,
  };
  Kind kind = Kind::kAnd;
  std::vector<Operand> operands;    // of comparisons and functions
  std::vector<Condition> children;  // of kAnd, kOr and kNot
};

// The right side of SET.
struct SetValue {
  enum class Kind { kPath, kValue, kIfNotExists, kListAppend, kPlus, kMinus };
  Kind kind = Kind::kValue;
  Path path;                        // kPath, kIfNotExists
  Json value;                       // kValue
  std::vector<SetValue> arguments;  // one for kIfNotExists, two for the rest
};

struct UpdateAction {
  enum class Kind { kSet, kRemove, kAdd, kDelete };
  Kind kind = Kind::kSet;
  Path path;
  SetValue set;  // kSet
  Json value;    // kAdd, kDelete
};

using Update = std::vector<UpdateAction>;
using Projection = std::vector<Path>;

}  // namespace aurora::local::dynamodb
