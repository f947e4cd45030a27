// Ending an operation by hand that nobody works on any more (operations guide, "Clean up stuck operations").
//
// Unlike the guide's update-item this holds the operation's version, so that a step which was on its way all
// the same cannot save over it; it writes an audit event and lets the target go.
#pragma once
#include <string>

#include "aws/client.h"
#include "base/clock.h"
#include "restore/operation.h"

namespace aurora::restore {

// The error's `code`, as in the guide's command, and its name.
inline constexpr char kManualIntervention[] = "MANUAL_INTERVENTION";

struct MarkedFailed {
  Json item;                   // the operation as it stands now
  bool lock_released = false;  // it held its target
  bool may_roll_back = false;  // it had begun to change things; `aurora-restore cancel` undoes them
};

// Throws Error "OperationNotFound", "AlreadyFinished", "OperationInProgress" while its execution runs or a
// step may still be at work, and "StateConflict" when its state changes at this very moment.
MarkedFailed mark_failed(aws::Api& api, const Clock& clock, const PipelineNames& names,
                         const std::string& operation_id, const std::string& reason);

}  // namespace aurora::restore
