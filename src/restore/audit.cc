#include "restore/audit.h"

#include <fmt/format.h>

#include "base/dates.h"

namespace aurora::restore {

void AuditTrail::record(const std::string& operation_id, const std::string& step, const std::string& status,
                        const Json& details) {
  const std::string instant = format_iso_micros(clock_.now());
  constexpr int kEventsPerInstantMax = 100;
  for (int sequence = 1;; ++sequence) {
    try {
      dynamodb_.put(table_,
                    {{"operation_id", operation_id},
                     {"timestamp", fmt::format("{}-{:04}", instant, sequence)},
                     {"step", step},
                     {"status", status},
                     {"details", details}},
                    "attribute_not_exists(operation_id)");
      return;
    } catch (const aws::ServiceError& e) {
      if (!e.is("ConditionalCheckFailedException") || sequence == kEventsPerInstantMax) throw;
    }
  }
}

}  // namespace aurora::restore
