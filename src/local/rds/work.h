// The work behind the transitional statuses: what each job does to servers and files, and what it leaves
// in the records when it is done.
#pragma once
#include <functional>
#include <map>
#include <mutex>

#include "base/log.h"
#include "local/rds/context.h"

namespace aurora::local::rds {

// Every piece of work finds out for itself how far an earlier attempt came, so that any of them may be cut
// off at any moment and done again.
class Worker final : public JobRunner {
 public:
  // `mutex` guards the records; `changed` is called, without it, after each change of the records.
  Worker(Environment environment, std::mutex& mutex, Log log, std::function<void()> changed);

  void begun(const Job& job) override;
  Json perform(const Job& job, JobControl& control) override;
  void finished(const Job& job, const Json& result) override;
  void failed(const Job& job, const Error& error) override;

  // Brings a cluster's server up, or takes over one that survived an earlier process.
  void ensure_server(const Resource& cluster, std::stop_token stop);
  // Restarts the server of an available cluster that is not there any more, as RDS does. True when it had to.
  bool revive(const Resource& cluster);
  // One engine call at a time for one cluster.
  std::unique_lock<std::mutex> hold_cluster(const Resource& cluster);

 private:
  struct Subject {
    Resource cluster;
    engines::Engine* engine;
    std::filesystem::path directory;
    engines::Server server;
  };
  using Work = Json (Worker::*)(const Job&, JobControl&);
  using Finish = void (Worker::*)(const Job&, Resource&, const Json&);
  struct Entry {
    Work work;
    Finish finish;
    const char* failure_status;
  };
  static const Entry& entry_of(const Job& job);

  Resource need(const std::string& resource);
  Subject subject_of(const std::string& cluster);
  Subject subject_of_instance(const Job& job);
  bool is_writer(const Subject& subject, const Job& job);
  void restart(const Subject& subject, std::stop_token stop);

  Json create_cluster(const Job& job, JobControl& control);
  Json restore_cluster(const Job& job, JobControl& control);
  Json restore_to_time(const Job& job, JobControl& control);
  Json modify_cluster(const Job& job, JobControl& control);
  Json delete_cluster(const Job& job, JobControl& control);
  Json start_cluster(const Job& job, JobControl& control);
  Json stop_cluster(const Job& job, JobControl& control);
  Json reboot_cluster(const Job& job, JobControl& control);
  Json no_work(const Job& job, JobControl& control);
  Json create_instance(const Job& job, JobControl& control);
  Json modify_instance(const Job& job, JobControl& control);
  Json reboot_instance(const Job& job, JobControl& control);
  Json delete_instance(const Job& job, JobControl& control);
  Json reload_parameters(const Job& job, JobControl& control);
  Json create_snapshot(const Job& job, JobControl& control);
  Json copy_snapshot(const Job& job, JobControl& control);
  Json remove_files(const Job& job, JobControl& control);

  void cluster_created(const Job& job, Resource& cluster, const Json& result);
  void cluster_modified(const Job& job, Resource& cluster, const Json& result);
  void cluster_deleted(const Job& job, Resource& cluster, const Json& result);
  void cluster_started(const Job& job, Resource& cluster, const Json& result);
  void cluster_stopped(const Job& job, Resource& cluster, const Json& result);
  void cluster_rebooted(const Job& job, Resource& cluster, const Json& result);
  void failed_over(const Job& job, Resource& cluster, const Json& result);
  void instance_created(const Job& job, Resource& instance, const Json& result);
  void instance_modified(const Job& job, Resource& instance, const Json& result);
  void instance_rebooted(const Job& job, Resource& instance, const Json& result);
  void instance_deleted(const Job& job, Resource& instance, const Json& result);
  void parameters_reloaded(const Job& job, Resource& cluster, const Json& result);
  void snapshot_created(const Job& job, Resource& snapshot, const Json& result);
  void snapshot_copied(const Job& job, Resource& snapshot, const Json& result);
  void snapshot_deleted(const Job& job, Resource& snapshot, const Json& result);

  std::string verifier_for(const Job& job, const Subject& subject);
  void settle_secret(const Job& job);
  void release_members(const Job& job, const Resource& cluster);
  bool should_serve(const std::string& cluster);
  void bring_back(const Job& job);
  void rename_cluster(Resource& cluster, const std::string& id);
  void files_removed(const Job& job, Resource& resource, const Json& result);
  void remove_files_later(const Resource& resource);
  void backup_over(const Job& job);
  void remove_half_made(const Job& job);

  Environment environment_;
  std::mutex& mutex_;
  Log log_;
  std::function<void()> changed_;
  std::mutex locks_mutex_;
  std::map<std::string, std::mutex> cluster_locks_;
};

}  // namespace aurora::local::rds
