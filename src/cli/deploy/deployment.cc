#include "cli/deploy/deployment.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/ids.h"
#include "base/text.h"
#include "cli/deploy/bucket.h"
#include "cli/deploy/bundle.h"
#include "cli/deploy/change_set.h"
#include "cli/deploy/outcome.h"
#include "cli/deploy/preparation.h"
#include "cli/deploy/stack_watch.h"

namespace aurora::cli {
namespace {

class Deployment {
 public:
  Deployment(Context& context, const DeployOptions& options)
      : context_(context),
        options_(options),
        ready_(prepare(context, options)),
        formation_(*ready_.place.world.api, ready_.place.world.region()),
        report_(context) {}

  ExitCode run() {
    say_what_goes_where();
    upload();
    clear_failed_creation();
    const ChangeSet change = make_change();
    if (change.empty) return end("nothing would change", change);
    show(change);
    try {
      refuse_loss(change);
      if (!options_.dry_run) confirm(change);
    } catch (const Error&) {
      drop(change);
      throw;
    }
    if (options_.dry_run) {
      drop(change);
      return end("a dry run: the change was not made", change);
    }
    execute(change);
    return end("", change);
  }

 private:
  void say(const std::string& text) { context_.terminal.err(text + "\n"); }

  void say_what_goes_where() {
    const Style style(context_.terminal.err_traits());
    const auto& names = ready_.place.world.names;
    say(fmt::format("{} {}", style.bold(ready_.place.stack),
                    style.dim(fmt::format("in {}, account {}: release {}", names.region, names.account,
                                          ready_.release.text()))));
    const Release deployed = ready_.deployed();
    if (ready_.stands() && !deployed.version.empty()) {
      for (const UpgradeNote& note : upgrade_notes(upgrading_text(), deployed.version, context_.version))
        say(fmt::format("  {} {}: {}", style.warn(), note.version, note.text));
      if (compare_versions(context_.version, deployed.version) < 0)
        say(fmt::format("  {} version {} is deployed, and this is {}: an older one takes its place.",
                        style.warn(), deployed.version, context_.version));
    }
    if (const std::string running = running_text(ready_.running); !running.empty())
      say(fmt::format("  {} {}", style.warn(), running));
  }

  DeployBucket bucket() {
    return {*ready_.place.world.api, ready_.place.world.region(), ready_.place.world.names.account,
            ready_.place.bucket};
  }

  void upload() {
    report_.task("Bucket", [&] {
      const bool made = bucket().ensure(ready_.tags);
      return ready_.place.bucket + (made ? ", made now" : "");
    });
    upload_file("Functions", ready_.code_key, "application/zip", ready_.package.bytes);
    upload_file("Definition", ready_.definition_key, "application/json", ready_.definition);
    upload_file("Template", ready_.template_key, "application/yaml", ready_.file.text);
  }

  void upload_file(const std::string& title, const std::string& key, const std::string& type,
                   const std::string& bytes) {
    report_.task(title, [&] {
      if (bucket().holds(key)) return std::string("there already");
      bucket().put(key, type, bytes);
      return human_bytes(bytes.size());
    });
  }

  // CloudFormation keeps the name of a stack whose first creation failed, and lets it only be deleted.
  void clear_failed_creation() {
    if (state_of(ready_.stack) != StackState::kNeverStood) return;
    say(fmt::format("The first creation of {} failed; what is left of it is removed.", ready_.place.stack));
    const std::string after = last_event(formation_, ready_.stack->id);
    Json input{{"StackName", ready_.stack->id}, {"ClientRequestToken", new_uuid()}};
    if (!options_.role_arn.empty()) input["RoleARN"] = options_.role_arn;
    formation_.call("DeleteStack", input);
    require_done(StackWatch(context_, formation_, ready_.stack->id, after).follow(), ready_.place.stack);
    ready_.stack.reset();
  }

