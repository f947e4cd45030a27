#include "cli/seed/seed.h"

#include <fmt/format.h>

#include "base/dates.h"

namespace aurora::cli {

std::string demo_snapshot_name(const Clock& clock) {
  return fmt::format("{}-snapshot-{}", kDemoSourceCluster, format_date(clock.now()));
}

void seed_world(Context& context, World& world, const SeedOptions& options) {
  TaskReport report(context);
  report.task("Secrets", [&] { return seed_secrets(world); });
  report.task("Topic and queue", [&] { return seed_notifications(world); });
  report.task("Log bucket", [&] { return seed_log_bucket(world); });
  report.task("Subnet group", [&] { return seed_subnet_group(world); });
  report.task("Configuration", [&] { return seed_configuration(world); });
  const MasterLogin login = read_master_login(world);
  report.task("Source cluster", [&] { return seed_source_cluster(world, login, report); });
  report.task("Data", [&] { return seed_data(context, world, login, options.scale, report); });
  const std::string snapshot = demo_snapshot_name(context.clock);
  report.task("Snapshot",
              [&] { return seed_snapshot(context, world, snapshot, options.fresh_snapshot, report); });
}

}  // namespace aurora::cli
