// The snapshot's copy in the target Region.
#pragma once
#include <string>

#include "restore/step.h"

namespace aurora::restore {

// Sees to it that the copy exists or is on its way: adopts the one that this operation began, begins
// one otherwise, and does neither when all of the Region's copy slots are taken (5 in flight for each
// destination Region). Sets `target_snapshot` and `copy_begun` in the operation's state.
void ensure_copy(StepContext& context);

}  // namespace aurora::restore
