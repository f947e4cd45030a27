#include "local/occurrences.h"

namespace aurora::local {
namespace {

constexpr std::size_t kDueMax = 10'000;
// Ten weeks of a cron expression that is due every minute; beyond, they are not counted.
constexpr std::int64_t kMissedMax = 100'000;

void miss(Occurrences& found, TimePoint time) {
  if (!found.first_missed) found.first_missed = time;
  found.last_missed = time;
  ++found.missed;
}

// The times of a rate are counted without looking at each.
std::optional<TimePoint> skip_rate(const Timetable& timetable, TimePoint first, TimePoint oldest,
                                   Occurrences& found) {
  const Duration period = timetable.expression.period();
  const std::int64_t count = (oldest - first - Duration(1)) / period + 1;
  found.missed = count;
  found.first_missed = first;
  found.last_missed = first + (count - 1) * period;
  return timetable.next_after(*found.last_missed);
}

std::optional<TimePoint> skip(const Timetable& timetable, TimePoint first, TimePoint oldest,
                              Occurrences& found) {
  if (timetable.expression.is_rate()) return skip_rate(timetable, first, oldest, found);
  std::optional<TimePoint> time = first;
  while (time && *time < oldest) {
    miss(found, *time);
    time = timetable.next_after(found.missed < kMissedMax ? *time : oldest - Duration(1));
  }
  return time;
}

}  // namespace

std::optional<TimePoint> Timetable::next_after(TimePoint after) const {
  const std::optional<TimePoint> next = expression.next_after(after, zone, anchor);
  return next && end && *next > *end ? std::nullopt : next;
}

Occurrences occurrences(const Timetable& timetable, TimePoint first, TimePoint now, Duration age_max) {
  Occurrences found;
  const TimePoint oldest = now - age_max;
  std::optional<TimePoint> time = first < oldest ? skip(timetable, first, oldest, found) : first;
  for (; time && *time <= now; time = timetable.next_after(*time)) found.due.push_back(*time);
  if (found.due.size() > kDueMax) {
    const auto kept = found.due.end() - static_cast<std::ptrdiff_t>(kDueMax);
    for (auto each = found.due.begin(); each != kept; ++each) miss(found, *each);
    found.due.erase(found.due.begin(), kept);
  }
  found.next = time;
  return found;
}

}  // namespace aurora::local
