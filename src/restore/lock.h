// The lock on a target cluster: one operation per cluster and Region.
//
// RDS knows no such thing as "only if I still may": a call that is under way when its operation is cancelled
// takes effect all the same. So the lock is a gate as well. It is one item of the state table:
//
//   operation_id  lock#<region>#<target>          (no operation can have such an id)
//   holder, run_id, execution_arn, taken_at       who holds it, and since when
//   lock_id                                       another one each time it is taken
//   working       token -> {step, until}          steps at work on the target at this moment
//   closing       true once the rollback has begun
//
//  1. snapshot_check takes it by a conditional write before it looks at anything.
//  2. Every step that changes things enters: one conditional update, which holds only while the lock is this
//     run's and not closing, writes the step's token into `working`. It leaves when it has ended, failed
//     or not. `until` is the function's own deadline: Lambda ends the process then.
//  3. The rollback first closes the gate. Nothing enters any more; it waits until whoever is inside has left
//     or must have ended, and only then looks at what there is to be undone. So nothing can appear behind
//     its back, whenever the execution was stopped.
//  4. The lock is released with the operation's end. Another operation takes it over from a holder that is
//     finished, or dead: its execution has ended, it had not touched the target yet, and nobody is inside.
//     A dead holder that did touch the target has to be rolled back first; `aurora-restore cancel` does that.
//     An operation that a person runs by hand has no execution and is never taken for dead.
#pragma once
#include <optional>
#include <string>

#include "restore/step.h"

namespace aurora::restore {

std::string lock_key(const std::string& region, const std::string& target_cluster_id);

// Takes the lock on the operation's target, or keeps it when it is the operation's already. Throws Error
// "TargetLocked", which says who holds it, or "OperationFinished" when this very operation is being rolled
// back.
void take_lock(StepContext& context);

// What take_lock would throw, for a look that takes nothing.
std::optional<Error> lock_obstacle(StepContext& context);

// Lets the next operation in. Does nothing when the lock is not this operation's.
void release_lock(StepContext& context);

// A step at work on the target: enters when made, leaves when destroyed. Throws Error "OperationFinished"
// when the operation is being rolled back, and "LockLost" when the lock is another operation's.
class WorkOnTarget {
 public:
  WorkOnTarget(StepContext& context, std::string_view step);
  ~WorkOnTarget();
  WorkOnTarget(const WorkOnTarget&) = delete;
  WorkOnTarget& operator=(const WorkOnTarget&) = delete;

 private:
  OperationStore& operations_;
  const std::string key_;
  const std::string token_;
};

// The rollback's first act. Nothing when nobody is at work on the target any more, else the answer that has
// the rollback come again. Takes the lock when there is something to undo and it is free; throws Error
// "TargetLocked" when another operation works on the target by now.
std::optional<StepResult> close_lock(StepContext& context);

}  // namespace aurora::restore
