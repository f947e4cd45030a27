#include <fmt/format.h>

#include "base/dates.h"
#include "db/session.h"
#include "restore/checks.h"
#include "restore/configuration_sources.h"
#include "restore/lock.h"
#include "restore/looks.h"
#include "restore/point_in_time.h"
#include "restore/preflight.h"
#include "restore/request.h"
#include "restore/snapshot_selection.h"
#include "restore/source_account.h"
#include "restore/steps/steps.h"

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

// An ARN, or a name of another account's, of a snapshot that nobody shared is told as that.
void check_sharing(StepContext& context) {
  const std::string name = context.settings.text("snapshot_name");
  if (name.empty() || has_template(name)) return;
  if (const auto error = sharing_obstacle(context, source_snapshot_reference(context, name))) throw *error;
}

aws::ClusterSnapshot select(StepContext& context) {
  const Configuration& settings = context.settings;
  if (is_point_in_time(settings)) return point_in_time_source(context);
  check_sharing(context);
  aws::Rds source = context.source_rds();
  SnapshotOwner owner{
      .reference = [&](const std::string& name) { return source_snapshot_reference(context, name); }};
  // A role of the other account finds what is there as its own.
  if (const std::string account = settings.text("source_account_id");
      account != context.names.account && !settings.has("source_role_arn"))
    owner.shared_by = account;
  return select_snapshot(source, settings, reference_time(context), owner);
}

// What is looked for and not there is a finding beside the others; an input that means nothing is not.
std::optional<aws::ClusterSnapshot> find_source(StepContext& context, Findings& findings) {
  try {
    return select(context);
  } catch (const aws::ServiceError&) {
    throw;
  } catch (const Error& e) {
    for (const char* name :
         {"SnapshotNotFound", "SnapshotNotAvailable", "SnapshotTooOld", "SnapshotNotShared",
          "SourceClusterNotFound", "TimeNotRestorable", "KmsKeyNotApplicable"})
      if (e.name() == name) {
        findings.add(e);
        return std::nullopt;
      }
    throw;
  }
}

// The files of the setting are there and can be understood.
void look_at_files(StepContext& context, const std::optional<aws::ClusterSnapshot>& snapshot,
                   Findings& findings) {
  const auto engine = snapshot ? db::engine_of(snapshot->engine) : std::nullopt;
  for (const Finding& finding : check_sql_files(context, engine))
    findings.add("FileNotUsable", fmt::format("{} {}: {}", finding.field, finding.value, finding.rule),
                 "Correct the file, or the setting that names it.");
}

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

// A restore to a point in time stays in its Region, whatever is set for snapshots.
std::string source_region(const StepContext& context) {
  return context.settings.text(is_point_in_time(context.settings) ? "target_region" : "source_region");
}

// Later steps, and a person who looks, find every value here; users come from their own parameter,
// because they may hold passwords.
Json remembered(const Configuration& settings) {
  Json parameters = settings.values();
  if (settings.source("db_users") != Source::kEvent) parameters.erase("db_users");
  return parameters;
}

// Where the values came from, for those that are no defaults: "event", "ssm", "environment
// DB_INSTANCE_CLASS".
Json sources_of(const StepContext& context) {
  Json sources = Json::object();
  for (const Setting& setting : settings()) {
    const std::string name(setting.name);
    const auto source = context.settings.source(name);
    if (!source || *source == Source::kDefault) continue;
    sources[name] = name_of(*source);
    if (*source == Source::kEnvironment)
      if (const auto variable = variable_of(setting, context.environment))
        sources[name] = fmt::format("{} {}", name_of(*source), *variable);
  }
  return sources;
}

Json as_json(const std::vector<Error>& errors) {
  Json list = Json::array();
  for (const Error& error : errors)
    list.push_back({{"name", error.name()}, {"message", error.message()}, {"hint", error.hint()}});
  return list;
}

Json fields_of(const StepContext& context, const aws::ClusterSnapshot& snapshot, bool copy) {
  Json fields{{"snapshot_exists", true}, {"copy_needed", copy}};
  fields.update(details_of(snapshot, source_region(context)));
  fields["target_region"] = context.settings.text("target_region");
  fields["target_cluster_id"] = context.settings.text("target_cluster_id");
  return fields;
}

// The answer of a look that leaves no trace.
StepResult tell(StepContext& context, const std::optional<aws::ClusterSnapshot>& snapshot,
                Findings findings) {
  if (const auto error = lock_obstacle(context)) findings.add(*error);
  Json fields{{"dry_run", true}, {"snapshot_exists", false}};
  if (snapshot)
    fields.update(fields_of(context, *snapshot, needs_copy(context, *snapshot, findings.kms_key_arn)));
  // What a plan is made from: every value that would be in force. Users may hold passwords.
  fields["parameters"] = context.settings.values();
  fields["parameters"].erase("db_users");
  fields["findings"] = as_json(findings.errors());
  fields["preflight_warnings"] = findings.warnings();
  const std::size_t count = findings.errors().size();
  return {.message = count == 0   ? "Nothing stands in the way of this restore"
                     : count == 1 ? "1 thing stands in the way of this restore"
                                  : fmt::format("{} things stand in the way of this restore", count),
          .fields = std::move(fields),
          .next_step = {},
          .retry_after = {}};
}

void record_warnings(StepContext& context, const Findings& findings) {
  context.operation.erase("preflight_warnings");
  if (findings.warnings().empty()) return;
  context.operation["preflight_warnings"] = findings.warnings();
  for (const std::string& warning : findings.warnings()) {
    context.log.warning(warning);
    context.audit.record(context.operation.id(), "snapshot_check", "warning", {{"message", warning}});
  }
}

}  // namespace

StepResult snapshot_check(StepContext& context) {
  throw_if_any(validate_resolved(context.settings.values()));
  const bool dry = bool_or(context.event, "dry_run", false);
  if (!dry) take_lock(context);
  Findings findings;
  const auto snapshot = find_source(context, findings);
  // By them the manifest that belongs to the snapshot is found.
  if (snapshot) context.operation["snapshot_details"] = details_of(*snapshot, source_region(context));
  findings.append(preflight(context, snapshot ? &*snapshot : nullptr));
  look_at_files(context, snapshot, findings);
  if (dry) return tell(context, snapshot, std::move(findings));
  throw_findings(findings);

  Operation& operation = context.operation;
  operation["parameters"] = remembered(context.settings);
  operation["parameter_sources"] = sources_of(context);
  operation["parameters"]["source_region"] = source_region(context);
  const bool copy = needs_copy(context, *snapshot, findings.kms_key_arn);
  operation.state()["source_snapshot"] = snapshot->identifier;
  operation.state()["source_snapshot_arn"] = snapshot->arn;
  operation.state()["copy_needed"] = copy;
  operation.state()["source_tags"] = aws::tag_list(snapshot->tags);
  expect_waits(context);
  record_warnings(context, findings);
  return {.message = is_point_in_time(context.settings)
                         ? fmt::format("Cluster can be restored to {}", operation.known("restore_time"))
                         : "Snapshot exists",
          .fields = fields_of(context, *snapshot, copy),
          .next_step = "copy_snapshot",
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
