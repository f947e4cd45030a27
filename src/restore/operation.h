// The state of one restore operation, as the state table holds it.
#pragma once
#include <optional>
#include <string>

#include "aws/dynamodb.h"
#include "base/clock.h"
#include "base/json.h"
#include "restore/pipeline.h"

namespace aurora::restore {

// A copy of the item. Steps read and change it; OperationStore::save makes the change stand.
// Never holds a secret: passwords stay in Secrets Manager, the item knows their names only.
class Operation {
 public:
  // A new operation, in progress.
  Operation(const std::string& id, TimePoint now);
  // What the table holds.
  explicit Operation(Json item) : item_(std::move(item)) {}

  std::string id() const { return string_or(item_, "operation_id", ""); }
  std::string status() const { return string_or(item_, "status", ""); }
  std::int64_t version() const { return int_or(item_, "version", 0); }
  std::string execution_arn() const { return string_or(item_, "execution_arn", ""); }
  bool is_finished() const { return status() != kInProgress; }

  // The end, and when the table's TTL may remove the item.
  void finish(const char* status, TimePoint now, std::chrono::days kept);

  void erase(const std::string& attribute) { item_.erase(attribute); }
  Json& operator[](const std::string& attribute) { return item_[attribute]; }
  const Json& get(std::string_view attribute) const { return member_or_null(item_, attribute); }

  // What the steps know of each other ("target_snapshot", "retired_cluster_id", …).
  Json& state() { return item_["state"]; }
  std::string known(std::string_view key) const { return string_or(get("state"), key, ""); }
  bool is_known(std::string_view key) const { return bool_or(get("state"), key, false); }

  const Json& item() const { return item_; }

 private:
  Json item_;
};

class OperationStore {
 public:
  OperationStore(aws::DynamoDb table_access, std::string table)
      : dynamodb_(std::move(table_access)), table_(std::move(table)) {}

  std::optional<Operation> load(const std::string& id);
  // Writes the operation if nobody wrote it since it was loaded, with its version counted up and
  // its times set. Throws Error "StateConflict" otherwise: load it again and repeat the step.
  void save(Operation& operation, TimePoint now);
  // For the lock, which lies in the same table.
  aws::DynamoDb& table_access() { return dynamodb_; }
  const std::string& table() const { return table_; }
  void remove(const std::string& id) { dynamodb_.remove(table_, {{"operation_id", id}}); }

 private:
  aws::DynamoDb dynamodb_;
  std::string table_;
};

}  // namespace aurora::restore
