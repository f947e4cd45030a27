#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/operations.h"
#include "cli/table.h"

namespace aurora::cli {
namespace {

struct AuditOptions {
  std::string operation_id;
  bool json = false;
};

void bind_audit(Binder& binder, AuditOptions& options) {
  binder.argument("OPERATION", options.operation_id, "The operation's id", true);
  binder.flag("--json", options.json, "One audit event a line");
}

std::string details_text(const Json& details) {
  if (!details.is_object()) return "";
  const std::string message = string_or(details, "message", "");
  const std::string error = string_or(details, "error", "");
  if (!error.empty()) return error + ": " + message;
  return message.empty() && !details.empty() ? dump_json(details) : message;
}

std::string status_cell(const std::string& status, const Style& style) {
  if (status == "succeeded") return style.green(status);
  if (status == "failed") return style.red(status);
  if (status == "warning") return style.yellow(status);
  return status;
}

ExitCode run_audit(Context& context, const AuditOptions& options) {
  World world = open_world(context);
  const std::vector<Json> events = Operations(world).audit(options.operation_id);
  // The audit trail outlives the state, so an empty trail alone decides what is unknown.
  if (events.empty()) find_operation(context, world, options.operation_id);
  if (options.json) {
    for (const Json& event : events) context.terminal.out(dump_json(event) + "\n");
    return ExitCode::kDone;
  }
  const Style style(context.terminal.out_traits());
  Table table({{"TIME"}, {"STEP"}, {"STATUS"}, {"DETAILS"}});
  for (const Json& event : events)
    table.add({string_or(event, "timestamp", "").substr(0, 23), string_or(event, "step", ""),
               status_cell(string_or(event, "status", ""), style),
               details_text(member_or_null(event, "details"))});
  context.terminal.out(table.text(style));
  return ExitCode::kDone;
}

}  // namespace

Command audit_command() {
  return make_command<AuditOptions>(
      {.path = "audit",
       .summary = "Show an operation's audit trail",
       .description =
           "What every step did and when, from the audit table, which is never deleted. Times are UTC.",
       .examples = {{"{} audit restore-20261121-065209-3f2a", "the whole trail"},
                    {"{} audit restore-20261121-065209-3f2a --json | jq 'select(.status == \"failed\")'",
                     "what failed, with all details"}}},
      bind_audit, run_audit);
}

}  // namespace aurora::cli
