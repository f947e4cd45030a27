// JSON text from outside to values, in time linear in its length and without recursion.
#pragma once
#include "base/json.h"

namespace aurora::asl {

// Deeper JSON is refused, so that no recursion over a value can exhaust the stack.
inline constexpr int kJsonDepthMax = 500;

struct JsonReading {
  enum class Problem { kNone, kSyntax, kNumberTooLarge, kNestedTooDeeply };
  Problem problem = Problem::kNone;
  std::size_t at = 0;  // where the problem is, in bytes from the start
  Json value;          // null when there is a problem
  bool ok() const { return problem == Problem::kNone; }
};

// Of members with the same name the last one counts, at the place of the first, as with AWS. Text that is
// not UTF-8 and halves of surrogate pairs are syntax errors.
JsonReading read_json(std::string_view text);

}  // namespace aurora::asl
