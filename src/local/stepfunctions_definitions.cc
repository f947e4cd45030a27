// Definitions that are looked at without a state machine: ValidateStateMachineDefinition and TestState.
#include <fmt/format.h>

#include <atomic>

#include "base/ids.h"
#include "local/stepfunctions.h"
#include "local/stepfunctions/definition.h"
#include "local/stepfunctions/inspection.h"
#include "local/stepfunctions/mock.h"

namespace aurora::local {

using stepfunctions::Mock;
using stepfunctions::StateOutcome;
using stepfunctions::StateRunner;
using stepfunctions::TaskAnswer;

Json StepFunctionsService::validate_state_machine_definition(const Call& call) {
  constexpr std::int64_t kResultsMax = 100;
  const std::int64_t asked = int_or(call.input, "maxResults", 0);
  return stepfunctions::validation_answer(
      required(call, "definition"),
      {.type = text_or(call, "type", "STANDARD"),
       .warnings = text_or(call, "severity", "ERROR") == "WARNING",
       .results_max = static_cast<std::size_t>(asked == 0 ? kResultsMax : asked)},
      stepfunctions::ServiceTaskInvoker::knows);
}

namespace {

// TestState may take five minutes.
constexpr std::chrono::seconds kTestMax{300};
constexpr char kNamelessState[] = "StateName";

aws::ServiceError invalid(const std::string& message) {
  return {"ValidationException", message};
}

// A state of a definition by its name, also in branches and iterations; null when there is none.
Json find_state(const Json& definition, const std::string& name) {
  Json found;
  asl::visit_states(definition, [&](const std::string& location, const Json& state) {
    if (location.ends_with("/States/" + name)) found = state;
  });
  return found;
}

// The targets of a state that stands alone.
std::vector<std::string> targets_of(const Json& state) {
  std::vector<std::string> names{string_or(state, "Next", ""), string_or(state, "Default", "")};
  for (const char* list : {"Choices", "Catch"})
    for (const Json& each : member_or_null(state, list)) names.push_back(string_or(each, "Next", ""));
  std::erase(names, "");
  return names;
}

// A machine of one state and of stubs where it leads, so that it can be judged as a machine.
std::string machine_of(const std::string& name, const Json& state, const Json& language) {
  Json states = Json::object();
  for (const std::string& target : targets_of(state)) states[target] = {{"Type", "Succeed"}};
  states[name] = state;
  Json machine = {{"StartAt", name}, {"States", std::move(states)}};
  if (!language.is_null()) machine["QueryLanguage"] = language;
  return dump_json(machine);
}

struct Tested {
  std::string name;
  Json state;
  Json language;  // of the machine around it, or null
};

Tested tested_state(const Call& call) {
  const std::string definition = required(call, "definition");
  const std::string name = text_or(call, "stateName");
  const bool bounded = asl::depth_is_bounded(definition);
  const Json parsed = bounded ? parse_json_or_discard(definition) : Json();
  if (!parsed.is_object() || !name.empty())
    stepfunctions::check_definition(definition, [](const asl::Resource&) { return true; });
  if (name.empty()) return {.name = kNamelessState, .state = parsed, .language = {}};
  Json state = find_state(parsed, name);
  if (state.is_null()) throw invalid("State not found in definition");
  return {.name = name, .state = std::move(state), .language = member_or_null(parsed, "QueryLanguage")};
}

void check_tested(const Tested& tested, bool mocked) {
  stepfunctions::check_definition(
      machine_of(tested.name, tested.state, tested.language), [&](const asl::Resource& resource) {
        return mocked || resource.pattern != asl::Resource::Pattern::kRequestResponse ||
               stepfunctions::ServiceTaskInvoker::knows(resource);
      });
  if (mocked) return;
  const std::string type = string_or(tested.state, "Type", "");
  if (type == "Map" || type == "Parallel")
    throw aws::ServiceError("InvalidDefinition",
                            "TestState API does not support Map or Parallel states. Supported state types "
                            "include: [Task, Wait, Pass, Succeed, Fail, Choice]");
  const asl::Resource resource = asl::parse_resource(string_or(tested.state, "Resource", ""));
  if (resource.pattern != asl::Resource::Pattern::kRequestResponse)
    throw aws::ServiceError("InvalidDefinition",
                            "TestState API supports .sync and .waitForTaskToken service integration patterns "
                            "only when a mock is specified");
}

void check_arguments(const Call& call) {
  for (const char* member : {"context", "variables"})
    if (call.input.contains(member))
      throw invalid(fmt::format("TestState of the local endpoint does not take {}.", member));
  const Json& configuration = member_or_null(call.input, "stateConfiguration");
  if (configuration.contains("mapIterationFailureCount") && !call.input.contains("mock"))
    throw invalid("TestState does not support MapIterationFailureCount when a mock is not specified.");
}

void check_role(const Call& call, const Json& state) {
  if (string_or(state, "Type", "") == "Task" && text_or(call, "roleArn").empty())
    throw invalid("RoleArn must be specified when testing a Task state");
}

std::string checked_input(const Call& call) {
  const std::string input = text_or(call, "input", "{}");
  if (asl::Value::parse(input)) return input;
  throw aws::ServiceError("InvalidExecutionInput", fmt::format("Invalid State Machine Execution Input: '{}'",
                                                               asl::json_problem(input)));
}

asl::ExecutionIdentity identity_of(const Call& call, TimePoint now) {
  const std::string machine = new_uuid(), execution = new_uuid();
  return {.arn = make_arn("states", call.region, fmt::format("express:{}:{}", machine, execution)),
          .name = execution,
          .machine_arn = make_arn("states", call.region, "stateMachine:" + machine),
          .machine_name = machine,
          .role_arn = text_or(call, "roleArn"),
          .region = call.region,
          .start_time = now};
}

std::chrono::seconds time_for(const Json& state) {
  const std::int64_t timeout = int_or(state, "TimeoutSeconds", kTestMax.count());
  return std::clamp(std::chrono::seconds(timeout), std::chrono::seconds(1), kTestMax);
}

// Carries a task out, and gives up when its time is over.
TaskAnswer invoke_within(stepfunctions::TaskInvoker& invoker, Clock& clock, const asl::TaskStart& task,
                         const Call& call, std::chrono::seconds limit) {
  std::stop_source stop;
  std::atomic<bool> late = false;
  const std::stop_callback forwarded(call.stop, [&] { stop.request_stop(); });
  std::jthread watch([&](const std::stop_token& ended) {
    if (!clock.sleep_for(limit, ended) || ended.stop_requested()) return;
    late = true;
    stop.request_stop();
  });
  TaskAnswer answer = invoker.invoke(task, call.region, stop.get_token());
  watch.request_stop();
  watch.join();
  if (late && !answer.succeeded)
    return {.succeeded = false, .output = {}, .error = "States.Timeout", .cause = ""};
  return answer;
}

// A Map whose items are not to be found fails before its work begins, and one with too many failures after
// it.
std::optional<StateOutcome> map_failure(StateRunner& runner, const Json& state, Mock& mock) {
  const stepfunctions::MapPlan plan = plan_map(runner, state);
  if (!plan.items.succeeded) {
    StateOutcome outcome;
    outcome.status = StateOutcome::Status::kFailed;
    outcome.error = plan.items.error;
    outcome.cause = plan.items.cause;
    return outcome;
  }
  const auto failed = static_cast<double>(mock.failed_iterations);
  const auto items = static_cast<double>(Json::parse(plan.items.output).size());
  const bool too_many = plan.tolerated_count && failed > static_cast<double>(*plan.tolerated_count);
  const bool too_large =
      plan.tolerated_percentage && items > 0 && failed * 100 / items > *plan.tolerated_percentage;
  if (too_many || too_large)
    mock.answer = {.succeeded = false,
                   .output = {},
                   .error = "States.ExceedToleratedFailureThreshold",
                   .cause = "The specified tolerated failure threshold was exceeded"};
  return std::nullopt;
}

Json answer_of(const StateOutcome& outcome) {
  Json answer = {{"status", stepfunctions::status_name(outcome.status)}};
  const bool has_output = outcome.status == StateOutcome::Status::kSucceeded ||
                          outcome.status == StateOutcome::Status::kCaughtError;
  if (has_output) answer["output"] = outcome.output;
  if (outcome.error) answer["error"] = *outcome.error;
  if (outcome.cause) answer["cause"] = *outcome.cause;
  if (!outcome.next.empty()) answer["nextState"] = outcome.next;
  return answer;
}

}  // namespace

Json StepFunctionsService::test_state(const Call& call) {
  check_arguments(call);
  const Tested tested = tested_state(call);
  check_tested(tested, call.input.contains("mock"));
  std::optional<Mock> mock = stepfunctions::mock_of(call, tested.state);
  if (!mock) check_role(call, tested.state);
  StateRunner runner(tested.name, identity_of(call, clock_.now()), checked_input(call));
  const std::string type = string_or(tested.state, "Type", "");
  std::optional<StateOutcome> outcome;
  if (mock && type == "Map") outcome = map_failure(runner, tested.state, *mock);
  if (!outcome) {
    const auto work = [&](const asl::TaskStart& task) {
      return mock ? mock->answer : invoke_within(invoker_, clock_, task, call, time_for(tested.state));
    };
    const std::int64_t retries =
        int_or(member_or_null(call.input, "stateConfiguration"), "retrierRetryCount", 0);
    outcome = stepfunctions::test_state(
        runner, type == "Task" || !mock ? tested.state : stepfunctions::as_task(tested.state), work,
        {.retries = static_cast<std::size_t>(std::max<std::int64_t>(0, retries))});
  }
  Json answer = answer_of(*outcome);
  if (text_or(call, "inspectionLevel", "INFO") != "INFO")
    answer["inspectionData"] = inspection_of(runner, tested.state, *outcome);
  return answer;
}

}  // namespace aurora::local
