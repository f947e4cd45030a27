// The states that need nobody else: Pass, Choice, Wait, Succeed, Fail.
#include <fmt/format.h>

#include <cmath>

#include "asl/execution_live.h"

namespace aurora::asl {

void Execution::execute_pass(Strand& strand, const PassState& pass) {
  complete(strand, pass.result ? Value::of(*pass.result) : effective_input(strand));
}

void Execution::execute_succeed(Strand& strand) {
  complete(strand, effective_input(strand));
}

void Execution::execute_choice(Strand& strand, const ChoiceState& choice) {
  const Value input = effective_input(strand);
  const Scope data = scope(strand, input.json());
  std::string next = choice.otherwise;
  for (const ChoiceRule& rule : choice.rules) {
    if (!rule.holds(data)) continue;
    next = rule.next();
    break;
  }
  if (next.empty())
    throw Error("States.Runtime",
                "Failed to transition out of the state. The state does not point to a next state.");
  const Value output = finish_output(strand, input);
  check_size(output, strand.state);
  exit_state(strand, output, next, strand.last_event);
}

void Execution::execute_wait(Strand& strand, const WaitState& wait) {
  const Value input = effective_input(strand);
  const TimePoint end = wait_end(strand, wait, input.json());
  if (end <= now_) return complete(strand, input);
  strand.phase = Strand::Phase::kWaiting;
  strand.wake_at = end;
  ++strand.ticket;
  changed(strand);
}

namespace {

// A number or path that must give whole seconds.
double whole_seconds(const Json& value, std::string_view name, const std::string& path) {
  const bool whole = value.is_number_integer() ||
                     (value.is_number() && std::trunc(value.get<double>()) == value.get<double>());
  if (!whole)
    throw Error("States.Runtime",
                fmt::format("The {} parameter cannot be parsed as a long value: {} == {}", name, path,
                            value.is_string() ? value.get<std::string>() : dump_json(value)));
  if (value.get<double>() < 0)
    throw Error("States.Runtime", fmt::format("The {} parameter references a negative value: {} == {}", name,
                                              path, dump_json(value)));
  return value.get<double>();
}

[[noreturn]] void invalid_path(const Path& path, const PathMiss& miss) {
  throw PathMiss(fmt::format("Invalid path '{}' : {}", path.text(), miss.message()));
}

}  // namespace

TimePoint Execution::wait_end(const Strand& strand, const WaitState& wait, const Json& data) {
  if (wait.seconds.present())
    return strand.entered_time + to_duration(*seconds_of(strand, wait.seconds, "Seconds", data));
  std::string text = wait.timestamp.value_or("");
  if (wait.timestamp_path) {
    Json value;
    try {
      value = wait.timestamp_path->evaluate(scope(strand, data));
    } catch (const PathMiss& miss) {
      invalid_path(*wait.timestamp_path, miss);
    }
    text = value.is_string() ? value.get<std::string>() : dump_json(value);
  }
  const std::optional<Timestamp> timestamp = parse_timestamp(text);
  if (timestamp) return timestamp->time_point();
  throw Error(
      "States.Runtime",
      fmt::format("The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time "
                  "format string: {} == {}",
                  wait.timestamp_path ? wait.timestamp_path->text() : "Timestamp", text));
}

// `name` without "Path"; nothing when the field is absent.
std::optional<double> Execution::seconds_of(const Strand& strand, const NumberField& field,
                                            std::string_view name, const Json& data) {
  if (!field.path) return field.value;
  try {
    return whole_seconds(field.path->evaluate(scope(strand, data)), fmt::format("{}Path", name),
                         field.path->text());
  } catch (const PathMiss& miss) {
    invalid_path(*field.path, miss);
  }
}

void Execution::execute_fail(Strand& strand, const FailState& fail) {
  const Value input = input_of(strand);
  const auto text = [&](const std::optional<std::string>& constant, const std::optional<DynamicValue>& path,
                        std::string_view field) -> std::optional<std::string> {
    if (!path) return constant;
    const Json value = path->evaluate(scope(strand, input.json()), host_, field);
    if (value.is_string()) return value.get<std::string>();
    throw Error("States.Runtime",
                fmt::format("The field '{}' must give a string, but gives {}", field, dump_json(value)));
  };
  const auto error = text(fail.error, fail.error_path, "ErrorPath");
  const auto cause = text(fail.cause, fail.cause_path, "CausePath");
  fail_strand(strand,
              {.error = error.value_or(""),
               .cause = cause.value_or(""),
               .has_error = error.has_value(),
               .has_cause = cause.has_value()},
              strand.last_event);
}

}  // namespace aurora::asl
