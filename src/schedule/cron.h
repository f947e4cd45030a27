// EventBridge's cron expressions: six fields, minute to year.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
//
//   field          values             wildcards
//   minutes        0-59               , - * /
//   hours          0-23               , - * /
//   day of month   1-31               , - * ? / L W   (LW: the last weekday)
//   month          1-12 or JAN-DEC    , - * /
//   day of week    1-7 or SUN-SAT     , - * ? L #     (6L: the last Friday; 3#2: the second Tuesday)
//   year           1970-2199          , - * /
//
// One of the two fields of days is "?", the other is not.
#pragma once
#include <bitset>
#include <optional>
#include <string_view>
#include <vector>

#include "schedule/zone.h"

namespace aurora::schedule {

class Cron {
 public:
  // The text between the parentheses. Throws Error "InvalidSchedule", which names the field and what it may
  // hold.
  static Cron parse(std::string_view fields);

  // The first moment after `after`. A time over which clocks are set forward is skipped, and one that comes
  // twice counts once, as EventBridge Scheduler has it. Nothing when there is none up to 2199. Looks at no
  // more than the days from then on, whatever the expression holds.
  std::optional<TimePoint> next_after(TimePoint after, const Zone& zone) const;

 private:
  static constexpr int kYearFirst = 1970;
  static constexpr int kYearLast = 2199;
  // "3#2" and "6L" (nth 0).
  struct NthWeekday {
    int weekday = 0;  // 1: Sunday
    int nth = 0;      // 0: the last
  };

  void parse_days_of_month(std::string_view field);
  void parse_days_of_week(std::string_view field);
  // The days of that month on which it is due.
  std::bitset<32> days_of(std::chrono::year_month month) const;
  std::optional<TimePoint> first_of_day(std::chrono::year_month_day day, WallTime from, TimePoint after,
                                        const Zone& zone) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<8> weekdays_;
  std::bitset<kYearLast - kYearFirst + 1> years_;
  bool last_day_ = false;
  bool last_weekday_ = false;          // LW
  std::vector<int> nearest_weekdays_;  // 15W
  std::vector<NthWeekday> nth_weekdays_;
};

}  // namespace aurora::schedule
