#include "cli/moments.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/error.h"

namespace aurora::cli {

TimePoint parse_moment(const std::string& text, std::string_view option, TimePoint now, bool is_end) {
  using std::chrono::days;
  const TimePoint today = std::chrono::floor<days>(now);
  const days length(is_end ? 1 : 0);
  if (text == "now") return now;
  if (text == "today") return is_end ? now : today;
  if (text == "yesterday") return today - days(1) + length - Duration(is_end ? 1 : 0);
  constexpr std::size_t kDigitsMax = 6;
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits != std::string::npos && digits > 0 && digits <= kDigitsMax && digits + 1 == text.size()) {
    const auto count = std::stol(text.substr(0, digits));
    switch (text.back()) {
      case 's':
        return now - std::chrono::seconds(count);
      case 'm':
        return now - std::chrono::minutes(count);
      case 'h':
        return now - std::chrono::hours(count);
      case 'd':
        return now - days(count);
      case 'w':
        return now - days(7 * count);
      default:
        break;
    }
  }
  if (const auto date = parse_date(text))
    return std::chrono::sys_days(*date) + length - Duration(is_end ? 1 : 0);
  if (const auto moment = parse_iso(text)) return *moment;
  throw Error("UsageError", fmt::format("{} {} is no time", option, text),
              "Give how long ago (30m, 12h, 7d), a date (2026-11-21), or a time in UTC "
              "(2026-11-21T06:00:00Z).");
}

}  // namespace aurora::cli
