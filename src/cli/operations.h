// Reading what an operation left: its state item, audit trail and execution.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/world.h"

namespace aurora::cli {

class Operations {
 public:
  explicit Operations(World& world) : world_(world) {}

  // The state item as plain JSON.
  std::optional<Json> state(const std::string& operation_id);
  // The newest first; `status` empty for all.
  std::vector<Json> recent(const std::string& status, std::size_t count_max);
  // The names of the executions that run, the oldest first; each is an operation's id.
  std::vector<std::string> running();
  std::vector<Json> audit(const std::string& operation_id);

  // The execution of that operation as DescribeExecution gives it; nothing for an operation whose steps
  // were invoked one by one.
  std::optional<Json> execution(const std::string& operation_id);
  // Events after the one with the id `after`, the oldest first.
  std::vector<Json> events(const std::string& execution_arn, std::int64_t after = 0);

 private:
  Json call(std::string_view operation, const Json& input);

  World& world_;
};

// The operation's state and execution; throws Error "OperationNotFound" when there is neither.
struct Operation {
  std::string id;
  std::optional<Json> state;
  std::optional<Json> execution;

  std::string execution_arn() const;
  // RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED, or the state item's status without an execution.
  std::string status() const;
};
Operation find_operation(Context& context, World& world, const std::string& operation_id);

// "" when absent.
std::string text_at(const Json& object, const std::vector<std::string_view>& path);
const Json& value_at(const Json& object, const std::vector<std::string_view>& path);
// From ISO 8601 text; nothing when it is none.
std::optional<TimePoint> time_at(const Json& object, std::string_view key);
// "3 minutes ago"
std::string age_text(TimePoint when, TimePoint now);

}  // namespace aurora::cli
