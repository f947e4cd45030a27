// Amazon RDS for Aurora: clusters, instances and snapshots, with a real database server behind each
// cluster that has an instance.
//
// What differs from RDS, because there is one machine:
// - One server stands for all instances of a cluster; readers are membership and status.
// - Endpoints are loopback addresses instead of names (see rds/addresses.h), and a cluster that is renamed
// moves
//   to its new name's address, which restarts its server.
// - What waits for a maintenance window stays pending until it is asked for with ApplyImmediately.
//
// Work that takes time runs in the background: the answer shows the transitional status, the work is recorded
// in the same transaction and done, or done again, by the next process if this one is killed.
#pragma once
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "local/engines/engine.h"
#include "local/rds/context.h"
#include "local/rds/jobs.h"
#include "local/rds/records.h"
#include "local/rds/work.h"
#include "local/service.h"

namespace aurora::local {

struct RdsOptions {
  std::filesystem::path directory;  // the endpoint's data directory; RDS keeps rds.db and rds/ in it
  rds::Pace pace;
  // A Describe of one identified resource whose status is about to change waits this long for the change
  // before it answers, so that whoever polls in a loop notices within milliseconds. The default is 2 s at
  // natural pace, and no waiting at a stretched one, where there is nothing to gain.
  std::optional<std::chrono::milliseconds> patience;
  // Whether the records survive a power cut (they survive kill -9 in any case). Tests may do without.
  bool durable = true;
  unsigned threads = 4;  // for background work; 0: it runs in run_due() only
};

class RdsService final : public Service {
 public:
  // `router` is asked for KMS keys and may be null: then any key is taken for granted. It is not used before
  // the first call. Throws what open_store throws.
  RdsService(RdsOptions options, engines::Engines engines, Clock& clock, Log log, Router* router = nullptr);
  ~RdsService() override;  // stop()

  Json handle(const Call& call) override;
  // Starts the servers of clusters that should be up, adopts those that still are, and takes up unfinished
  // work.
  void start() override;
  // Interrupts work under way, which stays recorded, and stops the servers in an orderly way.
  void stop() override;

  // For tests and simulation. Runs the work that can be done at this time on the calling thread, and returns
  // when the next is due.
  std::optional<TimePoint> run_due();
  // Waits until no work is left or `timeout` is over; true when none is.
  bool wait_idle(std::chrono::milliseconds timeout);
  // An automated snapshot as RDS takes one a day, "rds:<cluster>-2026-11-21-03-15"; returns its name.
  std::string take_automated_snapshot(const std::string& region, const std::string& cluster);
  // Makes the snapshot another account's, as if it had shared it with ours; returns its ARN.
  std::string share_from_account(const std::string& region, const std::string& snapshot,
                                 const std::string& account);
  // Tags a cluster as AWS itself does, with a key that users may not use: "aws:cloudformation:stack-name".
  void tag_as_aws(const std::string& region, const std::string& cluster, const std::string& key,
                  const std::string& value);
  // The servers of available clusters, with the available instances that each stands for.
  struct RunningServer {
    std::string place;  // local/place.h
    std::string cluster;
    std::map<std::string, bool> instances;  // whether each is the writer
    std::filesystem::path directory;        // of the server's files
    std::string address;
    unsigned short port;
  };
  std::vector<RunningServer> running_servers();
  // The exact size of a snapshot's files.
  std::uint64_t snapshot_bytes(const std::string& region, const std::string& snapshot);

 private:
  rds::Environment environment();
  using Action = std::function<Json(rds::Context&)>;
  Json run(const Action& action, const Call& call, rds::Outside outside);
  Json run_with_others(rds::Handler handler, const Call& call);
  Json run_patiently(rds::Handler handler, const Call& call);
  std::chrono::milliseconds patience() const;
  void keep_backups();
  void start_servers();
  void stop_servers();
  void guard_servers(std::stop_token stop);

  const RdsOptions options_;
  const std::filesystem::path root_;
  const engines::Engines engines_;
  Clock& clock_;
  Log log_;
  Router* const router_;
  std::mutex mutex_;  // guards records_
  std::condition_variable_any changed_;
  rds::Records records_;
  rds::Worker worker_;
  rds::JobQueue queue_;
  bool started_ = false;
  std::jthread guard_;
};

}  // namespace aurora::local
