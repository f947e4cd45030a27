#include "cli/deploy/change_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/dates.h"
#include "base/ids.h"
#include "cli/table.h"

namespace aurora::cli {
namespace {

constexpr std::chrono::seconds kLookEvery{2};
constexpr int kLooksMax = 450;         // a quarter of an hour
constexpr int kLooksForEmptyMax = 30;  // a minute; a stack without resources takes seconds
constexpr int kPagesMax = 50;

constexpr std::array<std::string_view, 2> kWithData{"AWS::DynamoDB::Table", "AWS::S3::Bucket"};

// CloudFormation calls a change set without changes a failed one.
bool means_no_change(const std::string& reason) {
  return reason.find("didn't contain changes") != std::string::npos ||
         reason.find("No updates are to be performed") != std::string::npos;
}

ResourceChange read_change(const Json& entry) {
  const Json& body = member_or_null(entry, "ResourceChange");
  return {.action = string_or(body, "Action", ""),
          .logical_id = string_or(body, "LogicalResourceId", ""),
          .physical_id = string_or(body, "PhysicalResourceId", ""),
          .type = string_or(body, "ResourceType", ""),
          .replacement = string_or(body, "Replacement", ""),
          .policy = string_or(body, "PolicyAction", "")};
}

Json input_of(const ChangeSetRequest& request, const std::string& name) {
  Json input{{"StackName", request.stack},
             {"ChangeSetName", name},
             {"ChangeSetType", request.creates ? "CREATE" : "UPDATE"},
             {"TemplateURL", request.template_url},
             {"Parameters", request.parameters},
             {"Capabilities", {"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"}},
             {"Description", request.description},
             // Under one token, a second request makes no second change set.
             {"ClientToken", name}};
  // Tables that a destroyed stack left come back into the new one; the table of changes says so.
  if (request.creates) input["ImportExistingResources"] = true;
  if (!request.role_arn.empty()) input["RoleARN"] = request.role_arn;
  Json tags = Json::array();
  for (const auto& [key, value] : request.tags) tags.push_back({{"Key", key}, {"Value", value}});
  if (!tags.empty()) input["Tags"] = tags;
  return input;
}

std::string replacement_text(const ResourceChange& change, const Style& style) {
  if (change.action == "Remove")
    return change.loses_data()                   ? style.red("REMOVED, DATA INCLUDED")
           : change.policy.starts_with("Retain") ? "leaves the stack, stays"
                                                 : style.yellow("removed");
  if (change.replaces() && change.holds_data())
    return style.red(change.policy == "ReplaceAndRetain" ? "REPLACED BY AN EMPTY ONE"
                                                         : "REPLACED, DATA LOST");
  if (change.adds_beside()) return "a new one beside the old one, which stays";
  if (change.replaces()) return style.red("REPLACED");
  if (change.may_replace()) return style.yellow("perhaps replaced");
  if (change.action == "Import") return "taken over as it is";
  return change.action == "Modify" ? "in place" : "";
}

std::string action_text(const ResourceChange& change, const Style& style) {
  if (change.action == "Add") return style.green("+ add");
  if (change.action == "Remove") return style.red("- remove");
  if (change.action == "Import") return style.green("= import");
  if (change.adds_beside()) return style.green("+ add");
  return change.replaces() ? style.red("! replace") : style.cyan("~ modify");
}

// What cannot be undone stands last, where the eye rests when the question comes.
int gravity(const ResourceChange& change) {
  if (change.loses_data()) return 3;
  if (change.adds_beside()) return 0;
  if (change.replaces() || change.action == "Remove") return 2;
  return change.may_replace() ? 1 : 0;
}

// All pages of the change set, whose members but Changes are those of the first.
Json describe(Formation& formation, const std::string& stack, const std::string& name) {
  Json input{{"StackName", stack}, {"ChangeSetName", name}};
  Json whole = formation.call("DescribeChangeSet", input);
  Json& changes = whole["Changes"];
  if (!changes.is_array()) changes = Json::array();
  for (int page = 0; page < kPagesMax && !string_or(whole, "NextToken", "").empty(); ++page) {
    input["NextToken"] = whole["NextToken"];
    const Json more = formation.call("DescribeChangeSet", input);
    for (const Json& change : member_or_null(more, "Changes")) changes.push_back(change);
    whole["NextToken"] = string_or(more, "NextToken", "");
  }
  return whole;
}

}  // namespace

bool ResourceChange::adds_beside() const {
  return replaces() && policy == "ReplaceAndRetain" && !holds_data();
}

bool ResourceChange::holds_data() const {
  return std::find(kWithData.begin(), kWithData.end(), type) != kWithData.end();
}

bool ResourceChange::loses_data() const {
  if (!holds_data()) return false;
  // An old CloudFormation, or another one, does not tell the policy: then a removal is feared.
  const bool kept = policy.find("Retain") != std::string::npos;
  return (action == "Remove" && !kept) || replaces();
}

ChangeSet make_change_set(Context& context, Formation& formation, TaskReport& report,
                          const ChangeSetRequest& request) {
  ChangeSet result;
  result.name = fmt::format("aurora-restore-{}-{}", format_basic(context.clock.now()), random_hex(6));
  result.made_shell = request.absent;
  result.stack_id = request.stack;
  try {
    const Json made = formation.call("CreateChangeSet", input_of(request, result.name));
    result.stack_id = string_or(made, "StackId", request.stack);
  } catch (const aws::ServiceError& error) {
    if (!means_no_change(error.message())) throw;
    result.empty = true;
    return result;
  }
  for (int look = 0; look < kLooksMax; ++look) {
    const Json seen = describe(formation, result.stack_id, result.name);
    const std::string status = string_or(seen, "Status", "");
    if (status == "CREATE_COMPLETE") {
      for (const Json& change : member_or_null(seen, "Changes"))
        result.changes.push_back(read_change(change));
      std::stable_sort(result.changes.begin(), result.changes.end(),
                       [](const auto& a, const auto& b) { return gravity(a) < gravity(b); });
      return result;
    }
    if (status == "FAILED") {
      const std::string reason = string_or(seen, "StatusReason", "");
      drop_change_set(formation, report, result);
      result.empty = means_no_change(reason);
      if (result.empty) return result;
      throw Error("ChangeSetFailed", "CloudFormation cannot make the change: " + reason,
                  "Nothing was changed. Correct the parameter or the right that is named, and deploy again.");
    }
    report.wait(kLookEvery, -1, "CloudFormation compares");
  }
  throw Error("ChangeSetFailed",
              fmt::format("change set {} was not ready within a quarter of an hour", result.name),
              "Nothing was changed. Deploy again.");
}

bool drop_change_set(Formation& formation, TaskReport& report, const ChangeSet& change_set) {
  try {
    formation.call("DeleteChangeSet",
                   {{"StackName", change_set.stack_id}, {"ChangeSetName", change_set.name}});
  } catch (const aws::ServiceError& error) {
    if (!error.is("ChangeSetNotFound") && !says_absent(error)) throw;
  }
  if (!change_set.made_shell) return true;
  // The change set of a new stack made an empty one, which must not stay. A stack that stands is never
  // deleted.
  if (state_of(formation.find(change_set.stack_id)) != StackState::kShell) return true;
  formation.call("DeleteStack", {{"StackName", change_set.stack_id}});
  for (int look = 0; look < kLooksForEmptyMax; ++look) {
    if (state_of(formation.find(change_set.stack_id)) != StackState::kBusy) return true;
    report.wait(kLookEvery, -1, "CloudFormation removes the empty stack");
  }
  return false;
}

std::string changes_text(const std::vector<ResourceChange>& changes, const Style& style) {
  Table table({{"CHANGE"}, {"RESOURCE"}, {"TYPE"}, {"WHAT BECOMES OF IT"}});
  for (const ResourceChange& change : changes)
    table.add({action_text(change, style), change.logical_id, change.type, replacement_text(change, style)});
  return table.text(style);
}

Json to_json(const ResourceChange& change) {
  return {{"action", change.action},           {"logical_id", change.logical_id},
          {"physical_id", change.physical_id}, {"type", change.type},
          {"replacement", change.replacement}, {"policy", change.policy},
          {"loses_data", change.loses_data()}};
}

}  // namespace aurora::cli
