#include "local/rds/work.h"

#include <fmt/format.h>

#include "local/rds/clusters.h"
#include "local/rds/instances.h"
#include "local/store.h"

namespace aurora::local::rds {

Worker::Worker(Environment environment, std::mutex& mutex, Log log, std::function<void()> changed)
    : environment_(environment), mutex_(mutex), log_(std::move(log)), changed_(std::move(changed)) {}

const Worker::Entry& Worker::entry_of(const Job& job) {
  using W = Worker;
  static const std::map<std::string, Entry> entries = {
      {"CreateCluster", {&W::create_cluster, &W::cluster_created, "failed"}},
      {"RestoreCluster", {&W::restore_cluster, &W::cluster_created, "failed"}},
      {"RestoreToTime", {&W::restore_to_time, &W::cluster_created, "failed"}},
      {"ModifyCluster", {&W::modify_cluster, &W::cluster_modified, "available"}},
      {"DeleteCluster", {&W::delete_cluster, &W::cluster_deleted, "failed"}},
      {"StartCluster", {&W::start_cluster, &W::cluster_started, "stopped"}},
      {"StopCluster", {&W::stop_cluster, &W::cluster_stopped, "available"}},
      {"RebootCluster", {&W::reboot_cluster, &W::cluster_rebooted, "available"}},
      {"Failover", {&W::no_work, &W::failed_over, "available"}},
      {"CreateInstance", {&W::create_instance, &W::instance_created, "failed"}},
      {"ModifyInstance", {&W::modify_instance, &W::instance_modified, "available"}},
      {"RebootInstance", {&W::reboot_instance, &W::instance_rebooted, "failed"}},
      {"DeleteInstance", {&W::delete_instance, &W::instance_deleted, "failed"}},
      {"ReloadParameters", {&W::reload_parameters, &W::parameters_reloaded, nullptr}},
      {"CreateSnapshot", {&W::create_snapshot, &W::snapshot_created, "failed"}},
      {"CopySnapshot", {&W::copy_snapshot, &W::snapshot_copied, "failed"}},
      {"DeleteSnapshot", {&W::no_work, &W::snapshot_deleted, "failed"}},
      {"RemoveFiles", {&W::remove_files, &W::files_removed, nullptr}},
  };
  return entries.at(job.work);
}

void Worker::begun(const Job& job) {
  const std::lock_guard lock(mutex_);
  environment_.records.begin(job.id, *job.due);
}

Json Worker::perform(const Job& job, JobControl& control) {
  return (this->*entry_of(job).work)(job, control);
}

void Worker::finished(const Job& job, const Json& result) {
  {
    const std::lock_guard lock(mutex_);
    WriteTransaction transaction(environment_.records.database());
    if (auto resource = environment_.records.find_resource(job.resource)) {
      resource->internal.erase("job");
      (this->*entry_of(job).finish)(job, *resource, result);
    }
    environment_.records.finish(job.id);
    transaction.commit();
  }
  changed_();
}

void Worker::failed(const Job& job, const Error& error) {
  log_.error("work of RDS failed", {{"work", job.work}, {"region", job.region}, {"error", error.what()}});
  remove_half_made(job);
  {
    const std::lock_guard lock(mutex_);
    WriteTransaction transaction(environment_.records.database());
    auto resource = environment_.records.find_resource(job.resource);
    if (const char* status = entry_of(job).failure_status; resource && status) {
      status_of(*resource) = status;
      if (job.details.contains("secret")) resource->body["MasterUserSecret"]["SecretStatus"] = "impaired";
      resource->internal.erase("job");
      resource->internal.erase("next_id");
      resource->internal.erase("next_address");
      environment_.records.put(*resource);
      add_event(environment_, *resource,
                fmt::format("{} failed: {} {}", job.work, error.message(), error.hint()), {"failure"});
    }
    if (resource && (job.work == "StartCluster" || job.work == "StopCluster" || job.work == "RebootCluster"))
      set_member_statuses(environment_, *resource, entry_of(job).failure_status);
    if (resource && job.work == "ModifyCluster") release_members(job, *resource);
    if (job.work == "CreateSnapshot") backup_over(job);
    environment_.records.finish(job.id);
    transaction.commit();
  }
  bring_back(job);
  changed_();
}

// The files of what could not be made are removed at once; the record stays, and says why.
void Worker::remove_half_made(const Job& job) {
  if (job.work != "CreateCluster" && job.work != "RestoreCluster" && job.work != "RestoreToTime" &&
      job.work != "CreateSnapshot" && job.work != "CopySnapshot")
    return;
  try {
    const Resource resource = need(job.resource);
    engine_for(environment_, resource.body.at("Engine").get<std::string>(),
               resource.body.at("EngineVersion").get<std::string>())
        .remove(directory_of(environment_, resource));
  } catch (const std::exception& error) {
    // The failure itself is what matters to the caller; its remains go when the resource is deleted.
    log_.warning("files are left of what could not be made", {{"work", job.work}, {"error", error.what()}});
  }
}

// Nobody has to wait for thousands of files to go once the resource is gone from the records.
void Worker::remove_files_later(const Resource& resource) {
  Job job{.region = resource.region,
          .work = "RemoveFiles",
          .resource = resource.resource,
          .holds = {resource.resource},
          .details = {{"engine", resource.body.at("Engine")},
                      {"version", resource.body.at("EngineVersion")},
                      {"directory", resource.internal.at("directory")}}};
  job.id = environment_.records.add(job);
  environment_.queue.add(std::move(job));
}

Json Worker::remove_files(const Job& job, JobControl&) {
  engine_for(environment_, string_or(job.details, "engine", ""), string_or(job.details, "version", ""))
      .remove(environment_.root / string_or(job.details, "directory", ""));
  return Json::object();
}

void Worker::files_removed(const Job&, Resource&, const Json&) {}

Resource Worker::need(const std::string& resource) {
  const std::lock_guard lock(mutex_);
  std::optional<Resource> found = environment_.records.find_resource(resource);
  if (!found) throw Error("InternalFailure", fmt::format("{} is gone", resource));
  return *std::move(found);
}

Worker::Subject Worker::subject_of(const std::string& cluster) {
  Resource found = need(cluster);
  engines::Engine& engine = engine_for(environment_, found.body.at("Engine").get<std::string>(),
                                       found.body.at("EngineVersion").get<std::string>());
  const std::filesystem::path directory = directory_of(environment_, found);
  const std::lock_guard lock(mutex_);
  engines::Server server = server_of(environment_, found);
  return {std::move(found), &engine, directory, std::move(server)};
}

std::unique_lock<std::mutex> Worker::hold_cluster(const Resource& cluster) {
  std::mutex* of_cluster = nullptr;
  {
    const std::lock_guard lock(locks_mutex_);
    of_cluster = &cluster_locks_[cluster.resource];
  }
  return std::unique_lock(*of_cluster);
}

void Worker::ensure_server(const Resource& cluster, std::stop_token stop) {
  const Subject subject = subject_of(cluster.resource);
  const auto held = hold_cluster(cluster);
  subject.engine->start(subject.directory, subject.server, std::move(stop));
}

bool Worker::should_serve(const std::string& cluster) {
  const std::lock_guard lock(mutex_);
  const std::optional<Resource> now = environment_.records.find_resource(cluster);
  return now && status_of(*now) == "available" && serves(environment_, *now);
}

bool Worker::revive(const Resource& cluster) {
  if (!should_serve(cluster.resource)) return false;
  const Subject subject = subject_of(cluster.resource);
  if (subject.engine->running(subject.directory)) return false;
  const auto held = hold_cluster(cluster);
  // Whoever held the cluster until now may have stopped it on purpose, or brought it up already.
  if (!should_serve(cluster.resource) || subject.engine->running(subject.directory)) return false;
  log_.warning("the server of a cluster was gone and is started again",
               {{"region", cluster.region}, {"cluster", cluster.id}});
  subject.engine->start(subject.directory, subject.server, {});
  const std::lock_guard lock(mutex_);
  add_event(environment_, cluster, "DB cluster's server ended unexpectedly and was restarted", {"recovery"});
  return true;
}

// A change that failed half way may have left the server down.
void Worker::bring_back(const Job& job) {
  if (job.work != "ModifyCluster" || !should_serve(job.resource)) return;
  try {
    ensure_server(need(job.resource), {});
  } catch (const std::exception& error) {
    // The guard tries again; the failure of the change is on record already.
    log_.error("the server of a cluster did not come back", {{"error", error.what()}});
  }
}

void Worker::restart(const Subject& subject, std::stop_token stop) {
  const auto held = hold_cluster(subject.cluster);
  subject.engine->stop(subject.directory);
  subject.engine->start(subject.directory, subject.server, std::move(stop));
}

}  // namespace aurora::local::rds
