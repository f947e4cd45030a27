#include "schedule/expression.h"

#include <fmt/format.h>

#include <charconv>

#include "base/dates.h"
#include "base/error.h"
#include "base/text.h"

namespace aurora::schedule {
namespace {

constexpr std::size_t kLengthMax = 256;
constexpr std::size_t kRateDigitsMax = 7;

[[noreturn]] void refuse(std::string message, std::string hint) {
  throw Error("InvalidSchedule", std::move(message), std::move(hint));
}

// What stands between "name(" and ")", when that is what `text` is.
std::optional<std::string_view> inside(std::string_view text, std::string_view name) {
  if (!text.starts_with(name) || !text.ends_with(')')) return std::nullopt;
  text.remove_prefix(name.size());
  if (!text.starts_with('(')) return std::nullopt;
  return text.substr(1, text.size() - 2);
}

Duration parse_rate(std::string_view text) {
  const std::size_t space = text.find(' ');
  const std::string_view number = text.substr(0, space);
  const std::string_view unit = space == std::string_view::npos ? "" : text.substr(space + 1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size() || value < 1 ||
      number.size() > kRateDigitsMax)
    refuse(fmt::format("the rate is \"{}\"", text),
           "Write a whole number above 0 and a unit, as in rate(6 hours).");
  static constexpr std::pair<std::string_view, std::chrono::minutes> kUnits[] = {
      {"minute", std::chrono::minutes(1)}, {"hour", std::chrono::hours(1)}, {"day", std::chrono::days(1)}};
  for (const auto& [name, length] : kUnits)
    if (unit == (value == 1 ? std::string(name) : std::string(name) + "s")) return value * length;
  refuse(fmt::format("the rate is \"{}\"", text),
         value == 1 ? "The unit of 1 is minute, hour or day." : "The unit is minutes, hours or days.");
}

WallTime parse_at(std::string_view text) {
  // parse_iso() takes more spellings than AWS does.
  const bool shaped = text.size() == 19 && text[10] == 'T' && text[13] == ':' && text[16] == ':';
  const auto moment = shaped ? parse_iso(std::string(text) + "Z") : std::nullopt;
  if (!moment)
    refuse(fmt::format("the time is \"{}\"", text),
           "Write it as in at(2026-12-24T02:00:00), without a zone.");
  return WallTime(std::chrono::floor<std::chrono::seconds>(*moment).time_since_epoch());
}

}  // namespace

Expression Expression::parse(std::string_view text) {
  if (text.size() > kLengthMax)
    refuse(fmt::format("the schedule has {} characters", text.size()),
           fmt::format("At most {} are allowed.", kLengthMax));
  if (const auto fields = inside(text, "cron")) return Expression(Cron::parse(*fields));
  if (const auto rate = inside(text, "rate")) return Expression(parse_rate(*rate));
  if (const auto at = inside(text, "at")) return Expression(parse_at(*at));
  refuse(fmt::format("\"{}\" is no schedule", text),
         "Write cron(0 2 * * ? *), rate(1 day) or at(2026-12-24T02:00:00).");
}

std::optional<TimePoint> Expression::next_after(TimePoint after, const Zone& zone, TimePoint anchor) const {
  if (const auto* cron = std::get_if<Cron>(&when_)) return cron->next_after(after, zone);
  if (const auto* at = std::get_if<WallTime>(&when_)) {
    const TimePoint moment = zone.moment_or_later(*at);
    return moment > after ? std::optional(moment) : std::nullopt;
  }
  if (anchor > after) return anchor;
  const Duration period = std::get<Duration>(when_);
  return anchor + ((after - anchor) / period + 1) * period;
}

}  // namespace aurora::schedule
