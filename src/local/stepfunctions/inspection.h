// What TestState shows of a state's data on its way, with AWS's member names.
#pragma once
#include "local/stepfunctions/single_state.h"

namespace aurora::local::stepfunctions {

// A mocked Map or Parallel as a Task, whose answer is the mock: its work is left out, its data goes the same
// way.
Json as_task(const Json& state);

// What a Map is to run over.
struct MapPlan {
  StateRun items;  // its output is the array; or how finding it failed
  std::int64_t max_concurrency = 0;
  std::optional<std::int64_t> tolerated_count;
  std::optional<double> tolerated_percentage;
};
MapPlan plan_map(StateRunner& runner, const Json& state);

// inspectionData of DEBUG and TRACE. `result` is the task's, where it succeeded.
Json inspection_of(StateRunner& runner, const Json& state, const StateOutcome& outcome);

}  // namespace aurora::local::stepfunctions
