#include "cli/operation_report.h"

#include <cmath>

#include "aws/paginate.h"
#include "base/dates.h"
#include "cli/story.h"
#include "restore/report.h"

namespace aurora::cli {
namespace {

Json timeline_of(const Story& story) {
  Json steps = Json::array();
  for (const Step& step : story.steps()) {
    const bool over = step.is_over();
    const double seconds = std::chrono::duration<double>(step.finished - step.started).count();
    Json row{{"step", step.name},
             {"title", step_title(step.name)},
             {"status", name_of(step.status)},
             {"started_at", format_iso_millis(step.started)},
             {"finished_at", over ? Json(format_iso_millis(step.finished)) : Json(nullptr)},
             {"seconds", over ? Json(std::round(seconds * 1000) / 1000) : Json(nullptr)},
             {"looks", step.looks},
             {"retries", step.retries},
             {"message", step.message.empty() ? step.cause : step.message}};
    if (!step.error.empty()) row["error"] = step.error;
    if (!step.hint.empty()) row["hint"] = step.hint;
    steps.push_back(std::move(row));
  }
  return steps;
}

bool is_of(const Json& thing, const std::string& operation_id) {
  for (const Json& tag : member_or_null(thing, "TagList"))
    if (string_or(tag, "Key", "") == restore::kOperationTag && string_or(tag, "Value", "") == operation_id)
      return true;
  return false;
}

void add_tagged(World& world, const std::string& region, const char* call, const char* list, const char* kind,
                const char* name, const std::string& operation_id, Json& found) {
  const Json things = aws::collect(*world.api, "rds", region, call, Json::object(), list);
  for (const Json& thing : things)
    if (is_of(thing, operation_id))
      found.push_back(
          {{"kind", kind},
           {"identifier", string_or(thing, name, "")},
           {"region", region},
           {"status",
            string_or(thing, call == std::string_view("DescribeDBInstances") ? "DBInstanceStatus" : "Status",
                      "")}});
}

// Best effort: whoever may read the tables need not be allowed to look at RDS, and the rest of the story
// stands.
std::optional<Json> tagged(Context& context, World& world, const Operation& operation) {
  const Json state = operation.state.value_or(Json::object());
  std::string region = text_at(state, {"parameters", "target_region"});
  if (region.empty()) region = world.region();
  try {
    Json found = Json::array();
    add_tagged(world, region, "DescribeDBClusters", "DBClusters", "cluster", "DBClusterIdentifier",
               operation.id, found);
    add_tagged(world, region, "DescribeDBInstances", "DBInstances", "instance", "DBInstanceIdentifier",
               operation.id, found);
    add_tagged(world, region, "DescribeDBClusterSnapshots", "DBClusterSnapshots", "snapshot",
               "DBClusterSnapshotIdentifier", operation.id, found);
    return found;
  } catch (const Error& error) {
    context.terminal.err(std::string("What carries the operation's tag now is not in the report: ") +
                         error.what() + "\n");
    return std::nullopt;
  }
}

}  // namespace

Json report_of(Context& context, World& world, const Operation& operation, const std::vector<Json>& audit) {
  restore::ReportInput input;
  input.state = operation.state.value_or(Json::object());
  input.audit = audit;
  input.operation_id = operation.id;
  input.environment = world.names.environment;
  input.region = world.region();
  input.made_at = context.clock.now();
  if (operation.execution) {
    input.execution = *operation.execution;
    Story story;
    for (const Json& event : Operations(world).events(operation.execution_arn())) story.add(event);
    if (!story.steps().empty()) input.timeline = timeline_of(story);
  }
  input.tagged = tagged(context, world, operation);
  return restore::make_report(input);
}

}  // namespace aurora::cli
