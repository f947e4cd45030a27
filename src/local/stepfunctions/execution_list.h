// Which executions a state machine has, by status, redrives, version and alias.
#pragma once
#include "local/stepfunctions/versions.h"

namespace aurora::local::stepfunctions {

struct ExecutionQuery {
  std::string machine;  // ARN
  std::optional<asl::ExecutionStatus> status;
  std::optional<bool> redriven;
  std::optional<std::int64_t> version;
  std::string alias;
  std::optional<std::pair<std::int64_t, std::int64_t>> after;  // behind (started, id)
  std::int64_t limit = 100;
};

struct ListedExecution {
  ExecutionRow row;  // without input, output and failure
  std::optional<Origin> origin;
};

// The newest first.
std::vector<ListedExecution> list_executions(Store& store, const ExecutionQuery& query);

}  // namespace aurora::local::stepfunctions
