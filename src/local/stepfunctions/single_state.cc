#include "local/stepfunctions/single_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/digest.h"
#include "base/ids.h"

namespace aurora::local::stepfunctions {
namespace {

// The names under which the states stand that the tested one leads to.
constexpr std::string_view kNext = "next:";
constexpr std::string_view kCaught = "caught:";

void redirect(Json& object, const char* field, const std::string& prefix, Json& states) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_string()) return;
  *found = prefix + found->get<std::string>();
  states[found->get<std::string>()] = {{"Type", "Succeed"}};
}

// A machine of the state alone: wherever it leads, the execution ends, and the name there tells the way.
Json machine_around(const std::string& name, Json state) {
  Json states = Json::object();
  redirect(state, "Next", std::string(kNext), states);
  redirect(state, "Default", std::string(kNext), states);
  if (const auto choices = state.find("Choices"); choices != state.end() && choices->is_array())
    for (Json& rule : *choices) redirect(rule, "Next", std::string(kNext), states);
  if (const auto catchers = state.find("Catch"); catchers != state.end() && catchers->is_array())
    for (std::size_t i = 0; i < catchers->size(); ++i)
      redirect((*catchers)[i], "Next", fmt::format("{}{}:", kCaught, i), states);
  states[name] = std::move(state);
  return {{"StartAt", name}, {"States", std::move(states)}};
}

bool is_entry(const asl::Event& event) {
  return asl::event_type_name(event.type).ends_with("StateEntered");
}

void take_way(StateRun& run, std::string_view entered) {
  if (entered.starts_with(kNext)) {
    run.next = entered.substr(kNext.size());
  } else if (entered.starts_with(kCaught)) {
    entered.remove_prefix(kCaught.size());
    const std::size_t colon = entered.find(':');
    run.catcher = static_cast<std::size_t>(std::stoul(std::string(entered.substr(0, colon))));
    run.next = entered.substr(colon + 1);
  }
}

// AWS leaves out here where in its history an execution would have failed.
std::optional<std::string> bare_cause(const asl::Execution& execution, const std::string& state) {
  const std::string where =
      fmt::format("An error occurred while executing the state '{}' (entered at the event id #2). ", state);
  std::optional<std::string> cause = execution.cause();
  if (cause && cause->starts_with(where)) cause->erase(0, where.size());
  return cause;
}

StateRun read_run(const asl::Execution& execution, const std::vector<asl::Event>& events) {
  StateRun run;
  run.succeeded = execution.status() == asl::ExecutionStatus::kSucceeded;
  run.output = execution.output();
  run.error = execution.error();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i > 1 && is_entry(events[i])) take_way(run, events[i].name);
    if (events[i].type == asl::EventType::kTaskSucceeded ||
        events[i].type == asl::EventType::kLambdaFunctionSucceeded)
      run.result = events[i].payload;
  }
  return run;
}

std::optional<std::size_t> waiting_retrier(const asl::Execution& execution) {
  const auto root = execution.strands().find(0);
  if (root == execution.strands().end() || root->second.phase != asl::Strand::Phase::kRetrying)
    return std::nullopt;
  const std::vector<int>& attempts = root->second.attempts;
  const auto used = std::find_if(attempts.begin(), attempts.end(), [](int count) { return count > 0; });
  return static_cast<std::size_t>(used - attempts.begin());
}

void answer_tasks(asl::Execution& execution, const std::vector<asl::TaskStart>& tasks,
                  const AnswerTask& answer, TimePoint now) {
  for (const asl::TaskStart& task : tasks) {
    const TaskAnswer given = answer(task);
    if (given.succeeded)
      execution.task_succeeded(task.strand, task.ticket, given.output, now);
    else
      execution.task_failed(task.strand, task.ticket, given.error, given.cause, now);
  }
}

Json without(Json state, std::initializer_list<const char*> fields) {
  for (const char* field : fields) state.erase(field);
  return state;
}

}  // namespace

double StateRunner::Host::random() {
  if (next_random_ == randoms_.size()) {
    std::uint64_t bits = 0;
    for (const char byte : random_bytes(sizeof(bits))) bits = bits << 8 | static_cast<unsigned char>(byte);
    randoms_.push_back(static_cast<double>(bits >> 11) * 0x1.0p-53);
  }
  return randoms_[next_random_++];
}

std::string StateRunner::Host::uuid() {
  if (next_uuid_ == uuids_.size()) uuids_.push_back(new_uuid());
  return uuids_[next_uuid_++];
}

std::string StateRunner::Host::task_token(int strand, std::int64_t ticket) {
  return fmt::format("TestState-{}-{}", strand, ticket);
}

