// Schedules of restores in EventBridge Scheduler: on AWS and at the local endpoint alike. An environment's
// schedules are in one group, and each starts executions of its state machine that are named after it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/world.h"
#include "schedule/expression.h"

namespace aurora::cli {

// "aurora-restore-<environment>"
std::string schedule_group(const World& world);
// The execution's name, and so the operation's id, of each run: "<schedule>-at-<the run's id>". A run that is
// delivered twice has the same id. Those that a person starts are "<schedule>-now-<UTC date>-<UTC time>".
inline constexpr char kScheduledRun[] = "-at-";
inline constexpr char kManualRun[] = "-now-";

struct NewSchedule {
  std::string name;
  std::string expression;  // cron(...), rate(...) or at(...)
  std::string zone = "UTC";
  std::string role_arn;
  Json request;            // checked
  int late_minutes = 60;   // a run that cannot be started for so long is missed
  int window_minutes = 0;  // runs begin at any time within it
  bool paused = false;
};

// The input of CreateSchedule. The request's dates resolve against the run's scheduled time.
Json create_input(const World& world, const NewSchedule& schedule, TimePoint now);

// A name's rule: 1 to 40 letters, digits, dots, underscores and hyphens. Throws Error "InvalidInput".
void check_schedule_name(const std::string& name);

// The request that a schedule's runs get, without its scheduled time; null when it starts something else.
Json request_inside(const Json& schedule);
// The same; throws Error "ScheduleNotUsable" instead.
Json request_of(const Json& schedule);

// When the schedule is due next; nothing when it is paused or over, or cannot be read. AWS does not say.
std::optional<TimePoint> next_run(const Json& schedule, TimePoint now);

class Schedules {
 public:
  Schedules(Context& context, World& world) : context_(context), world_(world) {}

  // Makes the group too. Throws Error "ScheduleExists", and "RoleNotUsable" when Scheduler cannot assume the
  // role.
  void create(const Json& input);
  // As GetSchedule gives them, by name.
  std::vector<Json> all();
  // Throws Error "ScheduleNotFound", which names the nearest.
  Json get(const std::string& name);
  void remove(const std::string& name);
  // Pauses it or lets it go on; false when it stood so already.
  bool set_paused(const std::string& name, bool paused);

 private:
  Json call(std::string_view operation, const Json& input);
  void ensure_group();
  [[noreturn]] void throw_not_found(const std::string& name);

  Context& context_;
  World& world_;
};

}  // namespace aurora::cli
