#include <fmt/format.h>

#include "base/dates.h"
#include "restore/request.h"
#include "restore/secrets.h"
#include "restore/snapshot_selection.h"
#include "restore/steps/steps.h"
#include "restore/target.h"

namespace aurora::restore::steps {
namespace {

// The time against which dates resolve: the schedule's, else the execution's start, else now.
TimePoint reference_time(const StepContext& context) {
  if (context.settings.has("scheduled_time")) {
    const std::string text = context.settings.text("scheduled_time");
    const auto scheduled = parse_iso(text);
    if (!scheduled)
      throw_if_any({{"scheduled_time", text, "allowed is an ISO 8601 time such as 2026-11-21T02:00:00Z"}});
    return *scheduled;
  }
  if (const auto started = parse_iso(string_or(context.event, "execution_start_time", ""))) return *started;
  return context.clock.now();
}

bool needs_copy(const aws::ClusterSnapshot& snapshot, const Configuration& settings) {
  if (settings.text("source_region") != settings.text("target_region")) return true;
  // Another key is only had by a copy.
  return snapshot.encrypted && settings.has("kms_key_id") &&
         settings.text("kms_key_id") != snapshot.kms_key_id;
}

// What later steps would fail on, found before anything is created or destroyed: all of it, not the first.
class Preflight {
 public:
  Preflight(StepContext& context, const aws::ClusterSnapshot& snapshot)
      : context_(context), snapshot_(snapshot) {}

  void run() {
    check_engine();
    check_key();
    check_target();
    check_network();
    check_master_secret();
    if (found_.empty()) return;
    if (found_.size() == 1) throw Error(found_.front());
    std::string text;
    for (const Error& error : found_)
      text += fmt::format("\n  {}: {} {}", error.name(), error.message(), error.hint());
    throw Error("PreflightFailed",
                fmt::format("{} things stand in the way of this restore:{}", found_.size(), text));
  }

 private:
  void add(std::string name, std::string message, std::string hint) {
    found_.emplace_back(std::move(name), std::move(message), std::move(hint));
  }

  void check_engine() {
    const Configuration& settings = context_.settings;
    if (settings.has("engine") && settings.text("engine") != snapshot_.engine)
      add("EngineMismatch",
          fmt::format("engine is {}, but snapshot {} is of {}.", settings.text("engine"),
                      snapshot_.identifier, snapshot_.engine),
          "Leave engine out; it is taken from the snapshot.");
  }

  void check_key() {
    const Configuration& settings = context_.settings;
    const bool other_region = settings.text("source_region") != settings.text("target_region");
    if (snapshot_.encrypted && other_region && !settings.has("kms_key_id"))
      add("KmsKeyRequired",
          fmt::format("snapshot {} is encrypted with {} of {}, and a key never leaves its Region.",
                      snapshot_.identifier, snapshot_.kms_key_id, settings.text("source_region")),
          fmt::format("Give kms_key_id, a key of {}.", settings.text("target_region")));
  }

  void check_target() {
    aws::Rds rds = context_.target_rds();
    const auto cluster = rds.find_cluster(context_.settings.text("target_cluster_id"));
    if (cluster && !is_made_by(*cluster, context_.operation))
      if (auto error = refusal(*cluster, context_.settings)) found_.push_back(*error);
  }

  void check_network() {
    aws::Rds rds = context_.target_rds();
    const std::string group = context_.settings.text("db_subnet_group_name");
    if (!group.empty() && !rds.has_subnet_group(group))
      add("SubnetGroupNotFound", fmt::format("there is no DB subnet group {} in {}.", group, rds.region()),
          "`aws rds describe-db-subnet-groups` lists those there are.");
  }

  void check_master_secret() {
    try {
      read_credentials(context_.api, context_.names.region,
                       context_.settings.text("master_credentials_secret_id"));
    } catch (const Error& e) {
      if (e.name() != "SecretNotFound" && e.name() != "SecretMalformed") throw;
      found_.push_back(e);
    }
  }

  StepContext& context_;
  const aws::ClusterSnapshot& snapshot_;
  std::vector<Error> found_;
};

Json details_of(const aws::ClusterSnapshot& snapshot, const std::string& region) {
  return {{"snapshot_name", snapshot.identifier},
          {"snapshot_arn", snapshot.arn},
          {"source_cluster_id", snapshot.cluster_identifier},
          {"source_region", region},
          {"snapshot_type", snapshot.type},
          {"engine", snapshot.engine},
          {"engine_version", snapshot.engine_version},
          {"encrypted", snapshot.encrypted},
          {"allocated_storage_gib", snapshot.allocated_storage_gib},
          {"created_at", snapshot.created ? Json(format_iso_millis(*snapshot.created)) : Json(nullptr)}};
}

// Later steps, and a person who looks, find every value here; users come from their own parameter,
// because they may hold passwords.
Json remembered(const Configuration& settings) {
  Json parameters = settings.values();
  if (settings.source("db_users") != Source::kEvent) parameters.erase("db_users");
  return parameters;
}

}  // namespace

StepResult snapshot_check(StepContext& context) {
  throw_if_any(validate_resolved(context.settings.values()));
  aws::Rds source = context.source_rds();
  const aws::ClusterSnapshot snapshot = select_snapshot(source, context.settings, reference_time(context));
  Preflight(context, snapshot).run();

  Operation& operation = context.operation;
  operation["parameters"] = remembered(context.settings);
  operation["snapshot_details"] = details_of(snapshot, source.region());
  const bool copy = needs_copy(snapshot, context.settings);
  operation.state()["source_snapshot"] = snapshot.identifier;
  operation.state()["source_snapshot_arn"] = snapshot.arn;
  operation.state()["copy_needed"] = copy;

  Json fields{{"snapshot_exists", true}, {"copy_needed", copy}};
  fields.update(details_of(snapshot, source.region()));
  fields["target_region"] = context.settings.text("target_region");
  fields["target_cluster_id"] = context.settings.text("target_cluster_id");
  return {.message = "Snapshot exists",
          .fields = std::move(fields),
          .next_step = "copy_snapshot",
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
