#include "cli/schedules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/text.h"

namespace aurora::cli {
namespace {

constexpr std::size_t kNameMax = 40;
constexpr int kPagesMax = 100;
constexpr char kStartExecution[] = "arn:aws:scheduler:::aws-sdk:sfn:startExecution";

// What UpdateSchedule takes of what GetSchedule gives.
constexpr const char* kUpdatable[] = {"Name",
                                      "GroupName",
                                      "ScheduleExpression",
                                      "ScheduleExpressionTimezone",
                                      "FlexibleTimeWindow",
                                      "Target",
                                      "Description",
                                      "StartDate",
                                      "EndDate",
                                      "KmsKeyArn",
                                      "ActionAfterCompletion"};

TimePoint time_or(const Json& object, const char* member, TimePoint fallback) {
  return parse_iso(string_or(object, member, "")).value_or(fallback);
}

// Nothing for one that AWS takes and this program does not know.
std::optional<schedule::Expression> expression_of(const Json& schedule) {
  try {
    return schedule::Expression::parse(string_or(schedule, "ScheduleExpression", ""));
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

std::string schedule_group(const World& world) {
  return "aurora-restore-" + world.names.environment;
}

void check_schedule_name(const std::string& name) {
  const bool legal = std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
  if (legal && !name.empty() && name.size() <= kNameMax) return;
  throw Error("InvalidInput", fmt::format("a schedule cannot be called \"{}\"", name),
              fmt::format("Its name has 1 to {} letters, digits, dots, underscores and hyphens.", kNameMax));
}

Json create_input(const World& world, const NewSchedule& schedule, TimePoint now) {
  Json request = schedule.request;
  request["scheduled_time"] = "<aws.scheduler.scheduled-time>";
  const Json start{{"StateMachineArn", world.names.state_machine_arn()},
                   {"Name", schedule.name + kScheduledRun + "<aws.scheduler.execution-id>"},
                   {"Input", dump_json(request)}};
  Json window{{"Mode", schedule.window_minutes > 0 ? "FLEXIBLE" : "OFF"}};
  if (schedule.window_minutes > 0) window["MaximumWindowInMinutes"] = schedule.window_minutes;
  Json input{{"Name", schedule.name},
             {"GroupName", schedule_group(world)},
             {"ScheduleExpression", schedule.expression},
             {"ScheduleExpressionTimezone", schedule.zone},
             {"State", schedule.paused ? "DISABLED" : "ENABLED"},
             {"FlexibleTimeWindow", window},
             {"Target",
              {{"Arn", kStartExecution},
               {"RoleArn", schedule.role_arn},
               {"Input", dump_json(start)},
               {"RetryPolicy", {{"MaximumEventAgeInSeconds", schedule.late_minutes * 60}}}}}};
  const auto expression = schedule::Expression::parse(schedule.expression);
  // Without a start, Scheduler runs a rate at once.
  if (expression.is_rate()) input["StartDate"] = format_iso_seconds(now + expression.period());
  return input;
}

Json request_inside(const Json& schedule) {
  const Json start = parse_json_or_discard(string_or(member_or_null(schedule, "Target"), "Input", ""));
  Json request = parse_json_or_discard(string_or(start, "Input", ""));
  if (!request.is_object()) return nullptr;
  request.erase("scheduled_time");
  return request;
}

Json request_of(const Json& schedule) {
  Json request = request_inside(schedule);
  if (request.is_null())
    throw Error("ScheduleNotUsable",
                fmt::format("schedule {} does not start restores", string_or(schedule, "Name", "")),
                "Somebody made or changed it by other means; remove it and add it again.");
  return request;
}

std::optional<TimePoint> next_run(const Json& schedule, TimePoint now) {
  if (string_or(schedule, "State", "ENABLED") != "ENABLED") return std::nullopt;
  const auto zone = schedule::Zone::find(string_or(schedule, "ScheduleExpressionTimezone", "UTC"));
  const auto expression = expression_of(schedule);
  if (!zone || !expression) return std::nullopt;
  const TimePoint start = time_or(schedule, "StartDate", time_or(schedule, "CreationDate", now));
  const bool is_later = !expression->is_at() && schedule.contains("StartDate") && start > now;
  const auto next = expression->next_after(is_later ? start - Duration(1) : now, *zone, start);
  const auto end = parse_iso(string_or(schedule, "EndDate", ""));
  return next && end && !expression->is_at() && *next > *end ? std::nullopt : next;
}

Json Schedules::call(std::string_view operation, const Json& input) {
  return world_.api->call("scheduler", world_.region(), operation, input);
}

void Schedules::ensure_group() {
  try {
    call("CreateScheduleGroup",
         {{"Name", schedule_group(world_)}, {"Tags", {{{"Key", restore::kManagedTag}, {"Value", "true"}}}}});
  } catch (const aws::ServiceError& error) {
    if (!error.is("ConflictException")) throw;
  }
}

void Schedules::create(const Json& input) {
  ensure_group();
  const std::string name = string_or(input, "Name", "");
  try {
    call("CreateSchedule", input);
  } catch (const aws::ServiceError& error) {
    if (error.is("ConflictException"))
      throw Error("ScheduleExists", fmt::format("there is a schedule {} already; it stands as it was", name),
                  fmt::format("Remove it first: {}", command_line(context_, "schedule remove " + name)));
    if (error.is("ValidationException") && error.message().find("assume the role") != std::string::npos)
      throw Error(
          "RoleNotUsable",
          fmt::format("EventBridge Scheduler cannot assume {}; nothing was scheduled",
                      string_or(input["Target"], "RoleArn", "")),
          "The role has to exist, trust scheduler.amazonaws.com, and allow states:StartExecution on " +
              world_.names.state_machine_arn() + ". --role-arn names another one.");
    throw;
  }
}

std::vector<Json> Schedules::all() {
  std::vector<Json> found;
  Json input{{"GroupName", schedule_group(world_)}};
  for (int page = 0; page < kPagesMax; ++page) {
    Json answer;
    try {
      answer = call("ListSchedules", input);
    } catch (const aws::ServiceError& error) {
      if (error.is("ResourceNotFoundException")) return found;  // no group: none was ever made
      throw;
    }
    for (const Json& each : member_or_null(answer, "Schedules"))
      found.push_back(call("GetSchedule", {{"GroupName", schedule_group(world_)}, {"Name", each["Name"]}}));
    const std::string next = string_or(answer, "NextToken", "");
    if (next.empty()) break;
    input["NextToken"] = next;
  }
  return found;
}

void Schedules::throw_not_found(const std::string& name) {
  std::vector<std::string> known;
  for (const Json& each : all()) known.push_back(string_or(each, "Name", ""));
  const auto near = nearest(name, known);
  throw Error("ScheduleNotFound",
              fmt::format("there is no schedule {} in environment {} ({})", name, world_.names.environment,
                          world_.region()),
              near ? fmt::format("Did you mean {}?", *near)
                   : fmt::format("`{}` shows them.", command_line(context_, "schedule list")));
}

Json Schedules::get(const std::string& name) {
  try {
    return call("GetSchedule", {{"GroupName", schedule_group(world_)}, {"Name", name}});
  } catch (const aws::ServiceError& error) {
    if (error.is("ResourceNotFoundException")) throw_not_found(name);
    throw;
  }
}

void Schedules::remove(const std::string& name) {
  try {
    call("DeleteSchedule", {{"GroupName", schedule_group(world_)}, {"Name", name}});
  } catch (const aws::ServiceError& error) {
    if (error.is("ResourceNotFoundException")) throw_not_found(name);
    throw;
  }
}

bool Schedules::set_paused(const std::string& name, bool paused) {
  const Json schedule = get(name);
  const char* state = paused ? "DISABLED" : "ENABLED";
  if (string_or(schedule, "State", "ENABLED") == state) return false;
  Json input = Json::object();
  for (const char* member : kUpdatable)
    if (schedule.contains(member)) input[member] = schedule[member];
  input["State"] = state;
  // Scheduler refuses a start that has passed; a rate goes on in its beat.
  const TimePoint now = context_.clock.now();
  if (time_or(input, "StartDate", now) < now) {
    Json enabled = input;
    enabled["State"] = "ENABLED";
    const auto next = next_run(enabled, now);
    input.erase("StartDate");
    const auto expression = expression_of(input);
    if (expression && expression->is_rate() && next) input["StartDate"] = format_iso_seconds(*next);
  }
  call("UpdateSchedule", input);
  return true;
}

}  // namespace aurora::cli
