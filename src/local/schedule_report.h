// The endpoint's schedules and what became of their times, which AWS shows by no API: GET /_aurora/schedules
// answers {"schedules": [...]}, those of EventBridge's rules and of EventBridge Scheduler.
#pragma once
#include <optional>

#include "http/message.h"
#include "local/events.h"
#include "local/scheduler.h"

namespace aurora::local {

inline constexpr char kSchedulesPath[] = "/_aurora/schedules";

// Nothing for a request of another path. Pages of other origins are refused.
std::optional<http::Response> serve_schedules(Events& events, Scheduler& scheduler,
                                              const http::Request& request);

}  // namespace aurora::local
