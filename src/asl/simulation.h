// A whole execution at once, on virtual time, with answers for its tasks: for rehearsing a definition
// and for tests. Waits, retries and timeouts take no time.
#pragma once
#include "asl/execution.h"

namespace aurora::asl {

// What a task of the simulated execution comes to.
struct SimulatedAnswer {
  std::optional<std::string> output;  // JSON
  std::string error, cause;           // when there is no output
  bool never = false;                 // no answer comes: the task's timeout decides
  Duration after{0};                  // how long the task takes
};

struct Simulation {
  ExecutionStatus status = ExecutionStatus::kRunning;  // still running when nothing was left to wait for
  std::string output;
  std::optional<std::string> error, cause;
  std::vector<Event> events;
  TimePoint end;
};

// Chance and names from a fixed sequence, so that every simulation can be repeated.
class FixedHost final : public Host {
 public:
  explicit FixedHost(double random = 0.5) : random_(random) {}
  double random() override { return random_; }
  std::string uuid() override;
  std::string task_token(int strand, std::int64_t ticket) override;

 private:
  double random_;
  int uuids_ = 0;
};

struct SimulationOptions {
  ExecutionIdentity identity;  // start_time is where virtual time begins
  // Asked once for each attempt of each task.
  std::function<SimulatedAnswer(const std::string& state, const TaskStart& task)> answer = {};
  // Told what happened as it happens; may be empty. What it heard stays when `answer` throws.
  std::function<void(const std::vector<Event>& events)> observe = {};
  // A simulation keeps its whole history.
  std::size_t history_bytes_max = 256 << 20;
};

// Throws what `answer` throws, and Error "SimulationTooLarge" when the history has more bytes than the
// options allow. Ends: an execution has at most kHistoryEventsMax events.
Simulation simulate(std::shared_ptr<const Machine> machine, const Value& input,
                    const SimulationOptions& options, Host& host);

}  // namespace aurora::asl
