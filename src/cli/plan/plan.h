// What a restore would do, how long it would take and what it would cost, without doing any of it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/plan/actions.h"
#include "cli/plan/cost.h"
#include "cli/world.h"
#include "restore/durations.h"

namespace aurora::cli {

struct Plan {
  Json answer;  // of the dry run
  std::vector<PlannedAction> actions;
  std::vector<restore::StepEstimate> steps;
  CostEstimate cost;
  std::vector<std::string> warnings;  // beside the dry run's
  std::int64_t timeout_seconds = 0;   // of the state machine; 0: not known
  bool local = false;

  double least_seconds() const;
  double most_seconds() const;
  std::size_t based_on() const;  // past operations, at most
};

// Asks the pipeline's functions to look (dry_run.h), and reads the state table, the target's name and the
// state machine. What may not be read becomes a warning.
Plan make_plan(World& world, const Json& request);

Json plan_json(const Plan& plan);
std::string plan_text(Context& context, const Plan& plan);

}  // namespace aurora::cli
