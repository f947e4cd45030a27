// Looks of a step at something that RDS works on: when the next is due (polling.h), and how long each wait
// took, which the operation keeps as state.waited for the operations to come.
//
//   state.look      {"what", "since", "at", "percent"}   the wait that is going on
//   state.expected  what -> {"least", "most", "learned"}  in seconds; made by the first step
//   state.waited    what -> seconds                       halfway between the last look that saw it unready
//   and
//                                                         the one that saw it ready
//
// The setting poll_interval_seconds, where it is given, is the gap whatever is known.
#pragma once
#include <string>
#include <string_view>

#include "restore/step.h"

namespace aurora::restore {

// Seconds until the next look at `what`: "copy", "deletion", "rename", "restore", "instances", "password",
// "restart" or "rollback". The first call begins the wait; a call with another name ends it. `percent` as RDS
// shows it. At most `gap_max`.
std::int64_t look_again_after(StepContext& context, std::string_view what, std::optional<int> percent = {},
                              std::chrono::seconds gap_max = std::chrono::hours(1));
// For what may pass at any moment, such as a shortage of capacity: gaps from 15 seconds to two minutes.
std::int64_t try_again_after(StepContext& context, std::string_view what);

// Whether what begins now may be there so soon that the next call had better ask for it.
bool may_be_over_soon(const StepContext& context, std::string_view what);

// The seconds left of a wait that began a moment ago and cannot be over yet: RDS need not be asked. Nothing
// when it is to be asked.
std::optional<std::int64_t> too_early(StepContext& context, std::string_view what, TimePoint begun);

// The step's wait is over: how long it took is kept.
void end_look(StepContext& context);

// What earlier operations make likely, for all waits of this one: one Query of the state table's index.
// Without it (no index, no right to read it) waits go by size and age.
void expect_waits(StepContext& context);

}  // namespace aurora::restore
