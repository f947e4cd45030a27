// Which times of a schedule have come since somebody last looked.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "schedule/expression.h"

namespace aurora::local {

struct Timetable {
  schedule::Expression expression;
  schedule::Zone zone = schedule::Zone::utc();
  TimePoint anchor{};  // from which a rate counts
  std::optional<TimePoint> end = {};

  // The first time after `after`, unless it is after the end.
  std::optional<TimePoint> next_after(TimePoint after) const;
};

struct Occurrences {
  std::vector<TimePoint> due;  // to be run, the oldest first
  // Those that nobody will run, because they are too old by now.
  std::int64_t missed = 0;
  std::optional<TimePoint> first_missed;
  std::optional<TimePoint> last_missed;
  std::optional<TimePoint> next;  // the first that has not come yet
};

// All from `first`, which is one of the timetable's times, to `now`. Those older than `age_max` are missed.
// At most 10,000 are due: of more, the oldest are missed too.
Occurrences occurrences(const Timetable& timetable, TimePoint first, TimePoint now, Duration age_max);

}  // namespace aurora::local
