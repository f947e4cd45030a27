#include "local/insights/period.h"

#include <array>
#include <charconv>
#include <chrono>

#include "base/text.h"

namespace aurora::local::insights {
namespace {

using std::chrono::floor;
using std::chrono::milliseconds;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kCountMax = 1'000'000;
constexpr std::int64_t kMonthsMax = 12 * 1000;
constexpr std::int64_t kWeekMs = 7LL * 86400 * 1000;
// 1970-01-05, a Monday.
constexpr std::int64_t kFirstMondayMs = 4LL * 86400 * 1000;

struct UnitName {
  std::string_view name;
  Period::Unit unit;
  std::int64_t size;
};

constexpr auto kMs = Period::Unit::kMilliseconds;
constexpr auto kMo = Period::Unit::kMonths;
constexpr std::array kUnits{
    UnitName{"ms", kMs, 1},         UnitName{"msec", kMs, 1},       UnitName{"millisecond", kMs, 1},
    UnitName{"s", kMs, 1000},       UnitName{"sec", kMs, 1000},     UnitName{"second", kMs, 1000},
    UnitName{"m", kMs, 60000},      UnitName{"min", kMs, 60000},    UnitName{"minute", kMs, 60000},
    UnitName{"h", kMs, 3600000},    UnitName{"hr", kMs, 3600000},   UnitName{"hour", kMs, 3600000},
    UnitName{"d", kMs, 86400000},   UnitName{"day", kMs, 86400000}, UnitName{"w", kMs, kWeekMs},
    UnitName{"week", kMs, kWeekMs}, UnitName{"mo", kMo, 1},         UnitName{"mon", kMo, 1},
    UnitName{"month", kMo, 1},      UnitName{"q", kMo, 3},          UnitName{"qtr", kMo, 3},
    UnitName{"quarter", kMo, 3},    UnitName{"y", kMo, 12},         UnitName{"yr", kMo, 12},
    UnitName{"year", kMo, 12},
};

std::int64_t floored(std::int64_t value, std::int64_t size) {
  const std::int64_t rest = value % size;
  return value - (rest < 0 ? rest + size : rest);
}

Moment begin_of_month(std::int64_t months_since_1970) {
  const year_month_day day = year_month_day(std::chrono::year(1970) / 1 / 1) + months(months_since_1970);
  return {std::chrono::duration_cast<milliseconds>(sys_days(day).time_since_epoch()).count()};
}

std::int64_t month_of(Moment moment) {
  const year_month_day day(
      floor<std::chrono::days>(std::chrono::sys_time<milliseconds>(milliseconds(moment.milliseconds))));
  return (static_cast<int>(day.year()) - 1970) * 12LL + static_cast<unsigned>(day.month()) - 1;
}

// Years that a date can have; beyond them the calendar is of no use.
bool has_date(Moment moment) {
  constexpr std::int64_t kMost = 250'000'000'000'000;
  return moment.milliseconds > -kMost && moment.milliseconds < kMost;
}

}  // namespace

std::optional<Period> parse_period(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failure != std::errc() || count < 1 || count > kCountMax) return std::nullopt;
  std::string name = to_lower(trim(text.substr(static_cast<std::size_t>(end - text.data()))));
  for (const UnitName& unit : kUnits)
    if (name == unit.name || (unit.name.size() > 2 && name == std::string(unit.name) + "s")) {
      const Period period{unit.unit, count * unit.size};
      const bool beyond_calendar = period.unit == Period::Unit::kMonths && period.count > kMonthsMax;
      return beyond_calendar ? std::nullopt : std::optional(period);
    }
  return std::nullopt;
}

Moment floor_to(Moment moment, const Period& period) {
  if (!has_date(moment)) return moment;
  if (period.unit == Period::Unit::kMonths) return begin_of_month(floored(month_of(moment), period.count));
  const std::int64_t origin = period.count % kWeekMs == 0 ? kFirstMondayMs : 0;
  return {floored(moment.milliseconds - origin, period.count) + origin};
}

Moment ceil_to(Moment moment, const Period& period) {
  const Moment begin = floor_to(moment, period);
  if (begin.milliseconds == moment.milliseconds || !has_date(moment)) return moment;
  if (period.unit == Period::Unit::kMonths) return begin_of_month(month_of(begin) + period.count);
  return {begin.milliseconds + period.count};
}

}  // namespace aurora::local::insights
