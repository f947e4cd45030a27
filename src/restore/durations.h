// How long a restore will take, step by step and wait by wait: from what past operations took, by the
// snapshot's size.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace aurora::restore {

struct PastOperation {
  double size_gib = 0;
  bool copied = false;
  std::map<std::string, double> seconds;     // by step, from its first look to its last
  std::map<std::string, double> waits = {};  // by what was waited for (looks.h)
  std::string target = {};                   // the target cluster's name
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
  std::string target = {};                   // whose own operations count more than others'
};

// One for each step that does something, in the pipeline's order. Of past operations those nearest in size
// count; what takes longer the more there is to copy is scaled by the size. Without any, AWS is assumed to
// copy 200 to 600 GiB and to load 500 to 2000 GiB an hour, and to take 5 to 15 minutes for the instances.
std::vector<StepEstimate> estimate_steps(const std::vector<PastOperation>& past, const Work& work);

// A wait of its own within a step ("copy", "deletion", "rename", "restore", "instances", "password",
// "restart"), by the same rules. Without any past wait of that kind it is a bold assumption (based_on 0).
StepEstimate estimate_wait(const std::string& wait, const std::vector<PastOperation>& past, const Work& work);

}  // namespace aurora::restore
