// `delete_state`: the operation's record goes with its last step. What that step answered stays in the audit
// trail, so that a caller whose answer got lost is told again (steps may be run twice).
#pragma once
#include <optional>
#include <string>

#include "restore/audit.h"
#include "restore/step.h"

namespace aurora::restore {

// Whether the step that ended with `result` is the one after which the record is deleted.
bool deletes_state(const StepContext& context, std::string_view step, const StepResult& result);

// What cleanup answered when it deleted the record; none when no cleanup did.
std::optional<StepResult> answer_before_deletion(AuditTrail& audit, const std::string& operation_id);

}  // namespace aurora::restore
