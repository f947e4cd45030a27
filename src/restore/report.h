// The whole story of one operation, for people who were not there: what came of it, when what happened, how
// it was proved, what it made, removed and costs. One JSON object; report_html.h makes a page of it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace aurora::restore {

// Nothing in it is a secret: the state and the audit trail hold none, and values whose names sound like one
// are masked all the same.
struct ReportInput {
  Json state = Json::object();  // the state item; empty when only the trail is left
  std::vector<Json> audit;      // the operation's events, the oldest first
  std::string operation_id;
  std::string environment;
  std::string region;
  TimePoint made_at;
  // What the execution's history tells and the state does not: [{step, title, status, started_at,
  // finished_at, looks, retries, message, error, hint}]. Without it, the steps are the state's.
  std::optional<Json> timeline;
  // What carries the operation's tag now: [{kind, identifier, region, status}]. Nothing: not looked for.
  std::optional<Json> tagged;
  Json execution = nullptr;  // as DescribeExecution gives it
};

// Members, all of them always there: report_version, made_at, operation_id, environment, region, outcome,
// times, source, target, timeline, verification, users, changes, configuration, notifications, errors, cost,
// identifiers, trail.
Json make_report(const ReportInput& input);

// "Copy the snapshot"; the name itself for what is no step.
std::string step_title_of(const std::string& step);

}  // namespace aurora::restore