  ChangeSet make_change() {
    ChangeSet change;
    report_.task("Change", [&] {
      change = make_change_set(
          context_, formation_, report_,
          {.stack = ready_.place.stack,
           .creates = !ready_.stands(),
           .absent = !ready_.stack,
           .template_url = bucket().url_of(ready_.template_key),
           .parameters = parameters_of_change_set(ready_.file, ready_.given, ready_.own, ready_.before()),
           .tags = tags(),
           .role_arn = options_.role_arn,
           .description = fmt::format("aurora-restore {}", ready_.release.text())});
      return change.empty ? std::string("none") : fmt::format("{} resources", change.changes.size());
    });
    return change;
  }

  void drop(const ChangeSet& change) {
    if (!change.made_shell) {
      drop_change_set(formation_, report_, change);
      return;
    }
    report_.task("Empty stack", [&]() -> std::string {
      return drop_change_set(formation_, report_, change) ? "removed" : "CloudFormation is still removing it";
    });
  }

  // Tags of an update replace all that there are: what the stack has stays unless it is given anew.
  ParameterValues tags() const {
    ParameterValues tags = ready_.stands() ? ready_.stack->tags : ParameterValues();
    for (const auto& [key, value] : ready_.tags) tags[key] = value;
    return tags;
  }

  void show(const ChangeSet& change) {
    if (change.changes.empty())
      say("No resource would change, but parameters, outputs or tags of the stack.");
    else if (options_.output.is_table())
      context_.terminal.out(changes_text(change.changes, Style(context_.terminal.out_traits())));
  }

  void refuse_loss(const ChangeSet& change) {
    std::vector<std::string> lost;
    for (const ResourceChange& one : change.changes)
      if (one.loses_data()) lost.push_back(one.logical_id);
    if (lost.empty() || options_.allow_replacement || options_.dry_run) return;
    throw Error(
        "ReplacementRefused",
        fmt::format("the change would replace or remove {}, which {} what nobody can make again",
                    join(lost, ", "), lost.size() == 1 ? "holds" : "hold"),
        "Nothing was changed. Export the tables first (`aurora-restore export state --to s3://…`), then give "
        "--allow-replacement; or keep the names of the tables as they are.");
  }

  void confirm(const ChangeSet& change) {
    if (options_.yes) return;
    const auto answer = context_.terminal.ask(fmt::format(
        "Make {} in {}? Type yes to go on: ",
        change.changes.size() <= 1 ? "this change" : fmt::format("these {} changes", change.changes.size()),
        ready_.place.stack));
    if (!answer || to_lower(trim(*answer)) != "yes")
      throw Error("NotConfirmed", "the change was not made; what was uploaded stays, and is found again",
                  "Answer yes, or give --yes beside the other options of this command.");
  }

  void execute(const ChangeSet& change) {
    const std::string after = last_event(formation_, change.stack_id);
    formation_.call(
        "ExecuteChangeSet",
        {{"StackName", change.stack_id}, {"ChangeSetName", change.name}, {"ClientRequestToken", new_uuid()}});
    require_done(StackWatch(context_, formation_, change.stack_id, after).follow(), ready_.place.stack);
  }

  void protect() {
    if (options_.protect && !options_.dry_run)
      formation_.call("UpdateTerminationProtection",
                      {{"StackName", ready_.place.stack}, {"EnableTerminationProtection", true}});
  }

