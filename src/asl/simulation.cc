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

class Simulator {
 public:
  Simulator(Execution& execution, const SimulationOptions& options, std::optional<double> timeout_seconds)
      : execution_(execution), options_(options), now_(options.identity.start_time) {
    if (timeout_seconds) deadline_ = now_ + to_duration(*timeout_seconds);
  }

  Simulation run() {
    execution_.start(now_);
    while (true) {
      const Changes changes = take_changes();
      if (execution_.status() != ExecutionStatus::kRunning) break;
      for (const TaskStart& task : changes.tasks) ask(task);
      if (!changes.tasks.empty()) continue;
      if (changes.more)
        execution_.proceed(now_);
      else if (!go_on())
        break;
    }
    result_.status = execution_.status();
    result_.output = execution_.output();
    result_.error = execution_.error();
    result_.cause = execution_.cause();
    result_.end = now_;
    return std::move(result_);
  }

 private:
  struct Due {
    TaskStart task;
    SimulatedAnswer answer;
  };

  Changes take_changes() {
    Changes changes = execution_.take_changes();
    if (options_.observe) options_.observe(changes.events);
    for (const Event& event : changes.events) bytes_ += event.payload.size() + sizeof(Event);
    if (bytes_ > options_.history_bytes_max)
      throw Error("SimulationTooLarge",
                  fmt::format("The simulated execution wrote more than {} bytes of history.",
                              options_.history_bytes_max));
    std::move(changes.events.begin(), changes.events.end(), std::back_inserter(result_.events));
    return changes;
  }

  void ask(const TaskStart& task) {
    if (!execution_.waits_for(task.strand, task.ticket)) return;
    const std::string state = execution_.strands().at(task.strand).state;
    Due due{task, options_.answer(state, task)};
    if (due.answer.never) return;
    if (due.answer.after > Duration{0})
      due_.emplace(now_ + due.answer.after, std::move(due));
    else
      take_up(due);
  }

  void take_up(const Due& due) {
    if (due.answer.output)
      execution_.task_succeeded(due.task.strand, due.task.ticket, *due.answer.output, now_);
    else
      execution_.task_failed(due.task.strand, due.task.ticket, due.answer.error, due.answer.cause, now_);
  }

  // To the next moment at which something happens; an answer comes before a timeout of the same moment.
  bool go_on() {
    std::optional<TimePoint> next = execution_.next_wake();
    const bool answers = !due_.empty() && (!next || due_.begin()->first <= *next);
    if (answers) next = due_.begin()->first;
    if (deadline_ && (!next || *deadline_ < *next)) {
      now_ = *deadline_;
      execution_.time_out(now_);
      return true;
    }
    if (!next) return false;
    now_ = std::max(now_, *next);
    if (answers)
      take_up(due_.extract(due_.begin()).mapped());
    else
      execution_.time_passed(now_);
    return true;
  }

  Execution& execution_;
  const SimulationOptions& options_;
  TimePoint now_;
  std::optional<TimePoint> deadline_;  // the machine's TimeoutSeconds
  std::multimap<TimePoint, Due> due_;
  Simulation result_;
  std::size_t bytes_ = 0;
};

}  // namespace

Simulation simulate(std::shared_ptr<const Machine> machine, const Value& input,
                    const SimulationOptions& options, Host& host) {
  const std::optional<double> timeout_seconds = machine->timeout_seconds;
  Execution execution(std::move(machine), options.identity, input, host);
  return Simulator(execution, options, timeout_seconds).run();
}

}  // namespace aurora::asl
