#include "schedule/zone.h"

#include <date/tz.h>

#include <stdexcept>

namespace aurora::schedule {
namespace {

date::local_seconds of_library(WallTime wall) {
  return date::local_seconds(wall.time_since_epoch());
}

TimePoint utc_moment(WallTime wall) {
  return TimePoint(std::chrono::duration_cast<Duration>(wall.time_since_epoch()));
}

}  // namespace

std::optional<Zone> Zone::find(std::string_view name) {
  if (name == "UTC") return utc();
  try {
    return Zone(date::locate_zone(name));
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

WallTime Zone::wall_time(TimePoint when) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when);
  if (zone_ == nullptr) return WallTime(seconds.time_since_epoch());
  return WallTime(zone_->to_local(seconds).time_since_epoch());
}

std::optional<TimePoint> Zone::moment(WallTime wall) const {
  if (zone_ == nullptr) return utc_moment(wall);
  const date::local_info info = zone_->get_info(of_library(wall));
  if (info.result == date::local_info::nonexistent) return std::nullopt;
  return utc_moment(wall) - info.first.offset;
}

TimePoint Zone::moment_or_later(WallTime wall) const {
  if (zone_ == nullptr) return utc_moment(wall);
  return utc_moment(wall) - zone_->get_info(of_library(wall)).first.offset;
}

}  // namespace aurora::schedule
