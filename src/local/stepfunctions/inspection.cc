#include "local/stepfunctions/inspection.h"

#include <fmt/format.h>

namespace aurora::local::stepfunctions {
namespace {

// The fields of `state` that are named, as a state of another type.
Json part(const Json& state, const char* type, std::initializer_list<const char*> fields) {
  Json taken = {{"Type", type}, {"End", true}};
  for (const char* field : fields)
    if (state.contains(field)) taken[field] = state[field];
  return taken;
}

TaskAnswer no_answer(const asl::TaskStart&) {
  return {};
}

// Adds what a part of the state comes to; nothing where it fails.
void add_run(Json& data, const char* member, StateRunner& runner, const Json& state,
             const AnswerTask& answer = no_answer) {
  const StateRun run = runner.run(state, answer);
  if (run.succeeded) data[member] = run.output;
}

// From the result on, through a Task whose answer it is.
void add_after_result(Json& data, StateRunner& runner, Json state, const std::string& result) {
  state["Resource"] = "arn:aws:states:::test:state";
  const AnswerTask answer = [&](const asl::TaskStart&) {
    return TaskAnswer{.succeeded = true, .output = result, .error = {}, .cause = {}};
  };
  add_run(data, "afterResultSelector", runner,
          part(state, "Task", {"Resource", "InputPath", "Parameters", "ResultSelector"}), answer);
  add_run(data, "afterResultPath", runner,
          part(state, "Task", {"Resource", "InputPath", "Parameters", "ResultSelector", "ResultPath"}),
          answer);
}

void add_pass(Json& data, StateRunner& runner, const Json& state) {
  if (state.contains("Result")) {
    data["result"] = dump_json(state["Result"]);
    data["afterResultSelector"] = data["result"];
  } else {
    add_run(data, "afterInputPath", runner, part(state, "Pass", {"InputPath"}));
    add_run(data, "afterParameters", runner, part(state, "Pass", {"InputPath", "Parameters"}));
    if (data.contains("afterParameters")) data["afterResultSelector"] = data["afterParameters"];
  }
  add_run(data, "afterResultPath", runner,
          part(state, "Pass", {"InputPath", "Parameters", "Result", "ResultPath"}));
}

void add_task(Json& data, StateRunner& runner, const Json& state, const std::optional<std::string>& result) {
  add_run(data, "afterInputPath", runner, part(state, "Pass", {"InputPath"}));
  add_run(data, "afterParameters", runner, part(state, "Pass", {"InputPath", "Parameters"}));
  if (!result) return;
  data["result"] = *result;
  add_after_result(data, runner, state, *result);
}

// A Map that does nothing with its items.
Json idle_map(const Json& state, std::initializer_list<const char*> fields) {
  Json map = part(state, "Map", fields);
  map["ItemProcessor"] = {{"StartAt", "Item"}, {"States", {{"Item", {{"Type", "Pass"}, {"End", true}}}}}};
  return map;
}

// A number that is given as such, or by a path into the state's input.
std::optional<double> number_of(StateRunner& runner, const Json& state, const std::string& field) {
  if (member_or_null(state, field).is_number()) return state[field].get<double>();
  const Json& path = member_or_null(state, field + "Path");
  if (!path.is_string()) return std::nullopt;
  Json reader = part(state, "Pass", {"InputPath"});
  reader["OutputPath"] = path;
  const StateRun run = runner.run(reader, no_answer);
  const Json value = run.succeeded ? parse_json_or_discard(run.output) : Json();
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

void add_map(Json& data, StateRunner& runner, const Json& state, const std::optional<std::string>& result) {
  add_run(data, "afterInputPath", runner, part(state, "Pass", {"InputPath"}));
  const MapPlan plan = plan_map(runner, state);
  if (!plan.items.succeeded) return;
  data["afterItemsPath"] = plan.items.output;
  if (state.contains("ItemSelector") || state.contains("Parameters"))
    add_run(data, "afterItemSelector", runner,
            idle_map(state, {"InputPath", "ItemsPath", "ItemSelector", "Parameters"}));
  data["maxConcurrency"] = plan.max_concurrency;
  if (plan.tolerated_count) data["toleratedFailureCount"] = *plan.tolerated_count;
  if (plan.tolerated_percentage) data["toleratedFailurePercentage"] = *plan.tolerated_percentage;
  if (result) add_after_result(data, runner, as_task(state), *result);
}

Json error_details(const StateOutcome& outcome) {
  Json details = Json::object();
  if (outcome.catcher) details["catchIndex"] = *outcome.catcher;
  if (outcome.retrier) details["retryIndex"] = *outcome.retrier;
  if (outcome.backoff_seconds) details["retryBackoffIntervalSeconds"] = *outcome.backoff_seconds;
  return details;
}

}  // namespace

Json as_task(const Json& state) {
  Json task =
      part(state, "Task", {"InputPath", "ResultSelector", "ResultPath", "OutputPath", "Retry", "Catch"});
  if (state.contains("Next")) {
    task.erase("End");
    task["Next"] = state["Next"];
  }
  // A Map's Parameters are the former name of its ItemSelector.
  if (string_or(state, "Type", "") == "Parallel" && state.contains("Parameters"))
    task["Parameters"] = state["Parameters"];
  task["Resource"] = "arn:aws:states:::test:state";
  return task;
}

MapPlan plan_map(StateRunner& runner, const Json& state) {
  MapPlan plan{
      .items = runner.run(idle_map(state, {"InputPath", "ItemsPath"}), no_answer),
      .max_concurrency = static_cast<std::int64_t>(number_of(runner, state, "MaxConcurrency").value_or(0)),
      .tolerated_count = {},
      .tolerated_percentage = number_of(runner, state, "ToleratedFailurePercentage")};
  if (const auto count = number_of(runner, state, "ToleratedFailureCount"))
    plan.tolerated_count = static_cast<std::int64_t>(*count);
  return plan;
}

Json inspection_of(StateRunner& runner, const Json& state, const StateOutcome& outcome) {
  const std::string type = string_or(state, "Type", "");
  Json data = {{"input", runner.input()}};
  if (type == "Pass")
    add_pass(data, runner, state);
  else if (type == "Task")
    add_task(data, runner, state, outcome.result);
  else if (type == "Map")
    add_map(data, runner, state, outcome.result);
  else if (type != "Parallel")
    add_run(data, "afterInputPath", runner, part(state, "Pass", {"InputPath"}));
  else if (outcome.result)
    add_after_result(data, runner, as_task(state), *outcome.result);
  Json details = error_details(outcome);
  if (!details.empty()) data["errorDetails"] = std::move(details);
  return data;
}

}  // namespace aurora::local::stepfunctions
