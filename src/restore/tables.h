// The global indexes that lists are read by; provision.h makes them, with the tables.
#pragma once

namespace aurora::restore {

// Operations of a status by their start, and audit events of a day by their time. Both project everything.
inline constexpr char kStatusIndex[] = "status-start_time-index";
inline constexpr char kDayIndex[] = "day-timestamp-index";

}  // namespace aurora::restore
