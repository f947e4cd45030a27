#include "restore/mark_failed.h"

#include <fmt/format.h>

#include "cli/commands/commands.h"
#include "cli/operations.h"
#include "cli/output.h"
#include "cli/records.h"
#include "cli/table.h"
#include "restore/orphans.h"

namespace aurora::cli {
namespace {

struct MarkFailedOptions {
  std::string operation_id;
  std::string reason;
  OutputOptions output;
};

void bind_mark_failed(Binder& binder, MarkFailedOptions& options) {
  binder.argument("OPERATION", options.operation_id, "The operation's id", true);
  binder.option("--reason", "TEXT", options.reason, "Why, for the record (needed)");
  bind_output(binder, options.output, "What was done as one JSON object");
}

// What carries the operation's tag and nobody takes care of any more.
std::vector<restore::Orphan> left_behind(World& world, const Json& item) {
  std::vector<std::string> regions{world.region()};
  const std::string source = text_at(item, {"parameters", "source_region"});
  if (!source.empty() && source != world.region()) regions.push_back(source);
  auto orphans = restore::find_orphans(*world.api, regions, all_operations(world));
  std::erase_if(orphans, [&](const restore::Orphan& orphan) {
    return orphan.operation_id != string_or(item, "operation_id", "");
  });
  return orphans;
}

std::string next_command(const Context& context, const std::string& id, bool may_roll_back) {
  return may_roll_back ? command_line(context, "cancel " + id) : command_line(context, "run");
}

std::string text_of(const Context& context, const restore::MarkedFailed& marked,
                    const std::vector<restore::Orphan>& orphans, const Style& style) {
  const std::string id = string_or(marked.item, "operation_id", "");
  std::vector<std::pair<std::string, std::string>> lines;
  lines.emplace_back("Status", string_or(marked.item, "status", ""));
  lines.emplace_back("Reason", text_at(marked.item, {"error", "message"}));
  if (const std::string target = text_at(marked.item, {"parameters", "target_cluster_id"}); !target.empty())
    lines.emplace_back("Target", fmt::format("{}: {}", target,
                                             marked.lock_released
                                                 ? "the operation held it and let it go"
                                                 : "the operation does not hold it; another may work on it"));
  for (const restore::Orphan& orphan : orphans)
    lines.emplace_back("Left behind", fmt::format("{} {} in {} ({})", restore::name_of(orphan.kind),
                                                  orphan.identifier, orphan.region, orphan.status));
  if (orphans.empty()) lines.emplace_back("Left behind", "nothing");
  lines.emplace_back(
      "Next", marked.may_roll_back
                  ? fmt::format("{} undoes what it began; {} removes what is left",
                                next_command(context, id, true), command_line(context, "orphans --delete"))
                  : fmt::format("{} starts another restore", next_command(context, id, false)));
  return fmt::format("{} {}\n", style.ok(), style.bold("Marked as failed: " + id)) +
         label_lines(lines, style, 2);
}

ExitCode run_mark_failed(Context& context, const MarkFailedOptions& options) {
  if (options.reason.empty())
    throw Error("UsageError", "--reason is needed",
                "Say why, for those who read the trail later: --reason 'its function was deleted'.");
  World world = open_world(context);
  find_operation(context, world, options.operation_id);
  const restore::MarkedFailed marked =
      restore::mark_failed(*world.api, context.clock, world.names, options.operation_id, options.reason);
  const auto orphans = left_behind(world, marked.item);
  if (options.output.is_table()) {
    context.terminal.out(text_of(context, marked, orphans, Style(context.terminal.out_traits())));
    return ExitCode::kDone;
  }
  Json names = Json::array();
  for (const restore::Orphan& orphan : orphans)
    names.push_back({{"kind", restore::name_of(orphan.kind)},
                     {"identifier", orphan.identifier},
                     {"region", orphan.region}});
  print_one(context, options.output,
            {{"operation_id", options.operation_id},
             {"status", string_or(marked.item, "status", "")},
             {"error", member_or_null(marked.item, "error")},
             {"lock_released", marked.lock_released},
             {"left_behind", names},
             {"next_command", next_command(context, options.operation_id, marked.may_roll_back)}});
  return ExitCode::kDone;
}

}  // namespace

Command mark_failed_command() {
  return make_command<MarkFailedOptions>(
      {.path = "mark-failed",
       .summary = "End a stuck operation in the record, and let its target go",
       .description = "For an operation that nobody works on any more although its state says IN_PROGRESS. "
                      "Refuses while "
                      "its "
                      "execution runs (`cancel` is for that) or a step may still be at work. Records the "
                      "reason, releases "
                      "the "
                      "lock on the target, and says what was left behind. Nothing of it is deleted.",
       .examples = {{"{} mark-failed restore-20261121-065209-3f2a --reason 'its function was deleted'",
                     "then `cancel` undoes what it had begun"}}},
      bind_mark_failed, run_mark_failed);
}

}  // namespace aurora::cli
