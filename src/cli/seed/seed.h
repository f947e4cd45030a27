// The demo's world: a source cluster with data and a snapshot, secrets and configuration, made through
// the same public APIs that anybody uses.
#pragma once
#include <string>

#include "cli/task_report.h"
#include "cli/world.h"

namespace aurora::cli {

struct SeedOptions {
  int scale = 10;  // pgbench's: 100,000 accounts, about 15 MB, each
  bool fresh_snapshot = false;
};

inline constexpr char kDemoSourceRegion[] = "us-east-1";
inline constexpr char kDemoSourceCluster[] = "dev-source-cluster";
inline constexpr char kDemoTargetCluster[] = "dev-target-cluster";
inline constexpr char kDemoMasterSecret[] = "dev/master-credentials";
inline constexpr char kDemoMasterUser[] = "postgres";

struct MasterLogin {
  std::string username;
  Secret password;
};

// Each makes what is missing, leaves what is there, and returns a note for the report.
std::string seed_secrets(World& world);
std::string seed_notifications(World& world);  // topic, queue, subscription
std::string seed_log_bucket(World& world);
std::string seed_subnet_group(World& world);
std::string seed_configuration(World& world);
MasterLogin read_master_login(World& world);
std::string seed_source_cluster(World& world, const MasterLogin& login, TaskReport& report);
std::string seed_data(Context& context, World& world, const MasterLogin& login, int scale,
                      TaskReport& report);
std::string seed_snapshot(Context& context, World& world, const std::string& name, bool fresh,
                          TaskReport& report);

// dev-source-cluster-snapshot-<today, UTC>
std::string demo_snapshot_name(const Clock& clock);

// All of it, with a report. Running it again makes only what is missing.
void seed_world(Context& context, World& world, const SeedOptions& options);

}  // namespace aurora::cli
