// RDS over the simulated engine and virtual time: nothing happens until run() says so.
#pragma once
#include "base/dates.h"
#include "local/engines/simulated_engine.h"
#include "local/testing/rds_driver.h"
#include "local/testing/temporary_directory.h"

namespace aurora::local::testing {

class SimulatedRds : public ::testing::Test {
 protected:
  SimulatedRds() { open({}); }

  void open(const rds::Pace& pace, Router* router = nullptr) {
    service.reset();
    engines::Engines engines;
    for (const char* name : {"aurora-postgresql", "aurora-mysql"}) {
      // Engines are the service's own; what they stored outlives them in the test that opens the service
      // again.
      auto owned = std::make_unique<engines::SimulatedEngine>();
      if (std::string_view(name) == "aurora-postgresql") engine = owned.get();
      engines.emplace(name, std::move(owned));
    }
    service = std::make_unique<RdsService>(RdsOptions{.directory = data.path(),
                                                      .pace = pace,
                                                      .patience = std::chrono::milliseconds(0),
                                                      .durable = false,
                                                      .threads = 0},
                                           std::move(engines), clock, Log::none(), router);
    rds.emplace(*service);
    east.emplace(*service, "us-east-1");
  }
  // Does all work that is due.
  void run() { service->run_due(); }
  void pass(Duration time) {
    clock.advance(time);
    run();
  }
  // An available cluster with a writer.
  void make_cluster(const std::string& id, const Json& more = Json::object()) {
    rds->create_cluster(id, more);
    rds->create_instance(id + "-1", id);
    run();
  }
  void make_snapshot(RdsDriver& driver, const std::string& id, const std::string& cluster) {
    driver.create_snapshot(id, cluster);
    run();
  }
  // A snapshot in us-east-1 to copy from there; returns its ARN.
  std::string snapshot_in_east(const std::string& id, const Json& cluster_settings = Json::object()) {
    east->create_cluster(id + "-cluster", cluster_settings);
    run();
    make_snapshot(*east, id, id + "-cluster");
    return east->snapshot(id)["DBClusterSnapshotArn"];
  }
  std::filesystem::path directory_of(const std::string& cluster) {
    const std::string resource = rds->cluster(cluster)["DbClusterResourceId"];
    return data.path() / "rds" / "c" / resource.substr(8, 12);
  }

  TemporaryDirectory data;
  ManualClock clock{*parse_iso("2026-11-21T03:15:00Z"), false};
  engines::SimulatedEngine* engine = nullptr;
  std::unique_ptr<RdsService> service;
  std::optional<RdsDriver> rds;  // in us-west-2
  std::optional<RdsDriver> east;
};

}  // namespace aurora::local::testing
