// A definition run on virtual time against mocked answers.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "asl/simulation.h"
#include "base/error.h"
#include "cli/machine/mocks.h"

namespace aurora::cli {

struct RehearsalOptions {
  std::string name = "rehearsal";  // of the machine
  TimePoint start_time;
  // Jitter, UUIDs and States.MathRandom come from it; the same seed gives the same run. Without one, a delay
  // with jitter is half of what it is at most.
  std::optional<std::uint64_t> seed;
};

struct Rehearsal {
  asl::ExecutionStatus status = asl::ExecutionStatus::kRunning;
  TimePoint start, end;
  std::string output;
  std::optional<std::string> error, cause;
  std::vector<Json> events;      // as GetExecutionHistory gives them
  std::optional<Error> problem;  // what cut the run short: a task without a further answer
};

// The definition is valid and supported.
Rehearsal rehearse(const Json& definition, const Json& input, Mocks& mocks, const RehearsalOptions& options);

// DescribeExecution's members and "events".
Json rehearsal_json(const Rehearsal& rehearsal);

}  // namespace aurora::cli
