#include <fmt/format.h>

#include "local/rds/clusters.h"
#include "local/rds/instances.h"
#include "local/rds/master_secret.h"
#include "local/rds/work.h"

namespace aurora::local::rds {

// What the server stores of the master password that the job sets: given with it, or drawn for a secret.
std::string Worker::verifier_for(const Job& job, const Subject& subject) {
  if (!job.details.contains("secret")) return string_or(job.details, "verifier", "");
  AURORA_INVARIANT(environment_.router);
  return subject.engine->password_verifier(
      pending_password(*environment_.router, subject.cluster.region, job.details,
                       string_or(subject.cluster.body, "MasterUsername", "")));
}

// After the server has the new password: its secret says so, or is not needed any more.
void Worker::settle_secret(const Job& job) {
  if (job.details.contains("secret")) make_current(*environment_.router, job.region, job.details);
  if (const std::string old = string_or(job.details, "old_secret", ""); !old.empty())
    delete_master_secret(*environment_.router, job.region, old);
}

Json Worker::create_cluster(const Job& job, JobControl& control) {
  const Subject subject = subject_of(job.resource);
  const engines::NewCluster cluster{
      .version = subject.server.version,
      .master_user = subject.cluster.body.at("MasterUsername").get<std::string>(),
      .verifier = verifier_for(job, subject),
      .database = string_or(subject.cluster.body, "DatabaseName", "")};
  subject.engine->create(subject.directory, cluster, control.stop());
  settle_secret(job);
  return {{"bytes", subject.engine->size_bytes(subject.directory)}};
}

Json Worker::restore_cluster(const Job& job, JobControl& control) {
  const Subject subject = subject_of(job.resource);
  const Resource snapshot = need(job.details.at("snapshot").get<std::string>());
  subject.engine->restore(
      directory_of(environment_, snapshot), subject.directory,
      [&](std::uint64_t done, std::uint64_t total) { control.report(done, total); }, control.stop());
  return {{"bytes", subject.engine->size_bytes(subject.directory)}};
}

void Worker::cluster_created(const Job& job, Resource& cluster, const Json& result) {
  status_of(cluster) = "available";
  if (job.details.contains("secret")) cluster.body["MasterUserSecret"]["SecretStatus"] = "active";
  cluster.internal.erase("restored");
  cluster.internal["first_backup"] = job.work == "CreateCluster";
  set_size(cluster, result.at("bytes").get<std::uint64_t>());
  environment_.records.put(cluster);
  const char* what = job.work == "RestoreCluster"  ? "DB cluster restored from a snapshot"
                     : job.work == "RestoreToTime" ? "DB cluster restored to a point in time"
                                                   : "DB cluster created";
  add_event(environment_, cluster, what, {"creation"});
}

// The order matters to a repetition: the password needs the server where it is, and setting it twice is
// harmless.
Json Worker::modify_cluster(const Job& job, JobControl& control) {
  Subject subject = subject_of(job.resource);
  if (const std::string verifier = verifier_for(job, subject); !verifier.empty()) {
    const auto held = hold_cluster(subject.cluster);
    subject.engine->set_password(subject.directory, subject.server, string_or(job.details, "user", ""),
                                 verifier);
  }
  settle_secret(job);
  if (!job.details.contains("id")) return Json::object();
  const auto held = hold_cluster(subject.cluster);
  subject.server.address = string_or(subject.cluster.internal, "next_address", subject.server.address);
  subject.server.port = static_cast<unsigned short>(job.details.at("port").get<int>());
  bool up = false;
  {
    const std::lock_guard lock(mutex_);
    up = serves(environment_, subject.cluster);
  }
  if (up) subject.engine->start(subject.directory, subject.server, control.stop());
  return Json::object();
}

void Worker::rename_cluster(Resource& cluster, const std::string& id) {
  const std::string old_id = cluster.id;
  cluster.id = id;
  cluster.body["DBClusterIdentifier"] = id;
  cluster.body["DBClusterArn"] = arn_of(Kind::kCluster, cluster.region, id);
  cluster.body.erase("PendingModifiedValues");
  add_event(environment_, cluster, fmt::format("Renamed cluster from {} to {}", old_id, id),
            {"configuration change"});
}

// Instances that showed what was being set up on them are available again, whether or not it succeeded.
void Worker::release_members(const Job& job, const Resource& cluster) {
  const std::string shown = string_or(job.details, "member_status", "");
  for (Resource& member : members_of(environment_, cluster)) {
    if (status_of(member) != shown) continue;
    status_of(member) = "available";
    environment_.records.put(member);
  }
}

void Worker::cluster_modified(const Job& job, Resource& cluster, const Json&) {
  status_of(cluster) = "available";
  if (job.details.contains("secret")) cluster.body["MasterUserSecret"]["SecretStatus"] = "active";
  if (job.details.contains("old_secret")) cluster.body.erase("MasterUserSecret");
  if (job.details.contains("verifier") || job.details.contains("secret"))
    add_event(environment_, cluster, "The DB cluster's master credentials were reset",
              {"configuration change"});
  release_members(job, cluster);
  if (job.details.contains("version")) cluster.body["EngineVersion"] = job.details.at("version");
  if (job.details.contains("id")) {
    cluster.body["Port"] = job.details.at("port");
    cluster.internal["address"] = cluster.internal.at("next_address");
    cluster.internal.erase("next_id");
    cluster.internal.erase("next_address");
    const std::string id = job.details.at("id").get<std::string>();
    if (id != cluster.id) rename_cluster(cluster, id);
  }
  environment_.records.put(cluster);
}

Json Worker::delete_cluster(const Job& job, JobControl&) {
  const Subject subject = subject_of(job.resource);
  if (job.details.contains("final_snapshot")) {
    // Nothing is removed before the final snapshot is there.
    const Resource snapshot = need(job.details.at("final_snapshot").get<std::string>());
    if (status_of(snapshot) != "available")
      throw Error("EngineFailed", fmt::format("the final snapshot {} was not made", snapshot.id));
  }
  // A secret of RDS's goes with its cluster.
  if (const Json& secret = member_or_null(subject.cluster.body, "MasterUserSecret");
      !secret.is_null() && environment_.router)
    delete_master_secret(*environment_.router, job.region, string_or(secret, "SecretArn", ""));
  const auto held = hold_cluster(subject.cluster);
  subject.engine->halt(subject.directory);
  return Json::object();
}

void Worker::cluster_deleted(const Job&, Resource& cluster, const Json&) {
  add_event(environment_, cluster, "DB cluster deleted", {"deletion"});
  remove_files_later(cluster);
  environment_.records.erase(cluster.resource);
}

Json Worker::start_cluster(const Job& job, JobControl& control) {
  const Subject subject = subject_of(job.resource);
  if (subject.cluster.body.at("DBClusterMembers").empty()) return Json::object();
  const auto held = hold_cluster(subject.cluster);
  subject.engine->start(subject.directory, subject.server, control.stop());
  return Json::object();
}

void Worker::cluster_started(const Job&, Resource& cluster, const Json&) {
  status_of(cluster) = "available";
  cluster.internal.erase("stopped");
  set_member_statuses(environment_, cluster, "available");
  environment_.records.put(cluster);
  add_event(environment_, cluster, "DB cluster started", {"notification"});
}

Json Worker::stop_cluster(const Job& job, JobControl&) {
  const Subject subject = subject_of(job.resource);
  const auto held = hold_cluster(subject.cluster);
  subject.engine->stop(subject.directory);
  return Json::object();
}

void Worker::cluster_stopped(const Job&, Resource& cluster, const Json&) {
  status_of(cluster) = "stopped";
  cluster.internal["stopped"] = true;
  set_member_statuses(environment_, cluster, "stopped");
  environment_.records.put(cluster);
  add_event(environment_, cluster, "DB cluster stopped", {"notification"});
}

Json Worker::reboot_cluster(const Job& job, JobControl& control) {
  const Subject subject = subject_of(job.resource);
  if (!subject.cluster.body.at("DBClusterMembers").empty()) restart(subject, control.stop());
  return Json::object();
}

void Worker::cluster_rebooted(const Job&, Resource& cluster, const Json&) {
  status_of(cluster) = "available";
  for (Json& member : cluster.body["DBClusterMembers"]) member["DBClusterParameterGroupStatus"] = "in-sync";
  set_member_statuses(environment_, cluster, "available");
  environment_.records.put(cluster);
  add_event(environment_, cluster, "DB cluster restarted", {"availability"});
}

Json Worker::no_work(const Job&, JobControl&) {
  return Json::object();
}

void Worker::failed_over(const Job& job, Resource& cluster, const Json&) {
  status_of(cluster) = "available";
  const std::string target = job.details.at("target").get<std::string>();
  promote(cluster, target);
  environment_.records.put(cluster);
  add_event(environment_, cluster, fmt::format("Completed failover to DB instance: {}", target),
            {"failover"});
}

Json Worker::reload_parameters(const Job& job, JobControl&) {
  const Subject subject = subject_of(job.resource);
  const auto held = hold_cluster(subject.cluster);
  if (subject.engine->running(subject.directory)) subject.engine->reload(subject.directory, subject.server);
  return Json::object();
}

void Worker::parameters_reloaded(const Job&, Resource&, const Json&) {}

}  // namespace aurora::local::rds
