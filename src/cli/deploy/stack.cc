#include "cli/deploy/stack.h"

#include <algorithm>

namespace aurora::cli {
namespace {

constexpr int kPagesMax = 50;

ParameterValues pairs_of(const Json& list, const char* key, const char* value) {
  ParameterValues pairs;
  if (list.is_array())
    for (const Json& entry : list) pairs[string_or(entry, key, "")] = string_or(entry, value, "");
  return pairs;
}

Stack read_stack(const Json& body) {
  return {.id = string_or(body, "StackId", ""),
          .name = string_or(body, "StackName", ""),
          .status = string_or(body, "StackStatus", ""),
          .reason = string_or(body, "StackStatusReason", ""),
          .parameters = pairs_of(member_or_null(body, "Parameters"), "ParameterKey", "ParameterValue"),
          .outputs = pairs_of(member_or_null(body, "Outputs"), "OutputKey", "OutputValue"),
          .tags = pairs_of(member_or_null(body, "Tags"), "Key", "Value"),
          .protected_from_termination = bool_or(body, "EnableTerminationProtection", false),
          .created = string_or(body, "CreationTime", ""),
          .updated = string_or(body, "LastUpdatedTime", "")};
}

StackEvent read_event(const Json& body) {
  return {.id = string_or(body, "EventId", ""),
          .time = string_or(body, "Timestamp", ""),
          .logical_id = string_or(body, "LogicalResourceId", ""),
          .physical_id = string_or(body, "PhysicalResourceId", ""),
          .type = string_or(body, "ResourceType", ""),
          .status = string_or(body, "ResourceStatus", ""),
          .reason = string_or(body, "ResourceStatusReason", "")};
}

}  // namespace

std::string Stack::parameter(const std::string& key) const {
  const auto found = parameters.find(key);
  return found == parameters.end() ? "" : found->second;
}

StackState state_of_status(const std::string& status) {
  if (status.empty() || status == "DELETE_COMPLETE") return StackState::kAbsent;
  if (status == "REVIEW_IN_PROGRESS") return StackState::kShell;
  if (status.ends_with("_IN_PROGRESS")) return StackState::kBusy;
  if (status == "ROLLBACK_COMPLETE" || status == "ROLLBACK_FAILED" || status == "CREATE_FAILED")
    return StackState::kNeverStood;
  if (status.ends_with("_ROLLBACK_FAILED")) return StackState::kStuck;
  if (status == "DELETE_FAILED") return StackState::kNotDeleted;
  return StackState::kStands;
}

StackState state_of(const std::optional<Stack>& stack) {
  return stack ? state_of_status(stack->status) : StackState::kAbsent;
}

bool says_absent(const aws::ServiceError& error) {
  return error.is("ValidationError") && error.message().find("does not exist") != std::string::npos;
}

std::optional<Stack> Formation::find(const std::string& name_or_id) {
  try {
    const Json answer = call("DescribeStacks", {{"StackName", name_or_id}});
    const Json& stacks = member_or_null(answer, "Stacks");
    if (!stacks.is_array() || stacks.empty()) return std::nullopt;
    return read_stack(stacks[0]);
  } catch (const aws::ServiceError& error) {
    if (!says_absent(error)) throw;
    return std::nullopt;
  }
}

std::vector<StackEvent> Formation::events(const std::string& stack, const std::string& after,
                                          std::size_t count_max) {
  std::vector<StackEvent> found;
  Json input{{"StackName", stack}};
  for (int page = 0; page < kPagesMax; ++page) {
    const Json answer = call("DescribeStackEvents", input);
    bool met = false;
    for (const Json& body : member_or_null(answer, "StackEvents")) {
      StackEvent event = read_event(body);
      met = !after.empty() && event.id == after;
      if (met || found.size() >= count_max) break;
      found.push_back(std::move(event));
    }
    const std::string next = string_or(answer, "NextToken", "");
    if (met || next.empty() || found.size() >= count_max) break;
    input["NextToken"] = next;
  }
  std::reverse(found.begin(), found.end());
  return found;
}

std::vector<StackResource> Formation::resources(const std::string& stack) {
  std::vector<StackResource> found;
  Json input{{"StackName", stack}};
  for (int page = 0; page < kPagesMax; ++page) {
    const Json answer = call("ListStackResources", input);
    for (const Json& body : member_or_null(answer, "StackResourceSummaries"))
      found.push_back({.logical_id = string_or(body, "LogicalResourceId", ""),
                       .physical_id = string_or(body, "PhysicalResourceId", ""),
                       .type = string_or(body, "ResourceType", ""),
                       .status = string_or(body, "ResourceStatus", "")});
    const std::string next = string_or(answer, "NextToken", "");
    if (next.empty()) break;
    input["NextToken"] = next;
  }
  return found;
}

}  // namespace aurora::cli
