// What an operation tells people, when, and that it tells it once: its start, each step that is done, each
// error (once, however often the state machine repeats the step), and its end. Looks that find something
// still going on are told to nobody.
//
// notification_level says how much of that goes to the topic: all; summary (start, end, and errors of steps
// that were invoked by hand, which nobody else tells of); failures (how a failed or cancelled operation
// ended, and those errors). The queue gets the end of every operation. What was told is remembered in the
// operation's state under `told`, and saved before it is sent: of two runs of a step only one tells.
#pragma once
#include <optional>
#include <vector>

#include "restore/notification.h"

namespace aurora::restore {

// What is to be told about a step that is done. Marks it as told; the operation has to be saved before it is
// sent.
std::vector<Notification> announcements_of(StepContext& context, const Step& step, const StepResult& result);

// The same about a step that failed; `repeats` when the state machine will repeat it by itself.
std::optional<Notification> announcement_of_error(StepContext& context, const Step& step, const Error& error,
                                                  bool repeats);

// Of the end. Whoever calls them sees to it that they are told once.
Notification completion_of(const StepContext& context);
Notification failure_of(const StepContext& context);

// Sends them all, and saves the operation where one failed.
void send_all(StepContext& context, const std::vector<Notification>& notifications);

}  // namespace aurora::restore
