#include <fmt/format.h>

#include "base/dates.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/pipeline_config.h"
#include "cli/request_input.h"
#include "cli/schedules.h"
#include "cli/uploads.h"

namespace aurora::cli {
namespace {

struct AddOptions {
  std::string name;
  std::string cron;
  std::string rate;
  std::string at;
  std::string zone = "UTC";
  std::string role;
  int late_minutes = 60;
  int window_minutes = 0;
  bool paused = false;
  RequestOptions request;
  OutputOptions output;
};

void bind_add(Binder& binder, AddOptions& options) {
  binder.argument("NAME", options.name, "What to call it; its runs' operations begin with it", true);
  binder.option(
      "--cron", "FIELDS", options.cron,
      "Six fields: minutes, hours, day of month, month, day of week, year; '0 2 * * ? *' is daily at 2:00",
      {});
  binder.option("--rate", "RATE", options.rate,
                "'1 day', '6 hours', '30 minutes'; the first run is one rate from now", {});
  binder.option("--at", "TIME", options.at, "Once, at a time such as 2026-12-24T02:00", {});
  binder.option("--timezone", "ZONE", options.zone,
                "In which --cron and --at are meant, such as Europe/Berlin", {});
  binder.flag("--paused", options.paused, "Do not run it before `schedule resume`");
  binder.number("--late", "MINUTES", options.late_minutes, 1, 1440,
                "A run that could not be started for so long is missed");
  binder.number("--window", "MINUTES", options.window_minutes, 1, 1440,
                "Runs begin at any moment within it, so that many schedules do not begin together");
  binder.option(
      "--role-arn", "ARN", options.role,
      "The role with which EventBridge Scheduler starts the restore; the setting scheduler_role_arn, else "
      "aurora-restore-scheduler-ENVIRONMENT",
      {});
  bind_request_options(binder, options.request);
  bind_output(binder, options.output, "The schedule as JSON");
}

std::string at_expression(const std::string& time) {
  std::string text = replace_all(std::string(trim(time)), " ", "T");
  if (text.size() == std::string_view("2026-12-24T02:00").size()) text += ":00";
  return "at(" + text + ")";
}

// "0 2 * * ? *" and "cron(0 2 * * ? *)" are the same.
std::string wrapped(std::string_view kind, const std::string& text) {
  const std::string_view bare = trim(text);
  return bare.starts_with(kind) ? std::string(bare) : fmt::format("{}({})", kind, bare);
}

std::string expression_of(const AddOptions& options) {
  const int given = !options.cron.empty() + !options.rate.empty() + !options.at.empty();
  if (given != 1)
    throw Error("UsageError", "a schedule needs exactly one of --cron, --rate and --at",
                "For example --cron '0 2 * * ? *' for every day at 2:00.");
  const std::string expression = !options.cron.empty()   ? wrapped("cron", options.cron)
                                 : !options.rate.empty() ? wrapped("rate", options.rate)
                                                         : at_expression(options.at);
  schedule::Expression::parse(expression);
  if (!schedule::Zone::find(options.zone))
    throw Error("InvalidSchedule", fmt::format("there is no time zone {}", options.zone),
                "Names are IANA's, such as Europe/Berlin or America/New_York.");
  return expression;
}

Json checked_request(Context& context, const AddOptions& options) {
  Json request = build_request(context, options.request);
  for (const char* own : {"operation_id", "scheduled_time"})
    if (request.contains(own))
      throw Error("InvalidInput", fmt::format("{}: a schedule's runs each have their own", own),
                  "Leave it away.");
  return request;
}

std::string role_of(World& world, const AddOptions& options) {
  if (!options.role.empty()) return options.role;
  const std::string configured = string_or(read_pipeline_config(world), "scheduler_role_arn", "");
  if (!configured.empty()) return configured;
  return fmt::format("arn:aws:iam::{}:role/aurora-restore-scheduler-{}", world.names.account,
                     world.names.environment);
}

void say_when(Context& context, const World& world, const Json& input) {
  const TimePoint now = context.clock.now();
  const auto next = next_run(input, now);
  context.terminal.err(
      next ? fmt::format("Scheduled. The first run is at {}, in {}.\n", shown_time(context, *next),
                         human_duration(*next - now))
           : fmt::format("Scheduled, and paused. {}\n",
                         command_line(context, "schedule resume " + string_or(input, "Name", ""))));
  if (world.local)
    context.terminal.err("  It runs while the local endpoint runs (`" +
                         command_line(context, "local status") + "`).\n");
}

ExitCode run_add(Context& context, const AddOptions& options) {
  check_schedule_name(options.name);
  NewSchedule schedule{.name = options.name,
                       .expression = expression_of(options),
                       .zone = options.zone,
                       .role_arn = {},
                       .request = checked_request(context, options),
                       .late_minutes = options.late_minutes,
                       .window_minutes = options.window_minutes,
                       .paused = options.paused};
  World world = open_world_starting_endpoint(context);
  const TimePoint now = context.clock.now();
  Json as_enabled = create_input(world, schedule, now);
  as_enabled["State"] = "ENABLED";
  if (!next_run(as_enabled, now))
    throw Error("InvalidSchedule",
                fmt::format("{} ({}) is never due again", schedule.expression, schedule.zone),
                "Nothing was scheduled. Give a time that is still to come.");
  schedule.role_arn = role_of(world, options);
  schedule.request = with_uploaded_files(world, schedule.request);
  const Json input = create_input(world, schedule, now);
  Schedules(context, world).create(input);
  if (options.output.is_table())
    context.terminal.out(options.name + "\n");
  else
    print_one(context, options.output, input);
  say_when(context, world, input);
  return ExitCode::kDone;
}

}  // namespace

Command schedule_add_command() {
  return make_command<AddOptions>(
      {.path = "schedule add",
       .summary = "Restore again and again, or once at a time to come",
       .description = "Makes a schedule in EventBridge Scheduler, which starts the pipeline with the request "
                      "given here. It takes "
                      "the options of `run`, and the request is checked before anything is made. Dates such "
                      "as `today` and "
                      "templates such as {date} resolve against the time for which a run was scheduled.\n\nA "
                      "run for a target at "
                      "which another restore still works fails with TargetLocked and changes nothing.",
       .examples =
           {{"{} schedule add nightly --cron '0 2 * * ? *' --timezone Europe/Berlin --snapshot-date today",
             "every night at two, Berlin's time"},
            {"{} schedule add drill --rate '7 days' --snapshot 'prod-{date-1d}' --target-cluster drill",
             "every week, with the snapshot of the day before"},
            {"{} schedule add once --at 2026-12-24T02:00 --snapshot-date latest", "one time"}}},
      bind_add, run_add);
}

}  // namespace aurora::cli
