#include "cli/deploy/removal.h"

#include <fmt/format.h>

#include "base/ids.h"
#include "base/text.h"
#include "cli/deploy/bucket.h"
#include "cli/deploy/outcome.h"
#include "cli/deploy/stack_watch.h"
#include "cli/deploy/template_file.h"
#include "cli/task_report.h"

namespace aurora::cli {
namespace {

constexpr char kTable[] = "AWS::DynamoDB::Table";
constexpr char kQueue[] = "AWS::SQS::Queue";

std::string deployed_template(Formation& formation, const Stack& stack) {
  const Json answer = formation.call("GetTemplate", {{"StackName", stack.id}, {"TemplateStage", "Original"}});
  const Json& body = member_or_null(answer, "TemplateBody");
  return body.is_string() ? body.get<std::string>() : dump_json(body);
}

void refuse_running(const RunningWork& running, const DestroyOptions& options) {
  if (running.executions.empty() || options.force) return;
  throw Error(
      "OperationsRun",
      fmt::format("{} {} in this pipeline, and would lose {} functions in the middle of the work",
                  running.executions.size(),
                  running.executions.size() == 1 ? "operation runs" : "operations run",
                  running.executions.size() == 1 ? "its" : "their"),
      "Nothing was changed. `aurora-restore watch` follows them, `aurora-restore cancel OPERATION` rolls one "
      "back; --force destroys all the same.");
}

void refuse_protected(const Stack& stack, const DestroyOptions& options) {
  if (!stack.protected_from_termination || options.unprotect) return;
  throw Error("StackProtected", fmt::format("stack {} is protected from deletion", stack.name),
              "Nothing was changed. --unprotect takes the protection away and destroys it.");
}

// Who deletes data says which, also in a script.
void confirm_data(Context& context, const Stack& stack, const DestroyOptions& options) {
  std::string typed = options.confirm;
  if (typed.empty())
    typed = context.terminal
                .ask(fmt::format(
                    "This deletes {} and, for good, all that its tables know of past restores. Type the "
                    "stack's name to go on: ",
                    stack.name))
                .value_or("");
  if (trim(typed) != stack.name)
    throw Error("NotConfirmed", "nothing was deleted",
                fmt::format("Type {}, or give --confirm {}.", stack.name, stack.name));
}

void confirm(Context& context, const Stack& stack, const std::vector<KeptResource>& kept,
             const DestroyOptions& options) {
  if (options.delete_data) return confirm_data(context, stack, options);
  if (options.yes) return;
  std::vector<std::string> names;
  for (const KeptResource& one : kept) names.push_back(one.logical_id);
  const std::string stays = names.empty() ? "" : fmt::format("; {} stay", join(names, ", "));
  const auto answer = context.terminal.ask(fmt::format(
      "This deletes the functions, the state machine and all else of {}{}. Type yes to go on: ", stack.name,
      stays));
  if (!answer || to_lower(trim(*answer)) != "yes")
    throw Error("NotConfirmed", "nothing was deleted", "Answer yes, or give --yes.");
}

void delete_stack(Context& context, Formation& formation, const Stack& stack, const DestroyOptions& options) {
  if (stack.protected_from_termination)
    formation.call("UpdateTerminationProtection",
                   {{"StackName", stack.name}, {"EnableTerminationProtection", false}});
  const std::string after = last_event(formation, stack.id);
  Json input{{"StackName", stack.id}, {"ClientRequestToken", new_uuid()}};
  if (!options.role_arn.empty()) input["RoleARN"] = options.role_arn;
  formation.call("DeleteStack", input);
  require_done(StackWatch(context, formation, stack.id, after).follow(), stack.name);
}

// True when it could be removed; keys and what else a template may keep are left to a person.
bool remove_kept(aws::Api& api, const std::string& region, const KeptResource& kept) {
  try {
    if (kept.type == kTable) {
      api.call("dynamodb", region, "UpdateTable",
               {{"TableName", kept.physical_id}, {"DeletionProtectionEnabled", false}});
      api.call("dynamodb", region, "DeleteTable", {{"TableName", kept.physical_id}});
    } else if (kept.type == kQueue) {
      api.call("sqs", region, "DeleteQueue", {{"QueueUrl", kept.physical_id}});
    } else {
      return false;
    }
  } catch (const aws::ServiceError& error) {
    if (!error.is("ResourceNotFoundException") && !error.is("QueueDoesNotExist")) throw;
  }
  return true;
}

void remove_data(Context& context, DeployPlace& place, std::vector<KeptResource>& kept) {
  TaskReport report(context);
  for (KeptResource& one : kept)
    report.task("Delete " + one.logical_id, [&] {
      one.removed = remove_kept(*place.world.api, place.world.region(), one);
      return one.removed ? one.physical_id : std::string("is left");
    });
}

std::vector<std::pair<std::string, std::string>> left_over(DeployPlace& place,
                                                           const std::vector<KeptResource>& kept) {
  std::vector<std::pair<std::string, std::string>> left;
  for (const KeptResource& one : kept)
    if (!one.removed) left.emplace_back(one.physical_id, one.how_to_remove(place.world.region()));
  DeployBucket bucket(*place.world.api, place.world.region(), place.world.names.account, place.bucket);
  if (bucket.exists())
    left.emplace_back(place.bucket, fmt::format("aws s3 rb s3://{} --force", shell_quote(place.bucket)));
  return left;
}

}  // namespace

std::string KeptResource::how_to_remove(const std::string& region) const {
  const std::string quoted = shell_quote(physical_id);
  if (type == kTable)
    return fmt::format("aws dynamodb delete-table --region {} --table-name {}", region, quoted);
  if (type == kQueue) return fmt::format("aws sqs delete-queue --region {} --queue-url {}", region, quoted);
  if (type == "AWS::KMS::Key")
    return fmt::format("aws kms schedule-key-deletion --region {} --key-id {}", region, quoted);
  if (type == "AWS::Logs::LogGroup")
    return fmt::format("aws logs delete-log-group --region {} --log-group-name {}", region, quoted);
  return "by hand: " + type;
}

std::vector<KeptResource> kept_resources(Formation& formation, const Stack& stack) {
  const TemplateFile file = read_template(deployed_template(formation, stack), "the stack's template");
  std::vector<KeptResource> kept;
  for (const StackResource& resource : formation.resources(stack.id)) {
    const auto found = file.resources.find(resource.logical_id);
    if (found == file.resources.end() || !found->second.deletion_policy.starts_with("Retain")) continue;
    kept.push_back({resource.logical_id, resource.physical_id, resource.type});
  }
  return kept;
}

ExitCode destroy(Context& context, const DestroyOptions& options) {
  DeployPlace place = open_deploy_place(context, options.stack, options.bucket);
  Formation formation(*place.world.api, place.world.region());
  const Stack stack = require_stack(formation, place);
  if (state_of_status(stack.status) == StackState::kBusy)
    throw Error("StackBusy", fmt::format("stack {} is being changed: {}", stack.name, stack.status),
                "Nothing was changed. `aurora-restore deploy status` shows how far it is.");
  refuse_protected(stack, options);
  refuse_running(running_work(place, stack), options);
  std::vector<KeptResource> kept;
  if (state_of_status(stack.status) != StackState::kShell) kept = kept_resources(formation, stack);
  confirm(context, stack, kept, options);
  delete_stack(context, formation, stack, options);
  if (options.delete_data) remove_data(context, place, kept);

  const auto left = left_over(place, kept);
  if (!options.output.is_table()) {
    Json list = Json::array();
    for (const auto& [name, command] : left) list.push_back({{"name", name}, {"remove_with", command}});
    print_one(context, options.output,
              {{"stack", stack.name}, {"status", "DELETE_COMPLETE"}, {"left", list}});
    return ExitCode::kDone;
  }
  context.terminal.err(fmt::format("{} is deleted.\n", stack.name));
  if (left.empty()) return ExitCode::kDone;
  context.terminal.err("What is left, and how to remove it:\n");
  context.terminal.out(label_lines(left, Style(context.terminal.out_traits())));
  if (!kept.empty() && !options.delete_data)
    context.terminal.err("A new deployment of the environment takes the tables over as they are.\n");
  return ExitCode::kDone;
}

}  // namespace aurora::cli
