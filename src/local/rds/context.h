// What the handlers of RDS's actions work with, and the steps they share.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "local/engines/engine.h"
#include "local/rds/errors.h"
#include "local/rds/identifiers.h"
#include "local/rds/jobs.h"
#include "local/rds/network.h"
#include "local/rds/records.h"

namespace aurora::local::rds {

// How long things take at least. Zero is the natural speed.
struct Pace {
  Duration create{};    // a cluster until it is available
  Duration instance{};  // an instance until it is available
  Duration snapshot{};
  Duration copy{};     // of a snapshot to another Region
  Duration restore{};  // of a cluster, without its instances
  Duration modify{};   // renames, passwords, reboots, starts and stops
  Duration remove{};   // of clusters and instances

  bool natural() const {
    return create + instance + snapshot + copy + restore + modify + remove == Duration::zero();
  }
};

// What does not change while the service lives.
struct Environment {
  Records& records;
  JobQueue& queue;
  const engines::Engines& engines;
  const Clock& clock;
  const Pace& pace;
  const std::filesystem::path& root;  // of the directories of clusters and snapshots
  Router* router = nullptr;           // to the other services; for work, never under the service's lock
};

struct Key {
  std::string arn = {};      // empty: not encrypted
  bool aws_managed = false;  // RDS's own, which cannot be shared
};

// The secret of a master password that RDS manages.
struct MasterSecret {
  std::string arn = {};
  std::string key = {};
};

// What other services know about a request; asked before the service's lock is taken.
struct Outside {
  Key key = {};  // that the input means
  Network network = {};
  std::optional<MasterSecret> secret = {};
};

// One request, handled under the service's lock and inside a transaction.
struct Context : Environment {
  std::string region;  // the place that the request is about (local/place.h)
  const Json& input;
  Outside outside;
  // Carried out when the transaction is committed.
  std::vector<Job> jobs;
  std::vector<std::int64_t> cancelled;
};

using Handler = Json (*)(Context&);

// Members of the input. A required one that is missing or empty is MissingParameter.
std::string required(const Context& context, std::string_view name);
std::optional<std::string> optional_text(const Context& context, std::string_view name);
bool has(const Context& context, std::string_view name);
std::int64_t number_in(const Context& context, std::string_view name, std::int64_t low, std::int64_t high,
                       std::int64_t fallback);

// The resource that an identifier (id or ARN) names in the request's Region, or its NotFound error.
Resource need(Context& context, Kind kind, std::string_view identifier);
std::string& status_of(Resource& resource);
const std::string& status_of(const Resource& resource);
// Whether a describer should expect the status to change by itself.
bool is_transitional(std::string_view status);

// The exact size, and the AllocatedStorage that goes with it: whole GiB, at least one.
void set_size(Resource& resource, std::uint64_t bytes);

// Records the job and queues it for when the request is committed.
std::int64_t enqueue(Context& context, Job job);
void add_event(Environment& environment, const Resource& about, const std::string& message,
               std::vector<std::string> categories);

// The engine that carries such clusters, or InvalidParameterValue that says why none does.
engines::Engine& engine_for(const Environment& environment, std::string_view engine,
                            std::string_view version);
std::filesystem::path directory_of(const Environment& environment, const Resource& resource);

}  // namespace aurora::local::rds
