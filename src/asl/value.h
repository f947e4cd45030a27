// The JSON that flows between states.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "asl/comparison.h"
#include "asl/java_text.h"
#include "asl/json_reader.h"

namespace aurora::asl {

// The quota of Step Functions on the input or output of a state, a task or an execution, in bytes of UTF-8.
inline constexpr std::size_t kPayloadBytesMax = 262'144;

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
  // Throws Error "States.Runtime" when it is nested deeper than kJsonDepthMax.
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

}  // namespace aurora::asl
