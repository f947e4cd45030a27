#include "asl/value.h"

#include <fmt/format.h>

#include "base/error.h"

namespace aurora::asl {

bool depth_is_bounded(std::string_view text) {
  return nests_at_most(text, kJsonDepthMax);
}

std::optional<Value> Value::parse(std::string text) {
  JsonReading reading = read_json(text);
  if (!reading.ok()) return std::nullopt;
  auto rep = std::make_shared<Rep>();
  rep->text = std::move(text);
  rep->json = std::move(reading.value);
  return Value(std::move(rep));
}

Value Value::stored(std::string text) {
  auto rep = std::make_shared<Rep>();
  rep->text = std::move(text);
  return Value(std::move(rep));
}

Value Value::of(Json json) {
  auto rep = std::make_shared<Rep>();
  rep->text = dump_json(json);
  // A value is made from others of bounded depth, in one step: its own text can be looked at safely.
  if (rep->text.size() > 2 * kJsonDepthMax && !depth_is_bounded(rep->text))
    throw Error("States.Runtime", fmt::format("The data is nested deeper than {} levels.", kJsonDepthMax));
  rep->json = std::move(json);
  return Value(std::move(rep));
}

const Json& Value::json() const {
  if (!rep_->json) {
    JsonReading reading = read_json(rep_->text);
    if (!reading.ok()) throw Error("InvalidJson", "a stored payload is not valid JSON");
    rep_->json = std::move(reading.value);
  }
  return *rep_->json;
}

}  // namespace aurora::asl
