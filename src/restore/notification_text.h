// The words of notifications: for people, what happened, what stands now and what comes next; for machines,
// the same as JSON with the operation's facts.
#pragma once
#include "restore/notification.h"

namespace aurora::restore {

Notification start_notification(const StepContext& context);
Notification step_notification(const StepContext& context, const Step& step, const StepResult& result);
Notification error_notification(const StepContext& context, const Step& step, const Error& error,
                                bool repeats);
Notification completed_notification(const StepContext& context);
// Of an operation that failed or was cancelled, by its record.
Notification failed_notification(const StepContext& context);
// To see that messages arrive; about no operation.
Notification test_notification(const PipelineNames& names, const std::string& topic, const std::string& queue,
                               TimePoint now);

}  // namespace aurora::restore