StateRunner::StateRunner(std::string name, asl::ExecutionIdentity identity, std::string input)
    : name_(std::move(name)), identity_(std::move(identity)), input_(std::move(input)) {}

StateRun StateRunner::run(const Json& state, const AnswerTask& answer) {
  host_.rewind();
  asl::Execution execution(asl::Machine::compile(machine_around(name_, state)), identity_,
                           asl::Value::stored(input_), host_);
  std::vector<asl::Event> events;
  TimePoint now = identity_.start_time;
  execution.start(now);
  while (true) {
    asl::Changes changes = execution.take_changes();
    std::move(changes.events.begin(), changes.events.end(), std::back_inserter(events));
    const std::optional<std::size_t> retrier = waiting_retrier(execution);
    const std::optional<TimePoint> wake = execution.next_wake();
    if (execution.status() != asl::ExecutionStatus::kRunning || retrier) {
      StateRun run = read_run(execution, events);
      run.retrier = retrier;
      run.cause = bare_cause(execution, name_);
      return run;
    }
    if (!changes.tasks.empty()) {
      answer_tasks(execution, changes.tasks, answer, now);
    } else if (changes.more) {
      execution.proceed(now);
    } else {
      AURORA_INVARIANT(wake.has_value());
      now = std::max(now, *wake);
      execution.time_passed(now);
    }
  }
}

std::string_view status_name(StateOutcome::Status status) {
  switch (status) {
    case StateOutcome::Status::kSucceeded:
      return "SUCCEEDED";
    case StateOutcome::Status::kFailed:
      return "FAILED";
    case StateOutcome::Status::kRetriable:
      return "RETRIABLE";
    case StateOutcome::Status::kCaughtError:
      return "CAUGHT_ERROR";
  }
  return "";
}

namespace {

constexpr std::int64_t kMaxAttempts = 3;  // unless the retrier says otherwise

// The retrier that a failure meets, however many attempts it still has.
std::optional<std::size_t> matching_retrier(StateRunner& runner, Json state, const AnswerTask& answer) {
  const auto retriers = state.find("Retry");
  if (retriers == state.end() || !retriers->is_array()) return std::nullopt;
  for (Json& retrier : *retriers) retrier["MaxAttempts"] = 1;
  return runner.run(without(std::move(state), {"Catch"}), answer).retrier;
}

std::int64_t backoff_of(const Json& retrier, std::size_t retries) {
  const auto number = [&](const char* field, double fallback) {
    const Json& value = member_or_null(retrier, field);
    return value.is_number() ? value.get<double>() : fallback;
  };
  constexpr double kLongest = 31'622'400;  // the most that MaxDelaySeconds may be
  const double delay = number("IntervalSeconds", 1) * std::pow(number("BackoffRate", 2), retries);
  return static_cast<std::int64_t>(std::min(delay, number("MaxDelaySeconds", kLongest)));
}

}  // namespace

StateOutcome test_state(StateRunner& runner, const Json& state, const AnswerTask& answer,
                        const StateTest& test) {
  std::optional<TaskAnswer> given;
  const AnswerTask once = [&](const asl::TaskStart& task) {
    if (!given) given = answer(task);
    return *given;
  };
  const StateRun plain = runner.run(without(state, {"Retry", "Catch"}), once);
  StateOutcome outcome{
      .status = plain.succeeded ? StateOutcome::Status::kSucceeded : StateOutcome::Status::kFailed,
      .output = plain.output,
      .next = plain.next,
      .error = plain.error,
      .cause = plain.cause,
      .result = plain.result,
      .catcher = {},
      .retrier = {},
      .backoff_seconds = {}};
  if (plain.succeeded) return outcome;
  outcome.retrier = matching_retrier(runner, state, once);
  if (outcome.retrier) {
    const Json& retrier = state["Retry"][*outcome.retrier];
    if (static_cast<std::int64_t>(test.retries) < int_or(retrier, "MaxAttempts", kMaxAttempts)) {
      outcome.status = StateOutcome::Status::kRetriable;
      outcome.backoff_seconds = backoff_of(retrier, test.retries);
      return outcome;
    }
  }
  if (!state.contains("Catch")) return outcome;
  const StateRun caught = runner.run(without(state, {"Retry"}), once);
  if (!caught.catcher) return outcome;
  outcome.status = StateOutcome::Status::kCaughtError;
  outcome.output = caught.output;
  outcome.next = caught.next;
  outcome.catcher = caught.catcher;
  outcome.retrier.reset();
  return outcome;
}

}  // namespace aurora::local::stepfunctions
