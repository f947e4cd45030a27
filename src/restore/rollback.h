// Undoing an operation that failed or was cancelled, one look for each call: the old cluster gets its name
// back, and what the operation made goes: the new cluster and its instances, the copy, the subnet group.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "restore/step.h"

namespace aurora::restore {

// Whether there is something to take back: not before the first step passed, and not once the new cluster is
// verified and serves the target's name.
bool is_rollback_due(const Operation& operation);

// What one look did, what it waits for, and what RDS refused. One part's refusal keeps no other part from
// being done.
struct RollbackLook {
  struct Failure {
    std::string what;     // "Cluster x could not be deleted"
    std::string reason;   // RDS's words
    std::string command;  // that does it by hand
  };
  std::vector<std::string> done;
  std::vector<std::string> pending;
  std::vector<Failure> failures;
};

// Safe to repeat, and by two at the same time.
RollbackLook roll_back(StepContext& context);

// What is where, in words for the record, and the command that goes on from there (empty when nothing is
// left to do). Never throws for RDS being out of reach: it says so.
struct Standing {
  std::string what_stands;
  std::string next_command;
};
Standing standing_of(StepContext& context);

}  // namespace aurora::restore
