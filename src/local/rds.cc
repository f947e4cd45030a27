#include "local/rds.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "base/dates.h"
#include "base/text.h"
#include "local/place.h"
#include "local/rds/actions.h"
#include "local/rds/automated_backups.h"
#include "local/rds/clusters.h"
#include "local/rds/instances.h"
#include "local/rds/keys.h"
#include "local/rds/master_secret.h"
#include "local/rds/snapshots.h"
#include "local/service_support.h"
#include "local/store.h"

namespace aurora::local {
namespace {

constexpr std::chrono::milliseconds kNaturalPatience{2000};
constexpr std::chrono::seconds kGuardEvery{2};

// The status of the one resource that a Describe named; nothing when it named none, or a lasting one.
bool awaits_change(const Json& answer) {
  for (const char* list : {"DBClusters", "DBInstances", "DBClusterSnapshots"}) {
    const Json& items = member_or_null(answer, list);
    if (items.size() != 1) continue;
    const std::string status = string_or(items[0], "Status", string_or(items[0], "DBInstanceStatus", ""));
    return rds::is_transitional(status);
  }
  return false;
}

bool names_one_resource(const Call& call) {
  static const std::map<std::string_view, const char*> members = {
      {"DescribeDBClusters", "DBClusterIdentifier"},
      {"DescribeDBInstances", "DBInstanceIdentifier"},
      {"DescribeDBClusterSnapshots", "DBClusterSnapshotIdentifier"}};
  const auto found = members.find(call.operation);
  return found != members.end() && call.input.contains(found->second);
}

}  // namespace

RdsService::RdsService(RdsOptions options, engines::Engines engines, Clock& clock, Log log, Router* router)
    : options_(std::move(options)),
      root_(options_.directory / "rds"),
      engines_(std::move(engines)),
      clock_(clock),
      log_(std::move(log)),
      router_(router),
      records_(open_store(options_.directory, "rds", rds::Records::migrations())),
      worker_(environment(), mutex_, log_, [this] { changed_.notify_all(); }),
      queue_(clock_, worker_, options_.threads) {
  if (!options_.durable) records_.database().exec("PRAGMA synchronous = OFF");
  for (rds::Job& job : records_.jobs()) queue_.add(std::move(job));
}

RdsService::~RdsService() {
  stop();
}

rds::Environment RdsService::environment() {
  return {records_, queue_, engines_, clock_, options_.pace, root_, router_};
}

Json RdsService::handle(const Call& call) {
  const rds::Handler handler = rds::find_action(call.operation);
  if (!handler) throw unknown_operation(call);
  try {
    if (names_one_resource(call) && patience() > std::chrono::milliseconds::zero())
      return run_patiently(handler, call);
    return run_with_others(handler, call);
  } catch (const SQLite::Exception& failure) {
    const Error error = store_error(failure, "the RDS store");
    log_.error("the RDS store refused a request", {{"operation", call.operation}, {"error", error.what()}});
    throw aws::ServiceError("InternalFailure", error.message() + " " + error.hint(), 500);
  }
}

// Other services are asked before the lock is taken.
Json RdsService::run_with_others(rds::Handler handler, const Call& call) {
  rds::Outside outside{.key = rds::key_for(call, router_), .network = rds::network_for(call, router_)};
  if (!router_ || !rds::wants_managed_password(call)) return run(handler, call, std::move(outside));
  outside.secret = rds::make_master_secret(call, *router_);
  const rds::MasterSecret secret = *outside.secret;
  try {
    Json answer = run(handler, call, std::move(outside));
    // A cluster that has its secret already keeps it.
    const Json& shown = member_or_null(member_or_null(answer, "DBCluster"), "MasterUserSecret");
    if (string_or(shown, "SecretArn", "") != secret.arn)
      rds::delete_master_secret(*router_, call.region, secret.arn);
    return answer;
  } catch (const std::exception&) {
    rds::delete_master_secret(*router_, call.region, secret.arn);
    throw;
  }
}

Json RdsService::run(const Action& action, const Call& call, rds::Outside outside) {
  Json answer;
  rds::Context context{environment(), place_of(call), call.input, std::move(outside), {}, {}};
  {
    const std::lock_guard lock(mutex_);
    WriteTransaction transaction(records_.database());
    answer = action(context);
    transaction.commit();
  }
  for (const std::int64_t job : context.cancelled) queue_.cancel(job);
  for (rds::Job& job : context.jobs) queue_.add(std::move(job));
  if (!context.jobs.empty() || !context.cancelled.empty()) changed_.notify_all();
  return answer;
}

// Looks again after every change of the records, until the status has changed or patience has run out.
Json RdsService::run_patiently(rds::Handler handler, const Call& call) {
  rds::Context context{environment(), place_of(call), call.input, {}, {}, {}};
  std::unique_lock lock(mutex_);
  Json answer = handler(context);
  const Json first = answer;
  const auto status_changed = [&] {
    answer = handler(context);
    return !awaits_change(answer);
  };
  if (awaits_change(answer)) changed_.wait_for(lock, call.stop, patience(), status_changed);
  return answer;
}

std::chrono::milliseconds RdsService::patience() const {
  if (options_.patience) return *options_.patience;
  return options_.pace.natural() ? kNaturalPatience : std::chrono::milliseconds::zero();
}

void RdsService::start() {
  if (std::exchange(started_, true)) return;
  start_servers();
  queue_.start();
  if (options_.threads > 0)
    guard_ = std::jthread([this](std::stop_token stop) { guard_servers(std::move(stop)); });
}

void RdsService::stop() {
  if (guard_.joinable()) {
    guard_.request_stop();
    guard_.join();
  }
  queue_.stop();
  if (std::exchange(started_, false)) stop_servers();
}

// All at once, since each takes its own time to recover. One that does not come up is reported and does not
// keep the others from serving.
void RdsService::start_servers() {
  std::vector<rds::Resource> clusters;
  {
    const std::lock_guard lock(mutex_);
    rds::Environment all = environment();
    for (rds::Resource& cluster : records_.list_everywhere(rds::Kind::kCluster))
      if (rds::status_of(cluster) != "deleting" && rds::serves(all, cluster)) clusters.push_back(cluster);
  }
  std::vector<std::future<void>> starts;
  for (const rds::Resource& cluster : clusters)
    starts.push_back(std::async(std::launch::async, [this, &cluster] {
      try {
        worker_.ensure_server(cluster, {});
      } catch (const std::exception& error) {
        log_.error("the server of a cluster did not start",
                   {{"region", cluster.region}, {"cluster", cluster.id}, {"error", error.what()}});
      }
    }));
  for (std::future<void>& one : starts) one.get();
}

// A look takes microseconds for each cluster: one small file, and the command line of one process.
void RdsService::guard_servers(std::stop_token stop) {
  while (clock_.sleep_for(kGuardEvery, stop)) {
    keep_backups();
    std::vector<rds::Resource> clusters;
    {
      const std::lock_guard lock(mutex_);
      clusters = records_.list_everywhere(rds::Kind::kCluster);
    }
    for (const rds::Resource& cluster : clusters) {
      try {
        if (!stop.stop_requested() && worker_.revive(cluster)) changed_.notify_all();
      } catch (const std::exception& error) {
        log_.error("the server of a cluster cannot be started again",
                   {{"region", cluster.region}, {"cluster", cluster.id}, {"error", error.what()}});
      }
    }
  }
}

void RdsService::stop_servers() {
  std::vector<std::future<void>> stops;
  for (const rds::Resource& cluster : records_.list_everywhere(rds::Kind::kCluster)) {
    const auto engine = engines_.find(cluster.body.at("Engine").get<std::string>());
    if (engine == engines_.end()) continue;
    const std::filesystem::path directory = rds::directory_of(environment(), cluster);
    stops.push_back(std::async(std::launch::async, [this, directory, &carrier = *engine->second] {
      try {
        carrier.stop(directory);
      } catch (const std::exception& error) {
        log_.error("the server of a cluster did not stop",
                   {{"directory", directory.string()}, {"error", error.what()}});
      }
    }));
  }
  for (std::future<void>& one : stops) one.get();
}

// What cannot be done now is tried again at the next look.
void RdsService::keep_backups() {
  std::vector<rds::BackupDuty> duties;
  {
    const std::lock_guard lock(mutex_);
    rds::Environment all = environment();
    duties = rds::backup_duties(all);
  }
  for (const rds::BackupDuty& duty : duties) {
    try {
      Call call;
      call.region = duty.region;
      run([&](rds::Context& context) { return Json(rds::carry_out(context, duty)); }, call, {});
    } catch (const std::exception& error) {
      log_.warning("an automated snapshot could not be taken or removed",
                   {{"region", duty.region}, {"of", duty.id}, {"error", error.what()}});
    }
  }
}

std::optional<TimePoint> RdsService::run_due() {
  keep_backups();
  return queue_.run_due();
}

bool RdsService::wait_idle(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  // The last job leaves the queue just after its change is told, so the look is repeated often.
  for (auto left = timeout; left.count() > 0; left -= std::chrono::milliseconds(5)) {
    if (queue_.idle()) return true;
    changed_.wait_for(lock, std::stop_token(), std::chrono::milliseconds(5), [] { return false; });
  }
  return queue_.idle();
}

std::string RdsService::take_automated_snapshot(const std::string& region, const std::string& cluster) {
  const rds::BackupDuty duty{rds::BackupDuty::Kind::kTake, region, to_lower(cluster)};
  Call call;
  call.region = region;
  return run([&](rds::Context& context) { return Json(rds::carry_out(context, duty)); }, call, {})
      .get<std::string>();
}

std::string RdsService::share_from_account(const std::string& region, const std::string& snapshot,
                                           const std::string& account) {
  const std::lock_guard lock(mutex_);
  auto found = records_.find(rds::Kind::kSnapshot, region, to_lower(snapshot));
  if (!found) throw Error("NotFound", "there is no snapshot " + snapshot);
  found->region = place_of(account, region);
  found->internal["restore"] = {account_of(region)};
  found->body["DBClusterSnapshotArn"] = rds::arn_of(rds::Kind::kSnapshot, found->region, found->id);
  records_.erase(found->resource);
  records_.put(*found);
  return found->body["DBClusterSnapshotArn"].get<std::string>();
}

void RdsService::tag_as_aws(const std::string& region, const std::string& cluster, const std::string& key,
                            const std::string& value) {
  const std::lock_guard lock(mutex_);
  auto found = records_.find(rds::Kind::kCluster, region, to_lower(cluster));
  if (!found) throw Error("NotFound", "there is no cluster " + cluster);
  found->body["TagList"].push_back({{"Key", key}, {"Value", value}});
  records_.put(*found);
}

std::vector<RdsService::RunningServer> RdsService::running_servers() {
  const std::lock_guard lock(mutex_);
  std::vector<RunningServer> available;
  rds::Environment all = environment();
  for (const rds::Resource& cluster : records_.list_everywhere(rds::Kind::kCluster)) {
    if (rds::status_of(cluster) != "available") continue;
    const engines::Server server = rds::server_of(all, cluster);
    RunningServer found{cluster.region, cluster.id, {}, rds::directory_of(all, cluster),
                        server.address, server.port};
    bool is_writer = true;
    for (const rds::Resource& instance : rds::members_of(all, cluster)) {
      if (rds::status_of(instance) == "available") found.instances[instance.id] = is_writer;
      is_writer = false;
    }
    if (!found.instances.empty()) available.push_back(std::move(found));
  }
  return available;
}

std::uint64_t RdsService::snapshot_bytes(const std::string& region, const std::string& snapshot) {
  const std::lock_guard lock(mutex_);
  const auto found = records_.find(rds::Kind::kSnapshot, region, to_lower(snapshot));
  return found ? found->internal.value("bytes", std::uint64_t{0}) : 0;
}

}  // namespace aurora::local
