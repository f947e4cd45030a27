#include "restore/durations.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/dates.h"
#include "restore/pipeline.h"

namespace aurora::restore {
namespace {

// So many of the nearest count: enough to show a spread, few enough to be about the same size.
constexpr std::size_t kNearestMax = 5;
// Within these bounds a size is the same for the purpose.
constexpr double kSameSizeFactor = 2;
// One past operation tells no spread.
constexpr double kSingleLeast = 0.8;
constexpr double kSingleMost = 1.5;
// A look at a wait that is over earlier than expected costs less than all looks before it.
constexpr double kSingleWaitLeast = 0.9;

// How much nearer an operation of the same target is, as a logarithm of sizes: somewhat.
constexpr double kOtherTarget = 0.2;

struct StepRow {
  const char* name;
  bool grows;  // with the size
};
constexpr StepRow kSteps[] = {{"snapshot_check", false},    {"copy_snapshot", false},
                              {"check_copy_status", true},  {"delete_rds", false},
                              {"restore_snapshot", false},  {"check_restore_status", true},
                              {"setup_db_users", false},    {"verify_restore", true},
                              {"notify_completion", false}, {"cleanup", false}};

bool is_copy_step(std::string_view step) {
  return step == "copy_snapshot" || step == "check_copy_status";
}

double scaled(double seconds, double from_gib, double to_gib) {
  if (from_gib <= 0 || to_gib <= 0) return seconds;
  const double factor = to_gib / from_gib;
  return factor > 1 / kSameSizeFactor && factor < kSameSizeFactor ? seconds : seconds * factor;
}

using Took = std::map<std::string, double> PastOperation::*;

// Those that did it, the nearest in size first; of the same size the newest, as they came.
std::vector<const PastOperation*> nearest_in_size(const std::vector<PastOperation>& past, Took took,
                                                  const std::string& name, const Work& work) {
  std::vector<const PastOperation*> found;
  for (const PastOperation& operation : past)
    if ((operation.*took).contains(name) && (!is_copy_step(name) || operation.copied))
      found.push_back(&operation);
  const auto distance = [&](const PastOperation* operation) {
    const bool other = !work.target.empty() && operation->target != work.target;
    return std::abs(std::log(std::max(operation->size_gib, 1.0) / std::max(work.size_gib, 1.0))) +
           (other ? kOtherTarget : 0);
  };
  std::stable_sort(found.begin(), found.end(),
                   [&](const auto* a, const auto* b) { return distance(a) < distance(b); });
  if (found.size() > kNearestMax) found.resize(kNearestMax);
  return found;
}

StepEstimate assumed(const StepRow& row, const Work& work) {
  StepEstimate estimate{.step = row.name, .least_seconds = 1, .most_seconds = 10};
  const std::string step = row.name;
  if (step == "verify_restore") {
    estimate.most_seconds = work.verification_budget_seconds;
  } else if (work.local) {
    if (row.grows) estimate.most_seconds = 30;
  } else if (step == "check_copy_status") {
    estimate.least_seconds = 120 + work.size_gib * 3600 / 600;
    estimate.most_seconds = 600 + work.size_gib * 3600 / 200;
  } else if (step == "check_restore_status") {
    estimate.least_seconds = 300 + work.size_gib * 3600 / 2000;
    estimate.most_seconds = 900 + work.size_gib * 3600 / 500;
  } else if (step == "delete_rds") {
    estimate.most_seconds = 120;
  } else if (step == "setup_db_users") {
    estimate.most_seconds = 60;
  }
  return estimate;
}

// From the nearest; nothing without any.
std::optional<StepEstimate> learned(const std::vector<PastOperation>& past, Took took, const StepRow& row,
                                    const Work& work) {
  const auto nearest = nearest_in_size(past, took, row.name, work);
  if (nearest.empty()) return std::nullopt;
  StepEstimate result{.step = row.name, .based_on = nearest.size()};
  for (const PastOperation* operation : nearest) {
    const double seconds = (operation->*took).at(row.name);
    const double expected = row.grows ? scaled(seconds, operation->size_gib, work.size_gib) : seconds;
    const bool first = operation == nearest.front();
    result.least_seconds = first ? expected : std::min(result.least_seconds, expected);
    result.most_seconds = first ? expected : std::max(result.most_seconds, expected);
  }
  if (nearest.size() == 1) {
    result.least_seconds *= took == &PastOperation::waits ? kSingleWaitLeast : kSingleLeast;
    result.most_seconds *= kSingleMost;
  }
  return result;
}

StepEstimate estimate(const StepRow& row, const std::vector<PastOperation>& past, const Work& work) {
  auto result = learned(past, &PastOperation::seconds, row, work);
  if (!result) return assumed(row, work);
  if (result->step == "verify_restore")
    result->most_seconds =
        std::max(result->least_seconds, std::min(result->most_seconds, work.verification_budget_seconds));
  return *result;
}

// On AWS, as far as users tell.
StepEstimate assumed_wait(const StepRow& row, const Work& work) {
  const std::string wait = row.name;
  StepEstimate estimate{.step = wait, .least_seconds = 30, .most_seconds = 180};
  if (wait == "copy") return {wait, 120 + work.size_gib * 3600 / 600, 600 + work.size_gib * 3600 / 200};
  if (wait == "restore") return {wait, 180 + work.size_gib * 3600 / 2000, 600 + work.size_gib * 3600 / 500};
  if (wait == "instances") return {wait, 240, 900};
  if (wait == "deletion") return {wait, 120, 900};
  return estimate;
}

std::map<std::string, double> waits_of(const Json& item) {
  std::map<std::string, double> waits;
  for (const auto& [name, seconds] : member_or_null(member_or_null(item, "state"), "waited").items())
    if (seconds.is_number() && seconds.get<double>() > 0) waits[name] = seconds.get<double>();
  return waits;
}

}  // namespace

std::vector<PastOperation> past_operations(const std::vector<Json>& items) {
  std::vector<PastOperation> past;
  for (const Json& item : items) {
    if (string_or(item, "status", "") != kCompleted) continue;
    PastOperation operation;
    operation.size_gib =
        static_cast<double>(int_or(member_or_null(item, "snapshot_details"), "allocated_storage_gib", 0));
    operation.copied = bool_or(member_or_null(item, "state"), "copy_needed", false);
    for (const auto& [name, step] : member_or_null(item, "steps").items()) {
      const auto started = parse_iso(string_or(step, "started_at", ""));
      const auto finished = parse_iso(string_or(step, "finished_at", ""));
      if (started && finished && *finished >= *started)
        operation.seconds[name] = std::chrono::duration<double>(*finished - *started).count();
    }
    operation.waits = waits_of(item);
    operation.target = string_or(member_or_null(item, "parameters"), "target_cluster_id", "");
    if (!operation.seconds.empty()) past.push_back(std::move(operation));
  }
  return past;
}

std::vector<StepEstimate> estimate_steps(const std::vector<PastOperation>& past, const Work& work) {
  std::vector<StepEstimate> estimates;
  for (const StepRow& row : kSteps)
    if (work.copies || !is_copy_step(row.name)) estimates.push_back(estimate(row, past, work));
  return estimates;
}

StepEstimate estimate_wait(const std::string& wait, const std::vector<PastOperation>& past,
                           const Work& work) {
  const StepRow row{wait.c_str(), wait == "copy" || wait == "restore"};
  if (auto result = learned(past, &PastOperation::waits, row, work)) return *result;
  return assumed_wait(row, work);
}

}  // namespace aurora::restore
