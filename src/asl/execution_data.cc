// How data flows through a state: InputPath, Parameters, ResultSelector, ResultPath, OutputPath, and the
// context object.
#include <fmt/format.h>

#include "asl/execution_live.h"
#include "base/dates.h"

namespace aurora::asl {
namespace {

// InputPath and OutputPath.
Value filter(const PathField& field, const Value& data, const Scope& scope, Host& host,
             std::string_view name) {
  if (field.discard) return Value::of(Json::object());
  if (!field.problem.problem().empty()) field.problem.evaluate(scope, host, name);
  if (field.path.is_whole()) return data;
  try {
    return Value::of(field.path.evaluate(scope));
  } catch (const PathMiss& e) {
    throw PathMiss(fmt::format("Invalid path '{}' : {}", field.path.text(), e.message()));
  }
}

}  // namespace

const Value& Execution::input_of(const Strand& strand) {
  Live& memory = live(strand);
  if (memory.input) return *memory.input;
  const bool entered = strand.phase != Strand::Phase::kEnter && strand.phase != Strand::Phase::kDone;
  const std::int64_t event = entered ? strand.entered_event : strand.payload_event;
  memory.input = event > 0 ? Value::stored(lookup_(event)) : first_input(strand);
  return *memory.input;
}

// The input of the first state of the execution, of a branch, or of an iteration.
Value Execution::first_input(const Strand& strand) {
  if (strand.parent < 0) return input_;
  const Strand& parent = *find(strand.parent);
  const Value input = effective_input(parent);
  const auto* map = state_of(parent).as<MapState>();
  if (!map) return input;
  if (map->item_selector) return Value::of(map->item_selector->evaluate(scope(strand, input.json()), host_));
  return Value::of(items_of(parent).at(static_cast<std::size_t>(strand.index)));
}

Scope Execution::scope(const Strand& strand, const Json& data) {
  return {data, [this, &strand]() -> const Json& { return context_of(strand); }};
}

const Json& Execution::context_of(const Strand& strand) {
  Live& memory = live(strand);
  if (memory.context) return *memory.context;
  Json execution = {{"Id", identity_.arn},
                    {"Input", input_.json()},
                    {"StartTime", format_iso_millis(identity_.start_time)},
                    {"Name", identity_.name},
                    {"RoleArn", identity_.role_arn},
                    {"RedriveCount", identity_.redrive_count}};
  Json context = {{"Execution", std::move(execution)},
                  {"StateMachine", {{"Id", identity_.machine_arn}, {"Name", identity_.machine_name}}}};
  // An iteration's selector is evaluated before the iteration has entered a state: it sees its Map's.
  const Strand* within = &strand;
  if (strand.entered_event == 0 && strand.parent >= 0) within = find(strand.parent);
  Json state = {{"Name", within->state}, {"EnteredTime", format_iso_millis(within->entered_time)}};
  const auto* task = state_of(*within).as<TaskState>();
  if (task) state["RetryCount"] = within->retry_count;
  context["State"] = std::move(state);
  if (task && task->resource.pattern == Resource::Pattern::kWaitForTaskToken)
    context["Task"] = {{"Token", host_.task_token(strand.id, strand.ticket)}};
  for (const Strand* each = &strand; each->parent >= 0; each = find(each->parent)) {
    const Strand& parent = *find(each->parent);
    if (!state_of(parent).as<MapState>()) continue;
    context["Map"] = {
        {"Item",
         {{"Index", each->index}, {"Value", items_of(parent).at(static_cast<std::size_t>(each->index))}}}};
    break;
  }
  memory.context = std::move(context);
  return *memory.context;
}

Value Execution::effective_input(const Strand& strand) {
  Live& memory = live(strand);
  if (memory.effective) return *memory.effective;
  const State& state = state_of(strand);
  const Value& input = input_of(strand);
  Value data = state.input_path.path.is_whole() && !state.input_path.discard
                   ? input
                   : filter(state.input_path, input, scope(strand, input.json()), host_, "InputPath");
  data = with_parameters(strand, data);
  memory.effective = data;
  return data;
}

Value Execution::with_parameters(const Strand& strand, const Value& data) {
  const State& state = state_of(strand);
  if (!state.parameters) return data;
  return Value::of(state.parameters->evaluate(scope(strand, data.json()), host_));
}

Value Execution::place(const Strand& strand, const PathField& where, const Value& result) {
  const Value& input = input_of(strand);
  if (where.discard) return input;
  if (!where.problem.problem().empty())
    where.problem.evaluate(scope(strand, input.json()), host_, "ResultPath");
  if (where.path.is_whole()) return result;
  Json data = input.json();
  if (!where.path.is_reference() || where.path.in_context() || !place_result(data, where.path, result.json()))
    throw Error("States.ResultPathMatchFailure",
                fmt::format("Unable to apply ReferencePath {} to input {}", where.path.text(), input.text()));
  return Value::of(std::move(data));
}

Value Execution::finish_output(const Strand& strand, const Value& output) {
  const State& state = state_of(strand);
  if (state.output_path.path.is_whole() && !state.output_path.discard) return output;
  return filter(state.output_path, output, scope(strand, output.json()), host_, "OutputPath");
}

void Execution::check_size(const Value& value, const std::string& what) {
  if (value.size() > kPayloadBytesMax)
    throw Error(
        "States.DataLimitExceeded",
        fmt::format("The state/task '{}' returned a result with a size exceeding the maximum number of bytes "
                    "service limit.",
                    what));
}

// From a state's result to its output, and on.
void Execution::complete(Strand& strand, const Value& result) {
  const State& state = state_of(strand);
  Value selected = result;
  if (state.result_selector)
    selected = Value::of(state.result_selector->evaluate(scope(strand, result.json()), host_));
  const bool keeps_input = state.as<WaitState>() || state.as<SucceedState>() || state.as<ChoiceState>();
  const Value placed = keeps_input ? selected : place(strand, state.result_path, selected);
  const Value output = finish_output(strand, placed);
  check_size(output, state.name);
  exit_state(strand, output, state.next, strand.last_event);
}

}  // namespace aurora::asl
