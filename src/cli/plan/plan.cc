#include "cli/plan/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "cli/dry_run.h"
#include "cli/operations.h"
#include "cli/try_to_see.h"
#include "restore/prices.h"

namespace aurora::cli {
namespace {

constexpr std::size_t kPastOperationsMax = 200;

// What the person may not see, or what is not there, is told instead.
template <class Look>
void see_or_tell(Plan& plan, const std::string& what, Look look) {
  try_to_see(look, [&](const Error& error) {
    plan.warnings.push_back(
        fmt::format("{} could not be looked at ({}: {}).", what, error.name(), error.message()));
  });
}

std::int64_t timeout_of(World& world) {
  const Json answer = world.api->call("stepfunctions", world.region(), "DescribeStateMachine",
                                      {{"stateMachineArn", world.names.state_machine_arn()}});
  const Json definition = Json::parse(string_or(answer, "definition", ""), nullptr, false);
  return definition.is_object() ? int_or(definition, "TimeoutSeconds", 0) : 0;
}

// The specification's DECISIONS 14: two hours are not enough for a large snapshot.
void warn_of_timeout(Plan& plan) {
  const double most = plan.most_seconds();
  if (plan.timeout_seconds <= 0 || most <= static_cast<double>(plan.timeout_seconds)) return;
  plan.warnings.push_back(
      fmt::format("The state machine ends an execution after {} s ({}), and this restore may take {}: set "
                  "STATE_MACHINE_TIMEOUT_SECONDS (the template's parameter of that name) to {} or more.",
                  plan.timeout_seconds, human_duration(std::chrono::seconds(plan.timeout_seconds)),
                  human_duration(std::chrono::seconds(static_cast<std::int64_t>(most))),
                  (static_cast<std::int64_t>(most * 1.5) / 3600 + 1) * 3600));
}

restore::Work work_of(const Json& answer, bool local) {
  const Json& parameters = member_or_null(answer, "parameters");
  return {.size_gib = static_cast<double>(int_or(answer, "allocated_storage_gib", 0)),
          .copies = bool_or(answer, "copy_needed", false),
          .local = local,
          .verification_budget_seconds =
              static_cast<double>(int_or(parameters, "verification_budget_seconds", 600))};
}

CostBasis basis_of(const Plan& plan) {
  return {.size_gib = static_cast<double>(int_or(plan.answer, "allocated_storage_gib", 0)),
          .copies = bool_or(plan.answer, "copy_needed", false),
          .source_region = string_or(plan.answer, "source_region", ""),
          .target_region = string_or(plan.answer, "target_region", ""),
          .hours = plan.most_seconds() / 3600,
          .parameters = member_or_null(plan.answer, "parameters")};
}

Json items_json(const std::vector<CostItem>& items) {
  Json list = Json::array();
  for (const CostItem& item : items) list.push_back({{"what", item.what}, {"usd", item.usd}});
  return list;
}

Json actions_json(const std::vector<PlannedAction>& actions) {
  Json list = Json::array();
  for (const PlannedAction& action : actions)
    list.push_back({{"action", action.action},
                    {"what", action.what},
                    {"name", action.name},
                    {"region", action.region},
                    {"detail", action.detail}});
  return list;
}

Json duration_json(const Plan& plan) {
  Json steps = Json::array();
  for (const restore::StepEstimate& step : plan.steps)
    steps.push_back({{"step", step.step},
                     {"least_seconds", step.least_seconds},
                     {"most_seconds", step.most_seconds},
                     {"past_operations", step.based_on}});
  return {{"least_seconds", plan.least_seconds()},
          {"most_seconds", plan.most_seconds()},
          {"past_operations", plan.based_on()},
          {"timeout_seconds", plan.timeout_seconds},
          {"steps", steps}};
}

}  // namespace

double Plan::least_seconds() const {
  double sum = 0;
  for (const restore::StepEstimate& step : steps) sum += step.least_seconds;
  return sum;
}

double Plan::most_seconds() const {
  double sum = 0;
  for (const restore::StepEstimate& step : steps) sum += step.most_seconds;
  return sum;
}

std::size_t Plan::based_on() const {
  std::size_t most = 0;
  for (const restore::StepEstimate& step : steps) most = std::max(most, step.based_on);
  return most;
}

Plan make_plan(World& world, const Json& request) {
  Plan plan;
  plan.local = world.local;
  plan.answer = ask_dry_run(world, request);
  if (!bool_or(plan.answer, "snapshot_exists", false)) return plan;
  std::optional<aws::Cluster> existing;
  see_or_tell(plan, "The cluster that has the target's name", [&] {
    existing = aws::Rds(*world.api, string_or(plan.answer, "target_region", world.region()))
                   .find_cluster(string_or(plan.answer, "target_cluster_id", ""));
  });
  plan.actions = planned_actions(plan.answer, existing);
  std::vector<Json> items;
  see_or_tell(plan, "The state table with past operations",
              [&] { items = Operations(world).recent(restore::kCompleted, kPastOperationsMax); });
  plan.steps = restore::estimate_steps(restore::past_operations(items), work_of(plan.answer, world.local));
  plan.cost = estimate_cost(basis_of(plan));
  see_or_tell(plan, "The state machine's timeout", [&] { plan.timeout_seconds = timeout_of(world); });
  warn_of_timeout(plan);
  return plan;
}

Json plan_json(const Plan& plan) {
  Json json{{"can_start", member_or_null(plan.answer, "findings").empty()}};
  for (const char* name : {"snapshot_exists", "snapshot_name", "snapshot_arn", "source_region", "engine",
                           "engine_version", "encrypted", "allocated_storage_gib", "created_at",
                           "copy_needed", "target_cluster_id", "target_region"})
    if (plan.answer.contains(name)) json[name] = plan.answer[name];
  json["actions"] = actions_json(plan.actions);
  json["duration"] = duration_json(plan);
  json["cost"] = {{"currency", "USD"},
                  {"estimate", true},
                  {"prices_as_of", restore::kPricesAsOf},
                  {"prices_of", "on-demand list prices of us-east-1"},
                  {"charged", !plan.local},
                  {"once", items_json(plan.cost.once)},
                  {"once_usd", total(plan.cost.once)},
                  {"each_month", items_json(plan.cost.each_month)},
                  {"each_month_usd", total(plan.cost.each_month)},
                  {"not_counted", plan.cost.not_counted}};
  Json warnings = member_or_null(plan.answer, "preflight_warnings");
  if (!warnings.is_array()) warnings = Json::array();
  for (const std::string& warning : plan.warnings) warnings.push_back(warning);
  json["warnings"] = warnings;
  json["findings"] = member_or_null(plan.answer, "findings");
  return json;
}

}  // namespace aurora::cli
