#include "asl/fuzz_input.h"

namespace aurora::asl {
namespace {

SimulatedAnswer answer_in_turn(int& turn, const TaskStart& task) {
  switch (turn++ % 5) {
    case 0:
      return {.output = {}, .error = "Fuzz.Error", .cause = "a cause"};
    case 1:
      return {.output = "[1,{\"a\":null}]", .error = {}, .cause = {}};
    case 2:
      return {.output = {}, .error = {}, .cause = {}, .never = true};
    case 3:
      return {.output = "no JSON", .error = {}, .cause = {}};
    default:
      return {.output = task.input, .error = {}, .cause = {}};
  }
}

void check(const Simulation& simulation) {
  std::int64_t id = 0;
  for (const Event& event : simulation.events) {
    AURORA_INVARIANT(event.id == ++id);
    AURORA_INVARIANT(event.previous >= 0 && event.previous < event.id);
    AURORA_INVARIANT(!dump_json(event_to_json(event, true)).empty());
  }
  AURORA_INVARIANT(id <= kHistoryEventsMax);
  AURORA_INVARIANT(simulation.status != ExecutionStatus::kSucceeded || Value::parse(simulation.output));
}

}  // namespace

void fuzz_execution(std::shared_ptr<const Machine> machine, const Value& input) {
  FixedHost host;
  int turn = 0;
  const SimulationOptions options{
      .identity = {.arn = "arn:e",
                   .name = "run",
                   .machine_arn = "arn:m",
                   .machine_name = "m",
                   .role_arn = "role",
                   .region = "us-west-2",
                   .start_time = TimePoint(std::chrono::seconds(1'700'000'000))},
      .answer = [&](const std::string&, const TaskStart& task) { return answer_in_turn(turn, task); },
      .history_bytes_max = 200'000};
  try {
    check(simulate(std::move(machine), input, options, host));
  } catch (const Error& e) {
    AURORA_INVARIANT(e.name() == "SimulationTooLarge");
  }
}

}  // namespace aurora::asl
