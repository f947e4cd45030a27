// The mocks of TestState: what stands in for the work of a Task, Map or Parallel state.
#pragma once
#include "local/stepfunctions/tasks.h"

namespace aurora::local::stepfunctions {

struct Mock {
  TaskAnswer answer;
  std::size_t failed_iterations = 0;  // of a Map
};

// The mock of the call for `state`, or nothing. Throws ValidationException for one that does not fit the
// state, or the model of the service that it stands for.
std::optional<Mock> mock_of(const Call& call, const Json& state);

enum class FieldValidation { kStrict, kPresent };
// What keeps `result` from being the answer of the integration; empty when nothing does.
std::string mock_problem(const asl::Resource& resource, const Json& result, FieldValidation validation);

}  // namespace aurora::local::stepfunctions
