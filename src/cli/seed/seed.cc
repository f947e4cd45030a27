#include "cli/seed/seed.h"

#include <fmt/format.h>

#include "base/dates.h"

namespace aurora::cli {
namespace {

constexpr DemoSource kSources[] = {
    {.engine = "aurora-postgresql",
     .engine_version = "15.13",
     .cluster = "dev-source-cluster",
     .target_cluster = "dev-target-cluster",
     .database = "",
     .master_secret = "dev/master-credentials",
     .master_user = "postgres"},
    {.engine = "aurora-mysql",
     .engine_version = "8.0.mysql_aurora.3.10.4",
     .cluster = "dev-mysql-source",
     .target_cluster = "dev-mysql-target",
     .database = "rental",
     .master_secret = "dev/mysql-master-credentials",
     .master_user = "admin"},
};

}  // namespace

const DemoSource& demo_source(std::string_view engine) {
  for (const DemoSource& source : kSources)
    if (source.engine == engine) return source;
  throw Error("UsageError", fmt::format("there is no demo of the engine {}", engine),
              "There are aurora-postgresql and aurora-mysql.");
}

std::string demo_snapshot_name(const DemoSource& source, const Clock& clock) {
  return fmt::format("{}-snapshot-{}", source.cluster, format_date(clock.now()));
}

std::string demo_run_arguments(const DemoSource& source, const Clock& clock) {
  if (&source == kSources) return "run --snapshot-date today";
  return fmt::format("run --snapshot {} --target-cluster {} --set master_credentials_secret_id={}",
                     demo_snapshot_name(source, clock), source.target_cluster, source.master_secret);
}

void seed_world(Context& context, World& world, const SeedOptions& options) {
  const DemoSource& source = demo_source(options.engine);
  TaskReport report(context);
  report.task("Secrets", [&] { return seed_secrets(world, source); });
  report.task("Topic and queue", [&] { return seed_notifications(world); });
  report.task("Log bucket", [&] { return seed_log_bucket(world); });
  report.task("Subnet group", [&] { return seed_subnet_group(world); });
  report.task("Configuration", [&] { return seed_configuration(world); });
  const MasterLogin login = read_master_login(world, source);
  report.task("Source cluster", [&] { return seed_source_cluster(world, source, login, report); });
  report.task("Data", [&] { return seed_data(context, world, source, login, options.scale, report); });
  const std::string snapshot = demo_snapshot_name(source, context.clock);
  report.task("Snapshot",
              [&] { return seed_snapshot(world, source, snapshot, options.fresh_snapshot, report); });
}

}  // namespace aurora::cli
