#include "asl/simulation.h"

#include <fmt/format.h>

#include "asl/execution_live.h"

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

// Of the whole execution.
std::optional<TimePoint> deadline_of(const Machine& machine, TimePoint start) {
  if (!machine.timeout_seconds) return std::nullopt;
  return start + to_duration(*machine.timeout_seconds);
}

}  // namespace

Simulation simulate(std::shared_ptr<const Machine> machine, const Value& input,
                    const SimulationOptions& options, Host& host) {
  Simulation result;
  TimePoint now = options.identity.start_time;
  const std::optional<TimePoint> deadline = deadline_of(*machine, now);
  Execution execution(std::move(machine), options.identity, input, host);
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
    if (!next && !deadline) break;
    now = std::max(now, next && deadline ? std::min(*next, *deadline) : next ? *next : *deadline);
    if (deadline && now >= *deadline)
      execution.time_out(now);
    else
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
