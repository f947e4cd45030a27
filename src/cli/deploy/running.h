// What is under way in a pipeline while it is changed.
#pragma once
#include <string>
#include <vector>

#include "cli/world.h"

namespace aurora::cli {

struct RunningWork {
  std::vector<std::string> executions;  // names, which are operations' ids
  std::string not_known;                // why it could not be asked; empty when it could
  std::int64_t newest_format = 0;       // of the state of operations in progress; 0: there are none
};

// `state_machine_arn` and `state_table` are the stack's, where it tells them; a machine or a table that is
// not there has nothing under way.
RunningWork running_work(World& world, const std::string& state_machine_arn, const std::string& state_table);

// "2 operations run (op-1, op-2) and finish on the version they began with."; empty when none runs.
std::string running_text(const RunningWork& work);

}  // namespace aurora::cli
