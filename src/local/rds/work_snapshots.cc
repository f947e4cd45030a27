#include <algorithm>

#include "local/rds/clusters.h"
#include "local/rds/restore_to_time.h"
#include "local/rds/work.h"

namespace aurora::local::rds {
namespace {

engines::Engine& engine_of(const Environment& environment, const Resource& snapshot) {
  return engine_for(environment, snapshot.body.at("Engine").get<std::string>(),
                    snapshot.body.at("EngineVersion").get<std::string>());
}

void make_available(Resource& snapshot, const Json& result) {
  set_size(snapshot, result.at("bytes").get<std::uint64_t>());
  snapshot.body["Status"] = "available";
  snapshot.body["PercentProgress"] = 100;
}

}  // namespace

Json Worker::create_snapshot(const Job& job, JobControl& control) {
  const Resource snapshot = need(job.resource);
  const Subject subject = subject_of(job.details.at("cluster").get<std::string>());
  const std::filesystem::path directory = directory_of(environment_, snapshot);
  const auto held = hold_cluster(subject.cluster);
  subject.engine->back_up(
      subject.directory, subject.server, directory,
      [&](std::uint64_t done, std::uint64_t total) { control.report(done, total); }, control.stop());
  return {{"bytes", subject.engine->size_bytes(directory)}};
}

// The cluster is available again, whether or not there is a snapshot.
void Worker::backup_over(const Job& job) {
  auto cluster = environment_.records.find_resource(job.details.at("cluster").get<std::string>());
  if (!cluster || status_of(*cluster) != "backing-up") return;
  status_of(*cluster) = "available";
  environment_.records.put(*cluster);
}

void Worker::snapshot_created(const Job& job, Resource& snapshot, const Json& result) {
  make_available(snapshot, result);
  environment_.records.put(snapshot);
  remember_backup(environment_, job.details.at("cluster").get<std::string>(), snapshot);
  backup_over(job);
  const bool manual = snapshot.body.at("SnapshotType") == "manual";
  add_event(environment_, snapshot,
            manual ? "Manual cluster snapshot created" : "Automated cluster snapshot created", {"backup"});
}

Json Worker::copy_snapshot(const Job& job, JobControl& control) {
  const Resource copy = need(job.resource);
  const Resource source = need(job.details.at("source").get<std::string>());
  engines::Engine& engine = engine_of(environment_, copy);
  engine.copy_backup(
      directory_of(environment_, source), directory_of(environment_, copy),
      [&](std::uint64_t done, std::uint64_t total) { control.report(done, total); }, control.stop());
  return {{"bytes", engine.size_bytes(directory_of(environment_, copy))}};
}

// RDS tells nobody that a copy of a cluster snapshot is done, so there is no event.
void Worker::snapshot_copied(const Job&, Resource& snapshot, const Json& result) {
  make_available(snapshot, result);
  environment_.records.put(snapshot);
}

void Worker::snapshot_deleted(const Job&, Resource& snapshot, const Json&) {
  remove_files_later(snapshot);
  environment_.records.erase(snapshot.resource);
}

}  // namespace aurora::local::rds
