// Going on with an operation that failed or was cancelled, from the step where it has to begin again.
//
// The machine ends a failed execution in ReportFailure, a task that fails with the operation's own error. A
// redrive (https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html) runs the failed
// state again: it then finds the operation resumed, and answers where to go on. An execution that was stopped
// gets there by its next step, which refuses to work for an operation that is over.
#pragma once
#include <string>

#include "restore/step.h"

namespace aurora::restore {

// handle_failure with {"report": true}: throws the operation's own error, or, once it is resumed, answers
// `resume_at` and takes the request for granted only once.
StepResult report_failure(StepContext& context);

// handle_failure with {"resume": true}: puts a failed or cancelled operation back in progress and answers
// `resume_at`. Throws Error "NothingToResume" when its first step never passed or it is completed, and
// "OperationInProgress" while it works.
StepResult resume_operation(StepContext& context);

// The first step that has to run again. After a rollback that is the one whose effects the rollback undid.
std::string resume_point(const Operation& operation);

}  // namespace aurora::restore
