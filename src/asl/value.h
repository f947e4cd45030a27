// The JSON that flows between states.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace aurora::asl {

// The quota of Step Functions on the input or output of a state, a task or an execution, in bytes of UTF-8.
inline constexpr std::size_t kPayloadBytesMax = 262'144;
// Deeper JSON is refused, so that no recursion over a value can exhaust the stack.
inline constexpr int kJsonDepthMax = 500;

// Immutable and cheap to copy. The text is kept as it was written, because AWS hands a state's input on
// byte for byte when nothing changes it; it is parsed when somebody first looks inside. Copies share
// the parsed form, so they belong to one thread at a time.
class Value {
 public:
  Value() : Value(of(Json())) {}
  // Nothing when `text` is not JSON, not UTF-8 or nested too deeply.
  static std::optional<Value> parse(std::string text);
  // `text` was valid when it was stored; it is not looked at before json() is called.
  static Value stored(std::string text);
  static Value of(Json json);

  const std::string& text() const { return rep_->text; }
  const Json& json() const;
  std::size_t size() const { return rep_->text.size(); }

 private:
  struct Rep {
    std::string text;
    std::optional<Json> json;
  };
  explicit Value(std::shared_ptr<Rep> rep) : rep_(std::move(rep)) {}
  std::shared_ptr<Rep> rep_;
};

// Whether brackets nest at most kJsonDepthMax deep; looks at the characters only.
bool depth_is_bounded(std::string_view text);

// Equal as JSON values: the order of members does not matter, and 1 equals 1.0.
bool equal_values(const Json& a, const Json& b);

// The text that States.Format inserts: strings bare, objects and arrays as Java prints its collections
// ("{a=1, b=[x, y]}"), which is what AWS answers.
std::string format_value(const Json& value);

}  // namespace aurora::asl
