// The audit trail: events of an operation that are only ever added, and kept for ever unless the setting
// audit_retention_days says otherwise.
#pragma once
#include <optional>
#include <string>

#include "aws/dynamodb.h"
#include "base/clock.h"

namespace aurora::restore {

class AuditTrail {
 public:
  AuditTrail(aws::DynamoDb table_access, std::string table, const Clock& clock)
      : dynamodb_(std::move(table_access)), table_(std::move(table)), clock_(clock) {}

  // Events that are recorded from now on expire after so many days; 0: never.
  void keep_for(std::int64_t days) {
    kept_ = days > 0 ? std::optional(std::chrono::days(days)) : std::nullopt;
  }

  // The sort key is the time with microseconds and a sequence suffix, so that two events in one
  // instant stay two events. `day` is its date in UTC, by which the trail of all operations is read.
  void record(const std::string& operation_id, const std::string& step, const std::string& status,
              const Json& details = Json::object());
  std::vector<Json> events(const std::string& operation_id) {
    return dynamodb_.query(table_, "operation_id", operation_id);
  }

 private:
  aws::DynamoDb dynamodb_;
  std::string table_;
  const Clock& clock_;
  std::optional<std::chrono::days> kept_;
};

}  // namespace aurora::restore
