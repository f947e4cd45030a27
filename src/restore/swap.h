// The replace strategy swap: the new cluster is restored under a temporary name beside the old one, and after
// verification both exchange names.
#pragma once
#include <optional>
#include <string>

#include "restore/step.h"

namespace aurora::restore {

// The name under which the operation's new cluster is at this moment: the temporary one until the names
// are exchanged, `target` otherwise. Everything that reaches the new cluster asks here.
std::string restored_name(const Operation& operation, const std::string& target);

// The name for the time before the exchange.
std::string temporary_name(const Operation& operation, const std::string& target);

// What is left to do once the checks have passed: gives the old cluster its retired name, the new one the
// target's, then their members, one look for each call; then protects the new cluster where that is asked
// for. Nothing when all is done (sets `exchanged`), else the answer of a step that looks again in a moment.
//
// Between the two renames nothing serves the target's name, so the waits are short. From `exchanged` on, no
// failure takes the new cluster back. Throws Error "TargetProtected", "TargetExists" or "TargetStopped" when
// the old cluster changed meanwhile and may not be touched.
std::optional<StepResult> exchange_names(StepContext& context);

// Puts deletion_protection, where it is asked for, on the verified cluster; before, the rollback could not
// delete it. True when nothing is left to do.
bool protect(StepContext& context);

}  // namespace aurora::restore