  ExitCode end(const std::string& why_not, const ChangeSet& change) {
    const bool changed = why_not.empty();
    if (!changed) say(fmt::format("{}: {}.", ready_.place.stack, why_not));
    if (changed || ready_.stands()) protect();
    const auto stack = formation_.find(ready_.place.stack);
    if (options_.output.is_table()) {
      if (stack && changed)
        context_.terminal.out(outputs_text(*stack, Style(context_.terminal.out_traits())));
      if (changed)
        say(fmt::format("Release {} stands. Its configuration: `{}`.", ready_.release.text(),
                        command_line(context_, "config show")));
      return ExitCode::kDone;
    }
    Json changes = Json::array();
    for (const ResourceChange& one : change.changes) changes.push_back(to_json(one));
    Json result = stack ? stack_json(*stack) : Json{{"stack", ready_.place.stack}, {"status", ""}};
    result["changed"] = changed;
    result["dry_run"] = options_.dry_run;
    result["changes"] = std::move(changes);
    print_one(context_, options_.output, result);
    return ExitCode::kDone;
  }

  Context& context_;
  const DeployOptions& options_;
  Preparation ready_;
  Formation formation_;
  TaskReport report_;
};

std::string trial_text(const Preparation& ready) {
  if (!ready.started_within)
    return fmt::format("for {}, which this machine is not: it was not started", ready.package.architecture);
  return fmt::format("for {}, all functions start here, within {}", ready.package.architecture,
                     human_duration(*ready.started_within));
}

}  // namespace

ExitCode deploy(Context& context, const DeployOptions& options) {
  return Deployment(context, options).run();
}

ExitCode check_deployment(Context& context, const DeployOptions& options) {
  Preparation ready = prepare(context, options);
  const Json caller =
      ready.place.world.api->call("sts", ready.place.world.region(), "GetCallerIdentity", Json::object());
  const RightsReport rights =
      check_rights(*ready.place.world.api, string_or(caller, "Arn", ""), ready.place.rights());
  if (options.output.is_table()) {
    const Style style(context.terminal.out_traits());
    std::string rights_text = rights.not_asked;
    if (rights_text.empty())
      rights_text = rights.missing.empty() ? "all there are needed"
                                           : fmt::format("{} are missing", rights.missing.size());
    context.terminal.out(label_lines(
        {{"Stack", ready.place.stack + (ready.stack ? ", " + ready.stack->status : ", to be created")},
         {"Bucket", ready.place.bucket + (ready.has_bucket ? "" : ", to be made")},
         {"Package", trial_text(ready)},
         {"Release", ready.release.text()},
         {"Rights", rights_text}},
        style));
    for (const std::string& missing : rights.missing)
      context.terminal.out(fmt::format("  {} {}\n", style.bad(), missing));
  } else {
    print_one(context, options.output,
              {{"stack", ready.place.stack},
               {"status", ready.stack ? ready.stack->status : ""},
               {"bucket", ready.place.bucket},
               {"architecture", ready.package.architecture},
               {"release", ready.release.text()},
               {"rights_missing", rights.missing},
               {"rights_not_asked", rights.not_asked}});
  }
  return rights.missing.empty() ? ExitCode::kDone : ExitCode::kRefused;
}

ExitCode continue_rollback(Context& context, const DeployOptions& options) {
  DeployPlace place = open_deploy_place(context, options.stack, options.bucket);
  Formation formation(*place.world.api, place.world.region());
  const Stack stack = require_stack(formation, place);
  if (state_of_status(stack.status) != StackState::kStuck)
    throw Error("NothingToContinue",
                fmt::format("stack {} is in status {}: no rollback of it failed", place.stack, stack.status),
                "Nothing was changed. `aurora-restore deploy status` shows the stack.");
  const std::string after = last_event(formation, stack.id);
  Json input{{"StackName", stack.id}, {"ClientRequestToken", new_uuid()}};
  if (!options.role_arn.empty()) input["RoleARN"] = options.role_arn;
  formation.call("ContinueUpdateRollback", input);
  const StackOutcome outcome = StackWatch(context, formation, stack.id, after).follow();
  if (outcome.status != "UPDATE_ROLLBACK_COMPLETE") require_done(outcome, place.stack);
  context.terminal.err(fmt::format("{} stands as it did before the update that failed.\n", place.stack));
  return ExitCode::kDone;
}

}  // namespace aurora::cli
