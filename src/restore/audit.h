// The audit trail: events of an operation that are only ever added.
#pragma once
#include <string>

#include "aws/dynamodb.h"
#include "base/clock.h"

namespace aurora::restore {

class AuditTrail {
 public:
  AuditTrail(aws::DynamoDb table_access, std::string table, const Clock& clock)
      : dynamodb_(std::move(table_access)), table_(std::move(table)), clock_(clock) {}

  // The sort key is the time with microseconds and a sequence suffix, so that two events in one
  // instant stay two events.
  void record(const std::string& operation_id, const std::string& step, const std::string& status,
              const Json& details = Json::object());
  std::vector<Json> events(const std::string& operation_id) {
    return dynamodb_.query(table_, "operation_id", operation_id);
  }

 private:
  aws::DynamoDb dynamodb_;
  std::string table_;
  const Clock& clock_;
};

}  // namespace aurora::restore
