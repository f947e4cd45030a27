#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/local_endpoint.h"
#include "cli/output.h"
#include "cli/world.h"

namespace aurora::cli {
namespace {

constexpr char kPath[] = "/_aurora/faults";

struct AddOptions {
  std::string service;
  std::string operation;
  std::string code;
  std::string message;
  int times = 1;
  int delay = 0;
  bool until_removed = false;
  bool after_work = false;
};

struct ListOptions {
  OutputOptions output;
};

struct RemoveOptions {
  std::string number;
  bool all = false;
};

Json ask(Context& context, const std::string& method, const std::string& path,
         const Json& body = Json::object()) {
  if (chosen_environment(context) != kLocalEnvironment)
    throw Error("UsageError", "faults are rehearsed on the local endpoint only",
                "Leave --env (and $ENVIRONMENT) away, or say --env local.");
  return context.host.ask_endpoint(locate_endpoint(context).url, method, path, body);
}

std::string calls_text(const Json& fault) {
  const std::int64_t left = int_or(fault, "times_left", 0);
  return left == 0   ? "until it is removed"
         : left == 1 ? "the next call"
                     : fmt::format("the next {} calls", left);
}

// "answers InsufficientDBInstanceCapacity (400) after 5 s, its work done"
std::string effect_text(const Json& fault) {
  const std::string code = string_or(fault, "code", "");
  const double seconds = static_cast<double>(int_or(fault, "delay_ms", 0)) / 1000;
  std::string text =
      code.empty() ? "answers" : fmt::format("answers {} ({})", code, int_or(fault, "status", 0));
  if (seconds > 0) text += fmt::format(" after {:g} s", seconds);
  if (bool_or(fault, "after_work", false)) text += ", its work done";
  return text;
}

std::string or_all(const Json& fault, const char* member) {
  const std::string text = string_or(fault, member, "");
  return text.empty() ? "*" : text;
}

void bind_add(Binder& binder, AddOptions& options) {
  binder.argument("SERVICE", options.service,
                  "As the AWS CLI names it: rds, kms, stepfunctions, dynamodb, ...", true);
  binder.argument("OPERATION", options.operation,
                  "As AWS or its CLI writes it (CreateDBInstance, create-db-instance); '*' for every one",
                  true);
  binder.argument("CODE", options.code,
                  "The error, as on the wire; may be left out where --delay makes the answer late", false);
  binder.number("-n,--times", "N", options.times, 1, 1'000'000, "So many calls meet it");
  binder.flag("--until-removed", options.until_removed, "All calls meet it, until it is removed");
  binder.number("--delay", "SECONDS", options.delay, 0, 900, "The answer comes so late");
  binder.option("--message", "TEXT", options.message,
                "What the error says; for errors that only the text tells apart");
  binder.flag(
      "--after-work", options.after_work,
      "Do what was asked for and then answer with the error, as a server does that breaks down in between");
}

ExitCode run_add(Context& context, const AddOptions& options) {
  if (options.until_removed && options.times != 1)
    throw Error("UsageError", "--times and --until-removed exclude each other", "Give one of them.");
  Json order{{"service", options.service},
             {"operation", options.operation},
             {"times", options.until_removed ? 0 : options.times},
             {"delay_ms", options.delay * 1000},
             {"after_work", options.after_work}};
  if (!options.code.empty()) order["code"] = options.code;
  if (!options.message.empty()) order["message"] = options.message;
  if (!context.globals.region.empty()) order["region"] = context.globals.region;
  const Json fault = ask(context, "POST", kPath, order);
  context.terminal.out(fmt::format("{}\n", int_or(fault, "number", 0)));
  const std::string region = string_or(fault, "region", "");
  context.terminal.err(fmt::format("{} {}{} {}: {}.\n", string_or(fault, "service", ""),
                                   or_all(fault, "operation"), region.empty() ? "" : " in " + region,
                                   effect_text(fault), calls_text(fault)));
  return ExitCode::kDone;
}

void bind_list(Binder& binder, ListOptions& options) {
  bind_output(binder, options.output, "One fault a line");
}

ExitCode run_list(Context& context, const ListOptions& options) {
  const Json answer = ask(context, "GET", kPath);
  const Json& faults = member_or_null(answer, "faults");
  if (!options.output.is_table()) {
    print_rows(context, options.output, std::vector<Json>(faults.begin(), faults.end()));
    return ExitCode::kDone;
  }
  if (faults.empty()) {
    context.terminal.err("No faults are asked for.\n");
    return ExitCode::kDone;
  }
  const Style style(context.terminal.out_traits());
  Table table({{"NUMBER", Table::Align::kRight},
               {"SERVICE"},
               {"OPERATION"},
               {"REGION"},
               {"MET", Table::Align::kRight},
               {"CALLS"},
               {"EFFECT"}});
  for (const Json& fault : faults)
    table.add({std::to_string(int_or(fault, "number", 0)), string_or(fault, "service", ""),
               or_all(fault, "operation"), or_all(fault, "region"), std::to_string(int_or(fault, "met", 0)),
               calls_text(fault), effect_text(fault)});
  context.terminal.out(table.text(style));
  return ExitCode::kDone;
}

void bind_remove(Binder& binder, RemoveOptions& options) {
  binder.argument("NUMBER", options.number, "Of the fault, as `local fault add` printed it", false);
  binder.flag("--all", options.all, "All of them");
}

ExitCode run_remove(Context& context, const RemoveOptions& options) {
  if (options.all == !options.number.empty())
    throw Error("UsageError", "give a fault's number, or --all", "`local fault list` shows the numbers.");
  const std::string path = options.all ? kPath : std::string(kPath) + "/" + uri_encode(options.number);
  const std::int64_t removed = int_or(ask(context, "DELETE", path), "removed", 0);
  context.terminal.err(fmt::format("Removed {} fault{}.\n", removed, removed == 1 ? "" : "s"));
  return ExitCode::kDone;
}

}  // namespace

Command local_fault_add_command() {
  return make_command<AddOptions>(
      {.path = "local fault add",
       .summary = "Let calls of the endpoint fail or come late, to rehearse it",
       .description =
           "The next call (--times N calls, or all with --until-removed) of the operation that a client or a "
           "state machine makes is answered with the error. Service, operation and code are checked against "
           "AWS's own models. --region holds it to one Region. Prints the fault's number. Faults survive the "
           "endpoint's end; docs/REHEARSE-FAULTS.md has recipes.",
       .examples = {{"{} local fault add rds CreateDBInstance InsufficientDBInstanceCapacity --times 3",
                     "no capacity for a while"},
                    {"{} local fault add rds '*' Throttling --times 20", "RDS is throttled"},
                    {"{} local fault add rds RestoreDBClusterFromSnapshot InternalFailure --after-work",
                     "it broke down after the restore had begun"},
                    {"{} local fault add dynamodb UpdateItem --delay 5 --until-removed",
                     "a slow state table"}}},
      bind_add, run_add);
}

Command local_fault_list_command() {
  return make_command<ListOptions>(
      {.path = "local fault list",
       .summary = "Show the faults that are asked for and how often they were met",
       .description = "A fault that all its calls have met is no longer listed.",
       .examples = {{"{} local fault list", "for people"}},
       .lists = true},
      bind_list, run_list);
}

Command local_fault_remove_command() {
  return make_command<RemoveOptions>({.path = "local fault remove",
                                      .summary = "Take a fault back, or all of them",
                                      .description = "",
                                      .examples = {{"{} local fault remove 3", "one"},
                                                   {"{} local fault remove --all", "after a rehearsal"}}},
                                     bind_remove, run_remove);
}

}  // namespace aurora::cli
