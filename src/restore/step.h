// What a step of the pipeline is: a function of (event, operation's state, configuration) onto
// (answer, changes to the state), over typed clients.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aws/client.h"
#include "aws/rds.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/session.h"
#include "restore/audit.h"
#include "restore/configuration.h"
#include "restore/operation.h"
#include "restore/pipeline.h"

namespace aurora::restore {

// The world of a step. All of it outlives the call.
struct StepContext {
  aws::Api& api;
  db::Connector& databases;
  const Clock& clock;
  const Log& log;
  const Environment& environment;
  const PipelineNames& names;
  AuditTrail& audit;
  OperationStore& operations;
  const Configuration& settings;
  Operation& operation;
  const Json& event;
  // When the function is ended at the latest: Lambda's deadline, or its longest.
  TimePoint deadline = {};

  // Of the account that owns the snapshot (source_account.h); ours when null.
  aws::Api* source = nullptr;
  // For notifications: gives up early, so that a topic that does not answer costs seconds; `api` when null.
  aws::Api* messages = nullptr;

  aws::Api& message_api() const { return messages ? *messages : api; }
  aws::Api& source_api() const { return source ? *source : api; }
  aws::Rds source_rds() const { return {source_api(), settings.text("source_region")}; }
  aws::Rds target_rds() const { return {api, settings.text("target_region")}; }
};

// What RDS had to make ready before a step could go on, as DescribeEvents names it.
struct AwaitedResource {
  std::string type;  // "db-cluster", "db-instance", "db-cluster-snapshot"
  std::string identifier;
};

struct StepResult {
  std::string message;
  Json fields = Json::object();          // the step's own members of the answer
  std::optional<std::string> next_step;  // null in the answer when absent
  // The work goes on: look again after that many seconds (`retry_after` of the answer).
  std::optional<std::int64_t> retry_after;
  // What a step waited for and found ready: for the dead time (metrics.h).
  std::vector<AwaitedResource> awaited = {};
};

struct Step {
  std::string_view name;     // "copy_snapshot": file, state, function and row of the documents
  std::string_view summary;  // one line for help and template
  StepResult (*run)(StepContext& context);
  bool speaks_sql = false;  // needs a way to the database: on AWS, a place in the VPC
};

// In the order of the pipeline; handle_failure last.
std::span<const Step> all_steps();
const Step* find_step(std::string_view name);

}  // namespace aurora::restore
