#include <fmt/format.h>

#include <algorithm>

#include "aws/rds.h"
#include "base/dates.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/commands/snapshots_manifest.h"
#include "cli/operations.h"
#include "cli/output.h"
#include "cli/pipeline_config.h"

namespace aurora::cli {
namespace {

struct SnapshotsOptions {
  std::string action;
  std::string cluster;
  std::string region;
  std::string snapshot;
  std::string to;
  OutputOptions output;
};

void bind_snapshots(Binder& binder, SnapshotsOptions& options) {
  binder.argument("ACTION", options.action, "manifest: take one of the running source cluster for a snapshot",
                  false, {"manifest"});
  binder.option("--cluster", "CLUSTER", options.cluster,
                "Of this cluster (default: the configured source cluster)");
  binder.option("--source-region", "REGION", options.region,
                "In this Region (default: the configured source Region)");
  binder.option("--snapshot", "NAME", options.snapshot, "With manifest: the snapshot that it belongs to");
  binder.option("--to", "FILE", options.to,
                "With manifest: a file to write it to as well, or s3://BUCKET/KEY to keep it there");
  bind_output(binder, options.output, "One snapshot a line; with manifest, what was taken");
}

Json as_json(const aws::ClusterSnapshot& snapshot) {
  Json json{{"snapshot", snapshot.identifier},
            {"arn", snapshot.arn},
            {"cluster", snapshot.cluster_identifier},
            {"status", snapshot.status},
            {"type", snapshot.type},
            {"engine", snapshot.engine},
            {"engine_version", snapshot.engine_version},
            {"allocated_storage_gib", snapshot.allocated_storage_gib},
            {"encrypted", snapshot.encrypted},
            {"percent_progress", snapshot.percent_progress}};
  if (!snapshot.kms_key_id.empty()) json["kms_key_id"] = snapshot.kms_key_id;
  if (snapshot.created) json["created"] = format_iso_seconds(*snapshot.created);
  return json;
}

std::string status_cell(const aws::ClusterSnapshot& snapshot, const Style& style) {
  if (snapshot.status == "available") return style.green(snapshot.status);
  if (snapshot.status == "failed") return style.red(snapshot.status);
  return style.cyan(fmt::format("{} {} %", snapshot.status, snapshot.percent_progress));
}

std::string table_text(Context& context, const std::vector<aws::ClusterSnapshot>& snapshots) {
  const Style style(context.terminal.out_traits());
  Table table({{"SNAPSHOT"},
               {"MADE"},
               {"AGE"},
               {"STATUS"},
               {"TYPE"},
               {"ENGINE"},
               {"STORAGE", Table::Align::kRight},
               {"ENCRYPTION"}});
  for (const aws::ClusterSnapshot& snapshot : snapshots)
    table.add({snapshot.identifier, snapshot.created ? shown_time(context, *snapshot.created) : "",
               snapshot.created ? age_text(*snapshot.created, context.clock.now()) : "",
               status_cell(snapshot, style), snapshot.type, snapshot.engine + " " + snapshot.engine_version,
               fmt::format("{} GiB", snapshot.allocated_storage_gib),
               snapshot.encrypted ? (snapshot.kms_key_id.empty() ? "yes" : snapshot.kms_key_id) : "none"});
  return table.text(style);
}

ExitCode run_snapshots(Context& context, const SnapshotsOptions& options) {
  if (options.action == "manifest")
    return take_snapshot_manifest(context, {.snapshot = options.snapshot,
                                            .cluster = options.cluster,
                                            .region = options.region,
                                            .to = options.to,
                                            .output = options.output});
  if (!options.snapshot.empty() || !options.to.empty())
    throw Error("UsageError", "--snapshot and --to belong to `snapshots manifest`",
                fmt::format("`{}` lists the snapshots.", command_line(context, "snapshots")));
  World world = open_world(context);
  const Json config =
      options.cluster.empty() || options.region.empty() ? read_pipeline_config(world) : Json::object();
  const std::string cluster =
      options.cluster.empty() ? string_or(config, "source_cluster_id", "") : options.cluster;
  const std::string region =
      options.region.empty() ? string_or(config, "source_region", "us-east-1") : options.region;
  if (cluster.empty())
    throw Error(
        "UsageError", fmt::format("no source cluster is configured in {}", world.names.config_parameter()),
        world.local
            ? fmt::format("Give --cluster, or make the demo's world: {}", command_line(context, "local seed"))
            : "Give --cluster, or set source_cluster_id there; `aurora-restore doctor` looks at the rest.");
  aws::Rds rds(*world.api, region);
  std::vector<aws::ClusterSnapshot> snapshots = rds.snapshots_of(cluster);
  std::stable_sort(snapshots.begin(), snapshots.end(),
                   [](const auto& a, const auto& b) { return a.created > b.created; });
  if (!options.output.is_table()) {
    std::vector<Json> rows;
    for (const auto& snapshot : snapshots) rows.push_back(as_json(snapshot));
    print_rows(context, options.output, rows);
    return ExitCode::kDone;
  }
  if (snapshots.empty())
    context.terminal.err(fmt::format("Cluster {} has no snapshots in {}.\n", cluster, region));
  else
    context.terminal.out(table_text(context, snapshots));
  return ExitCode::kDone;
}

}  // namespace

Command snapshots_command() {
  return make_command<SnapshotsOptions>(
      {.path = "snapshots",
       .summary = "List the source cluster's snapshots, the newest first; take manifests of them",
       .description = "`snapshots manifest` has the pipeline's function read the running source cluster: "
                      "every table's rows "
                      "and checksum, and what else there is. The manifest is kept in S3 and noted at the "
                      "snapshot, so that a "
                      "restore with verification_manifest=auto is held against it. Take it when the snapshot "
                      "is made, before "
                      "the source changes.",
       .examples = {{"{} snapshots", "of the configured source cluster"},
                    {"{} snapshots --cluster orders --source-region eu-central-1", "of any cluster"},
                    {"{} snapshots manifest --snapshot orders-2026-11-21 --to manifest.json",
                     "what the source holds, for the snapshot's restores"}},
       .lists = true},
      bind_snapshots, run_snapshots);
}

}  // namespace aurora::cli
