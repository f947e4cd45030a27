#include "restore/deleted_state.h"

#include "restore/configuration.h"

namespace aurora::restore {

bool deletes_state(const StepContext& context, std::string_view step, const StepResult& result) {
  return step == "cleanup" && !result.retry_after && context.settings.flag("delete_state");
}

std::optional<StepResult> answer_before_deletion(AuditTrail& audit, const std::string& operation_id) {
  const std::vector<Json> events = audit.events(operation_id);
  if (events.empty()) return std::nullopt;
  const Json& last = events.back();
  const Json& details = member_or_null(last, "details");
  const Json& results = member_or_null(details, "cleanup_results");
  if (string_or(last, "step", "") != "cleanup" || !bool_or(results, "state_data_deleted", false))
    return std::nullopt;
  Json fields = details;
  fields.erase("message");
  return StepResult{.message = string_or(details, "message", ""),
                    .fields = std::move(fields),
                    .next_step = {},
                    .retry_after = {}};
}

}  // namespace aurora::restore
