#include "cli/cost/cost_sheet.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "cli/operations.h"
#include "cli/plan/cost.h"
#include "restore/pipeline.h"
#include "restore/prices.h"

namespace aurora::cli {
namespace {

namespace prices = restore;

double hours_between(TimePoint from, TimePoint to) {
  return std::max(0.0, std::chrono::duration<double, std::ratio<3600>>(to - from).count());
}

double sum_of(const std::vector<CostLine>& lines) {
  double sum = 0;
  for (const CostLine& line : lines) sum += line.usd;
  return sum;
}

void add_machine(const CostFacts& facts, CostSheet& sheet) {
  if (!facts.history) {
    sheet.unknown.push_back(
        "State transitions and calls of functions: there is no execution's history (AWS keeps it for 90 "
        "days, and "
        "steps that were invoked by hand have none)");
    return;
  }
  const auto count = static_cast<double>(facts.history->transitions);
  sheet.pipeline.push_back(
      {facts.history->repetitions > 0
           ? fmt::format("State transitions ({} of them repetitions)", facts.history->repetitions)
           : "State transitions",
       count, "transitions", count * prices::kStateTransition});
}

// Billed times are those of Lambda's own report lines; a call that has none counts with the time the machine
// saw.
void add_functions(const CostFacts& facts, CostSheet& sheet) {
  if (!facts.history) return;
  std::map<std::string, const InvocationReport*> reports;
  for (const InvocationReport& report : facts.reports) reports[report.request_id] = &report;
  constexpr double kMibPerGib = 1024;
  double measured = 0;
  double estimated = 0;
  std::int64_t without_memory = 0;
  for (const TaskCall& call : facts.history->calls) {
    if (const auto found = reports.find(call.request_id); found != reports.end()) {
      measured += found->second->billed_seconds * static_cast<double>(found->second->memory_mb) / kMibPerGib;
    } else if (const auto memory = facts.memory_mb.find(call.function); memory != facts.memory_mb.end()) {
      estimated += call.seconds * static_cast<double>(memory->second) / kMibPerGib;
    } else {
      ++without_memory;
    }
  }
  const auto calls = static_cast<double>(facts.history->calls.size());
  sheet.pipeline.push_back({"Lambda requests", calls, "requests", calls * prices::kLambdaRequest});
  const double price = facts.arm ? prices::kLambdaGbSecondArm : prices::kLambdaGbSecondX86;
  const std::string architecture = facts.arm ? "arm64" : "x86_64";
  if (measured > 0)
    sheet.pipeline.push_back({"Lambda duration, " + architecture, measured, "GB-seconds", measured * price});
  if (estimated > 0)
    sheet.pipeline.push_back({"Lambda duration without report lines, " + architecture, estimated,
                              "GB-seconds", estimated * price, Basis::kEstimated});
  if (without_memory > 0)
    sheet.unknown.push_back(fmt::format(
        "Lambda duration of {} calls: neither report lines nor the function's memory size", without_memory));
}

void add_requests(const CostFacts& facts, CostSheet& sheet) {
  const Requests& requests = facts.requests;
  if (requests.lines == 0) {
    sheet.unknown.push_back(
        "Requests to DynamoDB, SNS and SQS: no metric line of the functions' logs tells of them (logs are "
        "kept for the "
        "template's LogRetentionDays)");
    return;
  }
  // Every write is made in the table and in its index.
  const double writes = 2 * requests.dynamodb_write_units;
  sheet.pipeline.push_back({"DynamoDB writes, table and index", writes, "write units",
                            writes * prices::kDynamoDbWriteUnit, Basis::kEstimated});
  sheet.pipeline.push_back({"DynamoDB reads", requests.dynamodb_read_units, "read units",
                            requests.dynamodb_read_units * prices::kDynamoDbReadUnit, Basis::kEstimated});
  const auto sns = static_cast<double>(requests.sns);
  const auto sqs = static_cast<double>(requests.sqs);
  sheet.pipeline.push_back({"SNS requests", sns, "requests", sns * prices::kSnsRequest});
  sheet.pipeline.push_back({"SQS requests", sqs, "requests", sqs * prices::kSqsRequest});
  sheet.pipeline.push_back({"RDS API calls", static_cast<double>(requests.rds), "calls", 0});
}

void add_logs(const CostFacts& facts, CostSheet& sheet) {
  if (!facts.log_bytes) {
    sheet.unknown.push_back("CloudWatch Logs: the functions' logs could not be read");
    return;
  }
  const double gib = static_cast<double>(*facts.log_bytes) / (1024.0 * 1024 * 1024);
  sheet.pipeline.push_back({"CloudWatch Logs, ingestion", static_cast<double>(*facts.log_bytes), "bytes",
                            gib * prices::kLogsGib, Basis::kEstimated});
}

void add_copy(const CostFacts& facts, CostSheet& sheet) {
  const Json& state = member_or_null(facts.state, "state");
  const auto begun = time_at(state, "copy_begun_at");
  if (!bool_or(state, "copy_needed", false) || !begun) return;
  const auto gib = static_cast<double>(
      int_or(member_or_null(facts.state, "snapshot_details"), "allocated_storage_gib", 0));
  if (gib <= 0) {
    sheet.unknown.push_back("Copy of the snapshot: its size is not in the state");
    return;
  }
  const std::string from = text_at(facts.state, {"parameters", "source_region"});
  const std::string to = text_at(facts.state, {"parameters", "target_region"});
  if (const double price = prices::transfer_gib(from, to); price > 0)
    sheet.resources.push_back({fmt::format("Transfer of the snapshot from {} to {}", from, to), gib, "GiB",
                               gib * price, Basis::kEstimated});
  const bool deleted = bool_or(member_or_null(facts.state, "cleanup_results"), "snapshot_deleted", false);
  const auto gone = time_at(value_at(facts.state, {"steps", "cleanup"}), "finished_at");
  const double months = hours_between(*begun, deleted && gone ? *gone : facts.now) / prices::kHoursPerMonth;
  sheet.resources.push_back({deleted ? "Copied snapshot, until it was deleted" : "Copied snapshot, until now",
                             gib * months, "GiB-months", gib * months * prices::kSnapshotGibMonth,
                             Basis::kEstimated});
}

void add_instances(const CostFacts& facts, CostSheet& sheet) {
  const auto begun = time_at(value_at(facts.state, {"steps", "check_restore_status"}), "started_at");
  if (!begun || !value_at(facts.state, {"restore_details", "instances"}).is_array()) return;
  const Json& parameters = member_or_null(facts.state, "parameters");
  const std::string text = instances_text(parameters);
  const auto hour = instances_hour(parameters);
  if (!hour) {
    sheet.unknown.push_back(text + ": no price is known here");
  } else if (!facts.instances_there) {
    sheet.unknown.push_back(text + ": whether they are there still could not be seen");
  } else if (*facts.instances_there == 0) {
    sheet.unknown.push_back(text + ": they are gone, and nothing tells since when");
  } else {
    const double hours = std::max(hours_between(*begun, facts.now), prices::kInstanceHoursMin);
    sheet.resources.push_back({text + ", until now", hours, "hours", hours * *hour, Basis::kEstimated});
  }
  sheet.unknown.push_back("Storage and I/O of the new cluster: CloudWatch and the bill tell them");
}

}  // namespace

double CostSheet::pipeline_usd() const {
  return sum_of(pipeline);
}

double CostSheet::resources_usd() const {
  return sum_of(resources);
}

CostSheet cost_sheet(const CostFacts& facts) {
  CostSheet sheet;
  add_machine(facts, sheet);
  add_functions(facts, sheet);
  add_requests(facts, sheet);
  add_logs(facts, sheet);
  if (!facts.state.is_object()) {
    sheet.unknown.push_back("Copy and instances: the operation's state is gone");
    return sheet;
  }
  add_copy(facts, sheet);
  add_instances(facts, sheet);
  return sheet;
}

Json sheet_json(const CostSheet& sheet) {
  const auto lines = [](const std::vector<CostLine>& list) {
    Json rows = Json::array();
    for (const CostLine& line : list)
      rows.push_back({{"what", line.what},
                      {"quantity", line.quantity},
                      {"unit", line.unit},
                      {"usd", line.usd},
                      {"basis", line.basis == Basis::kMeasured ? "measured" : "estimated"}});
    return rows;
  };
  return {{"pipeline", lines(sheet.pipeline)},
          {"pipeline_usd", sheet.pipeline_usd()},
          {"resources", lines(sheet.resources)},
          {"resources_usd", sheet.resources_usd()},
          {"unknown", sheet.unknown}};
}

}  // namespace aurora::cli
