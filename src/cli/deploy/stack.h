// CloudFormation stacks: what stands, and what is done to it.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/client.h"
#include "base/clock.h"
#include "cli/deploy/parameters.h"

namespace aurora::cli {

struct Stack {
  std::string id;
  std::string name;
  std::string status;
  std::string reason;
  ParameterValues parameters;
  ParameterValues outputs;
  ParameterValues tags;
  bool protected_from_termination = false;
  std::string created;  // ISO 8601
  std::string updated;

  std::string parameter(const std::string& key) const;
};

// What can be done with a stack in a status.
enum class StackState {
  kAbsent,      // there is none, or it is deleted
  kShell,       // REVIEW_IN_PROGRESS: a change set was made, and never executed
  kStands,      // may be updated
  kBusy,        // something goes on; it ends by itself
  kNeverStood,  // the first creation failed: it can only be deleted
  kStuck,       // UPDATE_ROLLBACK_FAILED: wants a decision
  kNotDeleted,  // DELETE_FAILED
};
StackState state_of_status(const std::string& status);
StackState state_of(const std::optional<Stack>& stack);

struct StackEvent {
  std::string id;
  std::string time;  // ISO 8601
  std::string logical_id;
  std::string physical_id;
  std::string type;
  std::string status;
  std::string reason;

  bool is_failure() const { return status.ends_with("_FAILED"); }
  bool is_of_stack() const { return type == "AWS::CloudFormation::Stack"; }
};

struct StackResource {
  std::string logical_id;
  std::string physical_id;
  std::string type;
  std::string status;
};

class Formation {
 public:
  Formation(aws::Api& api, std::string region) : api_(api), region_(std::move(region)) {}

  // By name, or by id, which finds deleted ones too.
  std::optional<Stack> find(const std::string& name_or_id);
  // Those after the event with the id `after`, the oldest first; without it the newest `count_max`.
  std::vector<StackEvent> events(const std::string& stack, const std::string& after, std::size_t count_max);
  std::vector<StackResource> resources(const std::string& stack);
  Json call(std::string_view operation, const Json& input) {
    return api_.call("cloudformation", region_, operation, input);
  }

 private:
  aws::Api& api_;
  std::string region_;
};

// CloudFormation answers ValidationError for a stack that does not exist.
bool says_absent(const aws::ServiceError& error);

}  // namespace aurora::cli
