// How long a restore will take: from what each step took in past operations, by the snapshot's size.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/json.h"

namespace aurora::cli {

struct PastOperation {
  double size_gib = 0;
  bool copied = false;
  std::map<std::string, double> seconds;  // by step, from its first look to its last
};

// Of the state table's items, those that completed and say how long their steps took.
std::vector<PastOperation> past_operations(const std::vector<Json>& items);

struct StepEstimate {
  std::string step;
  double least_seconds = 0;
  double most_seconds = 0;
  std::size_t based_on = 0;  // past operations; 0: an assumption
};

struct Work {
  double size_gib = 0;
  bool copies = false;
  bool local = false;                        // the endpoint of this machine, with its own pace
  double verification_budget_seconds = 600;  // longest that reading tables may take
};

// One for each step that does something, in the pipeline's order. Of past operations those nearest in size
// count; what takes longer the more there is to copy is scaled by the size. Without any, AWS is assumed to
// copy 200 to 600 GiB and to load 500 to 2000 GiB an hour, and to take 5 to 15 minutes for the instances.
std::vector<StepEstimate> estimate_steps(const std::vector<PastOperation>& past, const Work& work);

}  // namespace aurora::cli
