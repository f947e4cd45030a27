// Going on after a failure: what was unfinished when the execution ended is run again.
#include "asl/execution_live.h"

namespace aurora::asl {

// Tasks are scheduled anew without being entered again, with their retries unspent; every other state is
// entered once more with the input it had. What was finished inside a Parallel or Map stays finished.
void Execution::redrive(std::vector<Strand> unfinished, TimePoint now) {
  now_ = now;
  const std::int64_t redriven =
      add_event(EventType::kExecutionRedriven, events_, {}, Json{{"redriveCount", identity_.redrive_count}})
          .id;
  std::vector<int> tasks;
  for (Strand& each : unfinished) {
    const int id = each.id;
    next_strand_ = std::max(next_strand_, id + 1);
    Strand& strand = strands_[id] = std::move(each);
    strand.wake_at.reset();
    changed(strand);
    if (strand.phase == Strand::Phase::kDone || strand.phase == Strand::Phase::kChildren) continue;
    const bool was_entered = strand.entered_event > strand.payload_event;
    if (was_entered) strand.payload_event = strand.entered_event;
    strand.last_event = redriven;
    const bool was_task = strand.phase == Strand::Phase::kTask || strand.phase == Strand::Phase::kRetrying;
    if (was_entered && was_task)
      tasks.push_back(id);
    else
      ready(strand);
  }
  for (const int id : tasks) {
    Strand* strand = status_ == ExecutionStatus::kRunning ? find(id) : nullptr;
    if (strand == nullptr) continue;
    strand->attempts.clear();
    strand->retry_count = strand->reruns = 0;
    strand->entered_time = now_;
    execute(*strand);
  }
  run();
}

std::vector<Strand> Execution::unfinished() const {
  std::vector<Strand> strands;
  for (const auto& [id, strand] : unfinished_) strands.push_back(strand);
  return strands;
}

}  // namespace aurora::asl
