#include "base/dates.h"

#include <date/date.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <sstream>

namespace aurora {
namespace {

using std::chrono::seconds;

// The parts of a moment in UTC. Given a time point itself, fmt 9 shows it in the zone of TZ: signatures and
// records would be off by hours wherever that is not UTC.
std::tm utc_parts(TimePoint when) {
  const std::time_t time = std::chrono::floor<seconds>(when).time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&time, &parts);
  return parts;
}

template <typename Unit>
std::string with_fraction(TimePoint when, int digits) {
  const auto whole = std::chrono::floor<seconds>(when);
  const auto fraction = std::chrono::floor<Unit>(when - whole).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:0{}}Z", utc_parts(when), fraction, digits);
}

std::optional<TimePoint> parse_with(std::string_view text, const char* format) {
  std::istringstream in{std::string(text)};
  date::sys_time<Duration> when;
  in >> date::parse(format, when);
  if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  return TimePoint(when.time_since_epoch());
}

}  // namespace

std::string format_iso_seconds(TimePoint when) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", utc_parts(when));
}
std::string format_iso_millis(TimePoint when) {
  return with_fraction<std::chrono::milliseconds>(when, 3);
}
std::string format_iso_micros(TimePoint when) {
  return with_fraction<std::chrono::microseconds>(when, 6);
}
std::string format_date(TimePoint when) {
  return fmt::format("{:%Y-%m-%d}", utc_parts(when));
}
std::string format_basic(TimePoint when) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", utc_parts(when));
}
std::string format_http_date(TimePoint when) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", utc_parts(when));
}

std::string format_strftime(TimePoint when, const std::string& format) {
  const std::tm parts = utc_parts(when);
  std::string text(format.size() * 16 + 64, '\0');
  text.resize(std::strftime(text.data(), text.size(), format.c_str(), &parts));
  return text;
}

std::optional<TimePoint> parse_iso(std::string_view text) {
  if (const auto day = parse_date(text)) return TimePoint(std::chrono::sys_days(*day));
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
  std::string normal(text);
  normal[10] = 'T';
  // date::parse reads the seconds with as many fraction digits as the duration has.
  const std::size_t point = normal.find('.');
  if (point != std::string::npos) {
    const std::size_t end = normal.find_first_not_of("0123456789", point + 1);
    if (end == std::string::npos || end == point + 1) return std::nullopt;
    if (end - point > 7) normal.erase(point + 7, end - point - 7);
  }
  if (normal.back() == 'Z' || normal.back() == 'z') {
    normal.pop_back();
    return parse_with(normal, "%FT%T");
  }
  return parse_with(normal, "%FT%T%Ez");
}

std::optional<TimePoint> parse_basic(std::string_view text) {
  return parse_with(text, "%Y%m%dT%H%M%SZ");
}

std::optional<TimePoint> parse_http_date(std::string_view text) {
  return parse_with(text, "%a, %d %b %Y %H:%M:%S GMT");
}

std::optional<std::chrono::year_month_day> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int numbers[3] = {0, 0, 0};
  int part = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7) {
      ++part;
    } else if (text[i] < '0' || text[i] > '9') {
      return std::nullopt;
    } else {
      numbers[part] = numbers[part] * 10 + (text[i] - '0');
    }
  }
  const std::chrono::year_month_day day{std::chrono::year(numbers[0]),
                                        std::chrono::month(static_cast<unsigned>(numbers[1])),
                                        std::chrono::day(static_cast<unsigned>(numbers[2]))};
  if (!day.ok()) return std::nullopt;
  return day;
}

double to_epoch_seconds(TimePoint when) {
  return std::chrono::duration<double>(when.time_since_epoch()).count();
}

TimePoint from_epoch_seconds(double seconds_since_1970) {
  return TimePoint(Duration(std::llround(seconds_since_1970 * 1e6)));
}

std::string human_duration(Duration duration) {
  using namespace std::chrono_literals;
  if (duration < 1s)
    return fmt::format("{} ms", std::chrono::round<std::chrono::milliseconds>(duration).count());
  if (duration < 10s) return fmt::format("{:.1f} s", std::chrono::duration<double>(duration).count());
  const auto total = std::chrono::round<seconds>(duration).count();
  if (total < 60) return fmt::format("{} s", total);
  if (total < 3600) return fmt::format("{}m {:02}s", total / 60, total % 60);
  const auto hours = total / 3600;
  if (hours < 48) return fmt::format("{}h {:02}m", hours, total / 60 % 60);
  return fmt::format("{}d {:02}h", hours / 24, hours % 24);
}

}  // namespace aurora
