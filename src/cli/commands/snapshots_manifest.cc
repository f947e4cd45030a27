#include "cli/commands/snapshots_manifest.h"

#include <fmt/format.h>

#include "aws/rds.h"
#include "base/dates.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/lambda_call.h"
#include "cli/pipeline_config.h"
#include "cli/style.h"
#include "cli/uploads.h"
#include "restore/manifest_store.h"
#include "restore/manifest_taking.h"

namespace aurora::cli {
namespace {

constexpr char kFunction[] = "verify_restore";

aws::ClusterSnapshot find_snapshot(World& world, const std::string& region, const std::string& name) {
  auto snapshot = aws::Rds(*world.api, region).find_snapshot(name);
  if (!snapshot)
    throw Error("SnapshotNotFound", fmt::format("there is no snapshot {} in {}", name, region),
                "`aurora-restore snapshots` lists those there are; --source-region chooses another Region.");
  return *snapshot;
}

// The function has a way to the database; this machine may have none. It takes what fits into one call.
Json have_it_taken(Context& context, World& world, Json event) {
  for (;;) {
    const Json answer = invoke_step(world, kFunction, event);
    const std::chrono::seconds wait(int_or(answer, "retry_after", 0));
    if (wait <= std::chrono::seconds(0)) return answer;
    context.terminal.err(fmt::format("{} of {} tables are left …\n", int_or(answer, "tables_pending", 0),
                                     int_or(answer, "tables", 0)));
    event[restore::kManifestOrder]["continue"] = true;
    if (!context.clock.sleep_for(wait, context.interrupted))
      throw Cancelled("the manifest is not complete; the same command begins it anew");
  }
}

void tag_snapshot(World& world, const std::string& region, const aws::ClusterSnapshot& snapshot,
                  const std::string& uri) {
  world.api->call("rds", region, "AddTagsToResource",
                  {{"ResourceName", snapshot.arn}, {"Tags", aws::tag_list({{restore::kManifestTag, uri}})}});
}

std::string summary(const Json& answer, const aws::ClusterSnapshot& snapshot) {
  std::string text =
      fmt::format("Manifest of {} tables with {} rows, kept with snapshot {}.\n", int_or(answer, "tables", 0),
                  with_thousands(static_cast<std::uint64_t>(int_or(answer, "rows", 0))), snapshot.identifier);
  if (const std::int64_t unread = int_or(answer, "tables_unread", 0); unread > 0)
    text += fmt::format("{} tables could not be read; the manifest says why.\n", unread);
  return text;
}

}  // namespace

ExitCode take_snapshot_manifest(Context& context, const ManifestOptions& options) {
  if (options.snapshot.empty())
    throw Error("UsageError", "snapshots manifest needs a snapshot", "Give --snapshot NAME.");
  const bool to_s3 = options.to.starts_with("s3://");
  if (to_s3 && !restore::parse_s3_uri(options.to))
    throw Error("UsageError", fmt::format("--to {} is no address of the form s3://bucket/key", options.to),
                "Nothing was taken. For example --to s3://my-bucket/manifests/orders.json");
  World world = open_world_starting_endpoint(context);
  const std::string region = options.region.empty()
                                 ? string_or(read_pipeline_config(world), "source_region", world.region())
                                 : options.region;
  const aws::ClusterSnapshot snapshot = find_snapshot(world, region, options.snapshot);
  const std::string place = to_s3 ? options.to
                                  : restore::S3Place{script_bucket(world, Json::object()),
                                                     restore::manifest_key(snapshot.identifier, snapshot.arn)}
                                        .uri();
  const Json order{{"place", place},
                   {"snapshot_name", snapshot.identifier},
                   {"snapshot_arn", snapshot.arn},
                   {"snapshot_created_at", snapshot.created ? format_iso_seconds(*snapshot.created) : ""}};
  const Json answer = have_it_taken(
      context, world,
      {{"operation_id", "manifest"},
       {restore::kManifestOrder, order},
       {"source_cluster_id", options.cluster.empty() ? snapshot.cluster_identifier : options.cluster},
       {"source_region", region}});
  tag_snapshot(world, region, snapshot, place);
  if (!options.to.empty() && !to_s3)
    write_file(options.to, restore::read_s3_text(*world.api, world.region(), place, "manifest"));
  if (!options.output.is_table()) {
    print_one(context, options.output, answer);
  } else {
    context.terminal.err(summary(answer, snapshot));
    context.terminal.out(place + "\n");
  }
  return ExitCode::kDone;
}

}  // namespace aurora::cli
