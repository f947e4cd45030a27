#include <fmt/format.h>

#include "aws/rds.h"
#include "cli/seed/seed.h"

namespace aurora::cli {
namespace {

constexpr char kInstanceClass[] = "db.r5.large";
constexpr auto kLookEvery = std::chrono::milliseconds(200);
// An endpoint may be told to take as long as AWS does, for rehearsals.
constexpr int kLooksMax = 5 * 3600;

std::string writer_name(const DemoSource& source) {
  return fmt::format("{}-instance-1", source.cluster);
}

Json tags() {
  return Json::array({{{"Key", "aurora-restore:demo"}, {"Value", "true"}}});
}

void create_cluster(World& world, const DemoSource& source, const MasterLogin& login) {
  Json input = {{"DBClusterIdentifier", source.cluster},         {"Engine", source.engine},
                {"EngineVersion", source.engine_version},        {"MasterUsername", login.username},
                {"MasterUserPassword", login.password.reveal()}, {"Tags", tags()}};
  if (*source.database) input["DatabaseName"] = source.database;
  world.api->call("rds", kDemoSourceRegion, "CreateDBCluster", input);
}

void create_writer(World& world, const DemoSource& source) {
  world.api->call("rds", kDemoSourceRegion, "CreateDBInstance",
                  {{"DBInstanceIdentifier", writer_name(source)},
                   {"DBClusterIdentifier", source.cluster},
                   {"DBInstanceClass", kInstanceClass},
                   {"Engine", source.engine},
                   {"PubliclyAccessible", false},
                   {"Tags", tags()}});
}

// Looks until `status` gives "available"; what it gives otherwise is shown.
template <class Status>
void wait_until_available(TaskReport& report, std::string_view what, Status status) {
  for (int look = 0; look < kLooksMax; ++look) {
    const auto [now, percent] = status();
    if (now == "available") return;
    if (now == "failed" || now.starts_with("incompatible"))
      throw Error("SeedFailed", fmt::format("{} is {}", what, now),
                  "The endpoint's log says why (`aurora-restore local status` names it); then "
                  "`aurora-restore local seed` again.");
    report.wait(kLookEvery, percent, std::string(now));
  }
  throw Error("SeedFailed", fmt::format("{} did not become available in time", what),
              "It may come still: `aurora-restore local seed` again takes up where this ended.");
}

}  // namespace

std::string seed_source_cluster(World& world, const DemoSource& source, const MasterLogin& login,
                                TaskReport& report) {
  aws::Rds rds(*world.api, kDemoSourceRegion);
  const bool was_there = rds.find_cluster(source.cluster).has_value();
  if (!was_there) create_cluster(world, source, login);
  wait_until_available(report, source.cluster, [&] {
    const auto cluster = rds.find_cluster(source.cluster);
    return std::pair(cluster ? cluster->status : "missing", -1.0);
  });
  if (!rds.find_instance(writer_name(source))) create_writer(world, source);
  wait_until_available(report, writer_name(source), [&] {
    const auto instance = rds.find_instance(writer_name(source));
    return std::pair(instance ? instance->status : "missing", -1.0);
  });
  return fmt::format("{} ({} {}) in {}{}", source.cluster, source.engine, source.engine_version,
                     kDemoSourceRegion, was_there ? ", there already" : "");
}

std::string seed_snapshot(World& world, const DemoSource& source, const std::string& name, bool fresh,
                          TaskReport& report) {
  aws::Rds rds(*world.api, kDemoSourceRegion);
  bool was_there = rds.find_snapshot(name).has_value();
  if (was_there && fresh) {
    rds.delete_snapshot(name);
    while (rds.find_snapshot(name)) report.wait(kLookEvery, -1, "deleting the one that was there");
    was_there = false;
  }
  if (!was_there)
    world.api->call(
        "rds", kDemoSourceRegion, "CreateDBClusterSnapshot",
        {{"DBClusterSnapshotIdentifier", name}, {"DBClusterIdentifier", source.cluster}, {"Tags", tags()}});
  wait_until_available(report, name, [&] {
    const auto snapshot = rds.find_snapshot(name);
    return std::pair(snapshot ? snapshot->status : "missing",
                     snapshot && snapshot->percent_progress > 0 ? double(snapshot->percent_progress) : -1.0);
  });
  return was_there ? name + " is there already" : name;
}

}  // namespace aurora::cli
