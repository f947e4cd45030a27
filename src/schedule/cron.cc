#include "schedule/cron.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "base/error.h"
#include "base/text.h"

namespace aurora::schedule {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::last;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year_month;
using std::chrono::year_month_day;

// More would name some value twice.
constexpr std::size_t kPartsMax = 60;

struct Field {
  std::string_view name;
  int least;
  int most;
  std::span<const std::string_view> names;  // of the values from `least` on
  std::string_view wildcards;
};

constexpr std::string_view kMonths[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                        "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::string_view kWeekdays[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
constexpr Field kFields[] = {
    {"minutes", 0, 59, {}, ", - * /"},
    {"hours", 0, 23, {}, ", - * /"},
    {"day of month", 1, 31, {}, ", - * ? / L W"},
    {"month", 1, 12, kMonths, ", - * /"},
    {"day of week", 1, 7, kWeekdays, ", - * ? L #"},
    {"year", 1970, 2199, {}, ", - * /"},
};
constexpr const Field& kDayOfMonth = kFields[2];
constexpr const Field& kDayOfWeek = kFields[4];

[[noreturn]] void refuse(const Field& field, std::string_view text) {
  const std::string names =
      field.names.empty() ? "" : fmt::format(" or {}-{}", field.names.front(), field.names.back());
  throw Error("InvalidSchedule",
              fmt::format("the field {} of the cron expression is \"{}\"", field.name, text),
              fmt::format("It may hold {}-{}{} and the wildcards {}.", field.least, field.most, names,
                          field.wildcards));
}

std::optional<int> number_in(const Field& field, std::string_view text) {
  for (std::size_t i = 0; i < field.names.size(); ++i)
    if (equals_ignore_case(text, field.names[i])) return field.least + static_cast<int>(i);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size() && !text.starts_with('-');
  if (!whole || value < field.least || value > field.most) return std::nullopt;
  return value;
}

int require_number(const Field& field, std::string_view text, std::string_view part) {
  if (const auto value = number_in(field, text)) return *value;
  refuse(field, part);
}

int step_of(const Field& field, std::string_view text, std::string_view part) {
  const Field steps{field.name, 1, field.most - field.least + 1, {}, field.wildcards};
  if (const auto value = number_in(steps, text)) return *value;
  refuse(field, part);
}

// "*", "5", "1-5", "0/15", "*/15", "10-40/5"
template <std::size_t N>
void add_part(const Field& field, std::string_view part, int base, std::bitset<N>& values) {
  const std::size_t slash = part.find('/');
  const bool steps = slash != std::string_view::npos;
  if (steps && field.wildcards.find('/') == std::string_view::npos) refuse(field, part);
  const std::string_view range = part.substr(0, slash);
  int from = field.least;
  int to = field.most;
  if (range != "*") {
    const std::size_t dash = range.find('-');
    from = require_number(field, range.substr(0, dash), part);
    if (dash != std::string_view::npos)
      to = require_number(field, range.substr(dash + 1), part);
    else if (!steps)
      to = from;
  }
  if (from > to) refuse(field, part);
  const int step = steps ? step_of(field, part.substr(slash + 1), part) : 1;
  for (int value = from; value <= to; value += step) values.set(static_cast<std::size_t>(value - base));
}

std::vector<std::string> parts_of(const Field& field, std::string_view text) {
  std::vector<std::string> parts = split(text, ',');
  if (parts.size() > kPartsMax) refuse(field, text);
  return parts;
}

template <std::size_t N>
void parse_field(const Field& field, std::string_view text, int base, std::bitset<N>& values) {
  for (const std::string& part : parts_of(field, text)) add_part(field, part, base, values);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::string& word : split(replace_all(std::string(text), "\t", " "), ' '))
    if (!word.empty()) words.push_back(std::move(word));
  return words;
}

int last_day_of(year_month month) {
  return static_cast<int>(static_cast<unsigned>((month / last).day()));
}

// 1: Sunday
int weekday_of(year_month month, int number) {
  return static_cast<int>(weekday(sys_days(month / day(static_cast<unsigned>(number)))).c_encoding()) + 1;
}

// The weekday nearest to that day in the same month.
int nearest_weekday(year_month month, int number) {
  const int weekday = weekday_of(month, number);
  if (weekday == 7) return number > 1 ? number - 1 : number + 2;
  if (weekday == 1) return number < last_day_of(month) ? number + 1 : number - 2;
  return number;
}

}  // namespace

