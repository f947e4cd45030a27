#include <fmt/format.h>

#include "base/dates.h"
#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/schedules.h"
#include "cli/start_restore.h"

namespace aurora::cli {
namespace {

struct NameOptions {
  std::string name;
};

void bind_name(Binder& binder, NameOptions& options) {
  binder.argument("NAME", options.name, "The schedule", true);
}

ExitCode run_remove(Context& context, const NameOptions& options) {
  World world = open_world(context);
  Schedules(context, world).remove(options.name);
  context.terminal.err(fmt::format("Removed {}. Restores that it started go on.\n", options.name));
  return ExitCode::kDone;
}

ExitCode set_paused(Context& context, const NameOptions& options, bool paused) {
  World world = open_world(context);
  Schedules schedules(context, world);
  if (!schedules.set_paused(options.name, paused)) {
    context.terminal.err(fmt::format("{} is {} already.\n", options.name, paused ? "paused" : "active"));
    return ExitCode::kDone;
  }
  const auto next = next_run(schedules.get(options.name), context.clock.now());
  context.terminal.err(
      paused ? fmt::format("Paused {}: it starts no restores until it is resumed.\n", options.name)
      : next ? fmt::format("Resumed {}. The next run is at {}.\n", options.name, shown_time(context, *next))
             : fmt::format("Resumed {}, but its last time has passed.\n", options.name));
  return ExitCode::kDone;
}

ExitCode run_pause(Context& context, const NameOptions& options) {
  return set_paused(context, options, true);
}

ExitCode run_resume(Context& context, const NameOptions& options) {
  return set_paused(context, options, false);
}

ExitCode run_now(Context& context, const NameOptions& options) {
  World world = open_world(context);
  Json request = request_of(Schedules(context, world).get(options.name));
  const TimePoint now = context.clock.now();
  request["scheduled_time"] = format_iso_seconds(now);
  request["operation_id"] = options.name + kManualRun + format_strftime(now, "%Y%m%d-%H%M%S");
  const StartedRestore started = start_restore(context, world, request);
  // The id alone on standard output, so that a script can take it.
  context.terminal.out(started.operation_id + "\n");
  context.terminal.err(
      fmt::format("Started. Follow it: {}\n", command_line(context, "watch " + started.operation_id)));
  return ExitCode::kDone;
}

}  // namespace

Command schedule_remove_command() {
  return make_command<NameOptions>({.path = "schedule remove",
                                    .summary = "Remove a schedule",
                                    .description = "Restores that it started go on.",
                                    .examples = {{"{} schedule remove nightly", ""}}},
                                   bind_name, run_remove);
}

Command schedule_run_now_command() {
  return make_command<NameOptions>(
      {.path = "schedule run-now",
       .summary = "Start a schedule's restore at once, beside its times",
       .description =
           "Prints the operation's id. Dates and templates resolve against this moment. A schedule that is "
           "paused can be run too.",
       .examples = {{"{} watch \"$({} schedule run-now nightly)\"", "start it and follow it"}}},
      bind_name, run_now);
}

Command schedule_pause_command() {
  return make_command<NameOptions>({.path = "schedule pause",
                                    .summary = "Let a schedule start nothing until it is resumed",
                                    .description = "Times that pass meanwhile are not made up for.",
                                    .examples = {{"{} schedule pause nightly", ""}}},
                                   bind_name, run_pause);
}

Command schedule_resume_command() {
  return make_command<NameOptions>({.path = "schedule resume",
                                    .summary = "Let a paused schedule go on",
                                    .description = "",
                                    .examples = {{"{} schedule resume nightly", ""}}},
                                   bind_name, run_resume);
}

}  // namespace aurora::cli
