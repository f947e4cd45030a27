// What EventBridge Scheduler accepts, and when what it accepted is due. Requests are held against
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
#pragma once
#include <string>

#include "local/occurrences.h"
#include "local/service.h"

namespace aurora::local::scheduler {

inline constexpr char kDefaultGroup[] = "default";

// Throws ValidationException in AWS's words for a name that is too long or has other characters than
// 0-9 A-Z a-z - _ and the full stop. `field` as AWS names it: "name", "groupName".
void check_name(const std::string& name, const char* field);

// The schedule as it is stored, from the input of CreateSchedule or UpdateSchedule: with every default
// filled in. Throws ValidationException.
Json checked_schedule(const Json& input, TimePoint now);

Timetable timetable_of(const Json& schedule);
// Gives an enabled schedule its next time ("next"), not before `now` nor its StartDate, and takes it from
// every other. `previous` is what stood before, or null: a rate that is not changed keeps its beat.
void arm(Json& schedule, const Json& previous, TimePoint now);

Duration event_age_max(const Json& target);
std::int64_t retries_max(const Json& target);

}  // namespace aurora::local::scheduler
