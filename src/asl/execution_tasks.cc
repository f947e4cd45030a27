// Tasks: from Scheduled to an answer, a timeout or a failure.
#include <fmt/format.h>

#include "asl/execution_live.h"

namespace aurora::asl {
namespace {

bool is_function(const Resource& resource) {
  return resource.kind == Resource::Kind::kLambdaFunction;
}

// The members that every event of an integration carries, or an empty object for a function.
Json resource_members(const Resource& resource) {
  if (is_function(resource)) return Json::object();
  return {{"resource", resource.name}, {"resourceType", resource.service}};
}

Json whole_number(double seconds) {
  return static_cast<std::int64_t>(std::min(seconds, 1e15));
}

}  // namespace

void Execution::execute_task(Strand& strand, const TaskState& task) {
  ++strand.ticket;
  strand.submitted = strand.begun = false;
  schedule_task(strand, task);
}

void Execution::schedule_task(Strand& strand, const TaskState& task) {
  live(strand).effective.reset();
  live(strand).context.reset();
  const Value input = effective_input(strand);
  check_size(input, strand.state);
  const Json& raw = input_of(strand).json();
  const std::optional<double> timeout = seconds_of(strand, task.timeout, "TimeoutSeconds", raw);
  const std::optional<double> heartbeat = seconds_of(strand, task.heartbeat, "HeartbeatSeconds", raw);
  Json details = resource_members(task.resource);
  if (is_function(task.resource)) details["resource"] = task.resource.arn;
  if (!is_function(task.resource)) details["region"] = identity_.region;
  if (timeout) details["timeoutInSeconds"] = whole_number(*timeout);
  if (heartbeat && !is_function(task.resource)) details["heartbeatInSeconds"] = whole_number(*heartbeat);
  if (task.credentials.is_object()) {
    const Template credentials = Template::compile(task.credentials);
    const Json role = credentials.evaluate(scope(strand, raw), host_);
    details["taskCredentials"] = {{"roleArn", member_or_null(role, "RoleArn")}};
  }
  const EventType type =
      is_function(task.resource) ? EventType::kLambdaFunctionScheduled : EventType::kTaskScheduled;
  add_strand_event(strand, type, input.text(), std::move(details));
  strand.phase = Strand::Phase::kTask;
  strand.timeout_at = timeout ? std::optional(now_ + to_duration(*timeout)) : std::nullopt;
  strand.heartbeat_seconds = heartbeat;
  strand.heartbeat_at = heartbeat ? std::optional(now_ + to_duration(*heartbeat)) : std::nullopt;
  set_task_wake(strand);
  live(strand).task_input = input.text();
  to_begin_.push_back(strand.id);
}

void Execution::set_task_wake(Strand& strand) {
  strand.wake_at = strand.timeout_at;
  if (strand.heartbeat_at && (!strand.wake_at || *strand.heartbeat_at < *strand.wake_at))
    strand.wake_at = strand.heartbeat_at;
  changed(strand);
}

// All that one step scheduled begins together, after everything else of the step, as on AWS.
void Execution::begin_tasks() {
  while (!to_begin_.empty()) {
    Strand* strand = find(to_begin_.front());
    if (!strand || strand->phase != Strand::Phase::kTask || strand->begun) {
      to_begin_.pop_front();
      continue;
    }
    const TaskState& task = *state_of(*strand).as<TaskState>();
    std::string input = std::exchange(live(*strand).task_input, {});
    if (input.empty()) input = lookup_(strand->last_event);
    const EventType type =
        is_function(task.resource) ? EventType::kLambdaFunctionStarted : EventType::kTaskStarted;
    add_strand_event(*strand, type, {}, resource_members(task.resource));
    strand->begun = true;
    Json credentials = task.credentials;
    tasks_.push_back({strand->id, strand->ticket, task.resource, std::move(input), std::move(credentials)});
    to_begin_.pop_front();
  }
}

Strand* Execution::waiting_task(int id, std::int64_t ticket) {
  return status_ == ExecutionStatus::kRunning && waits_for(id, ticket) ? find(id) : nullptr;
}

void Execution::task_submitted(int id, std::int64_t ticket, const std::string& output, TimePoint now) {
  Strand* strand = waiting_task(id, ticket);
  if (!strand || strand->submitted) return;
  now_ = now;
  const TaskState& task = *state_of(*strand).as<TaskState>();
  try {
    add_strand_event(*strand, EventType::kTaskSubmitted, output, resource_members(task.resource));
    strand->submitted = true;
  } catch (const HistoryFull&) {
    fail_execution({}, 0);
  }
}

void Execution::task_succeeded(int id, std::int64_t ticket, const std::string& output, TimePoint now) {
  Strand* strand = waiting_task(id, ticket);
  if (!strand) return;
  const TaskState& task = *state_of(*strand).as<TaskState>();
  const std::string& what = is_function(task.resource) ? task.resource.arn : task.resource.service;
  try {
    check_size(Value::stored(output), what);
  } catch (const Error& e) {
    return task_failed(id, ticket, e.name(), e.message(), now);
  }
  const std::optional<Value> value = Value::parse(output);
  if (!value)
    return task_failed(id, ticket, "States.TaskFailed", "The output of the task is not valid JSON.", now);
  now_ = now;
  try {
    const EventType type =
        is_function(task.resource) ? EventType::kLambdaFunctionSucceeded : EventType::kTaskSucceeded;
    add_strand_event(*strand, type, output, resource_members(task.resource));
    strand->wake_at.reset();
    guarded(*strand, [&] { complete(*strand, *value); });
  } catch (const HistoryFull&) {
    fail_execution({}, 0);
  }
  run();
}

void Execution::task_failed(int id, std::int64_t ticket, const std::string& error, const std::string& cause,
                            TimePoint now) {
  Strand* strand = waiting_task(id, ticket);
  if (!strand) return;
  now_ = now;
  const Failure failure{.error = error, .cause = cause};
  try {
    record_task_failure(*strand, failure);
    fail_state(*strand, failure);
  } catch (const HistoryFull&) {
    fail_execution({}, 0);
  }
  run();
}

void Execution::task_interrupted(int id, std::int64_t ticket, const std::string& cause, TimePoint now) {
  Strand* strand = waiting_task(id, ticket);
  if (!strand || !strand->begun || strand->submitted) return;
  if (strand->reruns >= kRerunsMax) return task_failed(id, ticket, "States.TaskFailed", cause, now);
  now_ = now;
  const TaskState& task = *state_of(*strand).as<TaskState>();
  try {
    record_task_failure(*strand, {.error = "States.TaskFailed", .cause = cause});
    ++strand->reruns;
    guarded(*strand, [&] { execute_task(*strand, task); });
  } catch (const HistoryFull&) {
    fail_execution({}, 0);
  }
  run();
}

void Execution::task_heartbeat(int id, std::int64_t ticket, TimePoint now) {
  Strand* strand = waiting_task(id, ticket);
  if (!strand || !strand->heartbeat_seconds) return;
  now_ = now;
  strand->heartbeat_at = now + to_duration(*strand->heartbeat_seconds);
  set_task_wake(*strand);
}

void Execution::record_task_failure(Strand& strand, const Failure& failure) {
  const TaskState& task = *state_of(strand).as<TaskState>();
  Json details = {{"error", failure.error}, {"cause", failure.cause}};
  details.update(resource_members(task.resource));
  add_strand_event(strand,
                   is_function(task.resource) ? EventType::kLambdaFunctionFailed : EventType::kTaskFailed, {},
                   std::move(details));
}

void Execution::record_timeout(Strand& strand) {
  const TaskState& task = *state_of(strand).as<TaskState>();
  Json details = {{"error", "States.Timeout"}};
  details.update(resource_members(task.resource));
  add_strand_event(strand,
                   is_function(task.resource) ? EventType::kLambdaFunctionTimedOut : EventType::kTaskTimedOut,
                   {}, std::move(details));
}

}  // namespace aurora::asl
