#include "asl/simulation.h"

#include <fmt/format.h>

namespace aurora::asl {

std::string FixedHost::uuid() {
  return fmt::format("00000000-0000-4000-8000-{:012}", ++uuids_);
}

std::string FixedHost::task_token(int strand, std::int64_t ticket) {
  return fmt::format("token-{}-{}", strand, ticket);
}

namespace {

void take_up(Execution& execution, const TaskStart& task, const SimulatedAnswer& answer, TimePoint now) {
  if (answer.output)
    execution.task_succeeded(task.strand, task.ticket, *answer.output, now);
  else if (!answer.never)
    execution.task_failed(task.strand, task.ticket, answer.error, answer.cause, now);
}

}  // namespace

Simulation simulate(std::shared_ptr<const Machine> machine, const Value& input,
                    const SimulationOptions& options, Host& host) {
  Execution execution(std::move(machine), options.identity, input, host);
  Simulation result;
  TimePoint now = options.identity.start_time;
  std::size_t bytes = 0;
  execution.start(now);
  while (true) {
    Changes changes = execution.take_changes();
    for (const Event& event : changes.events) bytes += event.payload.size() + sizeof(Event);
    if (bytes > options.history_bytes_max)
      throw Error("SimulationTooLarge",
                  fmt::format("The simulated execution wrote more than {} bytes of history.",
                              options.history_bytes_max));
    std::move(changes.events.begin(), changes.events.end(), std::back_inserter(result.events));
    if (execution.status() != ExecutionStatus::kRunning) break;
    for (const TaskStart& task : changes.tasks) {
      if (!execution.waits_for(task.strand, task.ticket)) continue;
      const std::string state = execution.strands().at(task.strand).state;
      take_up(execution, task, options.answer(state, task), now);
    }
    if (!changes.tasks.empty()) continue;
    if (changes.more) {
      execution.proceed(now);
      continue;
    }
    const std::optional<TimePoint> next = execution.next_wake();
    if (!next) break;
    now = std::max(now, *next);
    execution.time_passed(now);
  }
  result.status = execution.status();
  result.output = execution.output();
  result.error = execution.error();
  result.cause = execution.cause();
  result.end = now;
  return result;
}

}  // namespace aurora::asl