Cron Cron::parse(std::string_view fields) {
  const std::vector<std::string> words = words_of(fields);
  if (words.size() != std::size(kFields))
    throw Error("InvalidSchedule", fmt::format("the cron expression has {} fields", words.size()),
                "It needs six: minutes, hours, day of month, month, day of week, year; for example "
                "cron(0 2 * * ? *) for every day at 2:00.");
  Cron cron;
  parse_field(kFields[0], words[0], 0, cron.minutes_);
  parse_field(kFields[1], words[1], 0, cron.hours_);
  if ((words[2] == "?") == (words[4] == "?"))
    throw Error(
        "InvalidSchedule",
        fmt::format("the cron expression has \"{}\" for the day of month and \"{}\" for the day of week",
                    words[2], words[4]),
        "One of the two has to be ?, the other says which days are meant.");
  if (words[2] != "?") cron.parse_days_of_month(words[2]);
  parse_field(kFields[3], words[3], 0, cron.months_);
  if (words[4] != "?") cron.parse_days_of_week(words[4]);
  parse_field(kFields[5], words[5], kYearFirst, cron.years_);
  return cron;
}

void Cron::parse_days_of_month(std::string_view field) {
  for (const std::string& part : parts_of(kDayOfMonth, field)) {
    if (part == "L")
      last_day_ = true;
    else if (part == "LW")
      last_weekday_ = true;
    else if (part.ends_with('W'))
      nearest_weekdays_.push_back(
          require_number(kDayOfMonth, std::string_view(part).substr(0, part.size() - 1), part));
    else
      add_part(kDayOfMonth, part, 0, days_);
  }
}

void Cron::parse_days_of_week(std::string_view field) {
  const std::vector<std::string> parts = parts_of(kDayOfWeek, field);
  for (const std::string& part : parts) {
    const std::string_view text = part;
    const std::size_t hash = text.find('#');
    if (hash != std::string_view::npos) {
      // AWS: one expression alone.
      const Field nth{kDayOfWeek.name, 1, 5, {}, kDayOfWeek.wildcards};
      if (parts.size() > 1) refuse(kDayOfWeek, field);
      nth_weekdays_.push_back({require_number(kDayOfWeek, text.substr(0, hash), part),
                               require_number(nth, text.substr(hash + 1), part)});
    } else if (text == "L") {
      weekdays_.set(7);
    } else if (text.size() > 1 && text.ends_with('L')) {
      nth_weekdays_.push_back({require_number(kDayOfWeek, text.substr(0, text.size() - 1), part), 0});
    } else {
      add_part(kDayOfWeek, text, 0, weekdays_);
    }
  }
}

std::bitset<32> Cron::days_of(year_month month) const {
  std::bitset<32> due;
  const int count = last_day_of(month);
  for (int number = 1; number <= count; ++number) {
    const int weekday = weekday_of(month, number);
    bool is_due =
        days_.test(static_cast<std::size_t>(number)) || weekdays_.test(static_cast<std::size_t>(weekday));
    for (const NthWeekday& each : nth_weekdays_)
      is_due |=
          weekday == each.weekday && (each.nth == 0 ? number + 7 > count : (number - 1) / 7 + 1 == each.nth);
    due.set(static_cast<std::size_t>(number), is_due);
  }
  if (last_day_) due.set(static_cast<std::size_t>(count));
  if (last_weekday_) due.set(static_cast<std::size_t>(nearest_weekday(month, count)));
  for (const int number : nearest_weekdays_)
    if (number <= count) due.set(static_cast<std::size_t>(nearest_weekday(month, number)));
  return due;
}

std::optional<TimePoint> Cron::first_of_day(year_month_day date, WallTime from, TimePoint after,
                                            const Zone& zone) const {
  const WallTime midnight(sys_days(date).time_since_epoch());
  for (std::size_t hour = 0; hour < hours_.size(); ++hour) {
    if (!hours_.test(hour)) continue;
    for (std::size_t minute = 0; minute < minutes_.size(); ++minute) {
      if (!minutes_.test(minute)) continue;
      const WallTime wall = midnight + std::chrono::hours(hour) + std::chrono::minutes(minute);
      if (wall < from) continue;
      const std::optional<TimePoint> moment = zone.moment(wall);
      if (moment && *moment > after) return moment;
    }
  }
  return std::nullopt;
}

std::optional<TimePoint> Cron::next_after(TimePoint after, const Zone& zone) const {
  const WallTime from = zone.wall_time(after);
  const year_month_day begin(std::chrono::floor<days>(from));
  for (int year = std::max(static_cast<int>(begin.year()), kYearFirst); year <= kYearLast; ++year) {
    if (!years_.test(static_cast<std::size_t>(year - kYearFirst))) continue;
    for (unsigned number = 1; number <= 12; ++number) {
      const year_month month = std::chrono::year(year) / std::chrono::month(number);
      if (!months_.test(number) || month < year_month(begin.year(), begin.month())) continue;
      const std::bitset<32> due = days_of(month);
      for (unsigned each = 1; each <= 31; ++each) {
        const year_month_day date = month / day(each);
        if (!due.test(each) || date < begin) continue;
        if (const auto found = first_of_day(date, from, after, zone)) return found;
      }
    }
  }
  return std::nullopt;
}

}  // namespace aurora::schedule
