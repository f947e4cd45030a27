// The demo's world: source clusters with data and a snapshot, secrets and configuration, made through
// the same public APIs that anybody uses.
#pragma once
#include <string>
#include <string_view>

#include "cli/task_report.h"
#include "cli/world.h"

namespace aurora::cli {

struct SeedOptions {
  std::string engine = "aurora-postgresql";
  // Ten make about 150 MB for PostgreSQL (100,000 accounts each), 50 MB for MySQL (20,000 rentals each).
  int scale = 10;
  bool fresh_snapshot = false;
};

// What differs from engine to engine; both may be there side by side.
struct DemoSource {
  const char* engine;
  const char* engine_version;
  const char* cluster;
  const char* target_cluster;
  const char* database;  // made with the cluster; empty for the engine's own
  const char* master_secret;
  const char* master_user;
};

// Throws Error "UsageError" for an engine that there is no demo of.
const DemoSource& demo_source(std::string_view engine);

inline constexpr char kDemoSourceRegion[] = "us-east-1";

struct MasterLogin {
  std::string username;
  Secret password;
};

// Each makes what is missing, leaves what is there, and returns a note for the report.
std::string seed_secrets(World& world, const DemoSource& source);
std::string seed_notifications(World& world);  // topic, queue, subscription
std::string seed_log_bucket(World& world);
std::string seed_subnet_group(World& world);
// The configuration is that of the PostgreSQL demo, as in the guide; the MySQL demo's run names what differs.
std::string seed_configuration(World& world);
MasterLogin read_master_login(World& world, const DemoSource& source);
std::string seed_source_cluster(World& world, const DemoSource& source, const MasterLogin& login,
                                TaskReport& report);
std::string seed_data(Context& context, World& world, const DemoSource& source, const MasterLogin& login,
                      int scale, TaskReport& report);
std::string seed_snapshot(World& world, const DemoSource& source, const std::string& name, bool fresh,
                          TaskReport& report);

// <cluster>-snapshot-<today, UTC>
std::string demo_snapshot_name(const DemoSource& source, const Clock& clock);
// The arguments with which `aurora-restore` restores that snapshot.
std::string demo_run_arguments(const DemoSource& source, const Clock& clock);

// All of it, with a report. Running it again makes only what is missing.
void seed_world(Context& context, World& world, const SeedOptions& options);

}  // namespace aurora::cli
