// What a restore would create, replace and delete.
#pragma once
#include <string>
#include <vector>

#include "aws/rds.h"
#include "base/json.h"

namespace aurora::cli {

struct PlannedAction {
  std::string action;  // create, copy, rename, delete, change, keep or tell
  std::string what;    // "cluster"
  std::string name;
  std::string region;
  std::string detail;
};

// In the order in which they happen. `answer` is the dry run's, `existing` the cluster that has the target's
// name now,if there is one.
std::vector<PlannedAction> planned_actions(const Json& answer, const std::optional<aws::Cluster>& existing);

}  // namespace aurora::cli
