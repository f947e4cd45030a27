#include "restore/audit.h"

#include <fmt/format.h>

#include "base/dates.h"

namespace aurora::restore {

void AuditTrail::record(const std::string& operation_id, const std::string& step, const std::string& status,
                        const Json& details) {
  const TimePoint now = clock_.now();
  const std::string instant = format_iso_micros(now);
  constexpr int kEventsPerInstantMax = 100;
  for (int sequence = 1;; ++sequence) {
    Json event{{"operation_id", operation_id},
               {"timestamp", fmt::format("{}-{:04}", instant, sequence)},
               {"day", format_date(now)},
               {"step", step},
               {"status", status},
               {"details", details}};
    if (kept_)
      event["expires_at"] = std::chrono::floor<std::chrono::seconds>(now + *kept_).time_since_epoch().count();
    try {
      dynamodb_.put(table_, event, "attribute_not_exists(operation_id)");
      return;
    } catch (const aws::ServiceError& e) {
      if (!e.is("ConditionalCheckFailedException") || sequence == kEventsPerInstantMax) throw;
    }
  }
}

}  // namespace aurora::restore
