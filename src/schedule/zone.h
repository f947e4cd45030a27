// Time zones of the IANA database, as the system carries it (package tzdata).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace date {
class time_zone;
}

namespace aurora::schedule {

// What a clock on the wall shows: seconds since 1970-01-01T00:00:00 there.
using WallTime = std::chrono::local_time<std::chrono::seconds>;

// A value; UTC needs no database.
class Zone {
 public:
  static Zone utc() { return Zone(nullptr); }
  // "Europe/Berlin"; nothing when the database has no zone of that name.
  static std::optional<Zone> find(std::string_view name);

  WallTime wall_time(TimePoint when) const;
  // The moment at which the wall shows `wall`, the first of the two when clocks are set back. Nothing when
  // clocks are set forward over it.
  std::optional<TimePoint> moment(WallTime wall) const;
  // The same, but a time that is skipped is moved by as much as clocks are set forward.
  TimePoint moment_or_later(WallTime wall) const;

 private:
  explicit Zone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_;  // null: UTC
};

}  // namespace aurora::schedule
