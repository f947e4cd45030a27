// Waits that go over several looks, and have an end.
#pragma once
#include <string>

#include "restore/step.h"

namespace aurora::restore {

// Notes, the first time, that the step waits for `what`; true when it has done so for longer than `limit`.
bool waited_longer(StepContext& context, const std::string& what, Duration limit);
void end_wait(StepContext& context, const std::string& what);

// Counts another try of `what`; 1 the first time.
std::int64_t count_try(Operation& operation, const std::string& what);

}  // namespace aurora::restore
