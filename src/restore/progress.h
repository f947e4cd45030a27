// How far a wait has come, for whoever watches.
#pragma once
#include <string>

#include "restore/step.h"

namespace aurora::restore {

// Notes percent and, where it can be told from the pace so far, the remaining time in the operation's
// `progress`. `begun_by` is the step whose end began the wait.
void note_percent(StepContext& context, const std::string& step, const std::string& begun_by, int percent,
                  const std::string& message);
void clear_percent(StepContext& context);

}  // namespace aurora::restore
