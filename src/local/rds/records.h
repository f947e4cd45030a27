// What the RDS service keeps: resources, jobs and events, in one SQLite file.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace aurora::local::rds {

enum class Kind { kCluster, kInstance, kSnapshot, kSubnetGroup, kClusterParameterGroup, kParameterGroup };

// `body` has the members that AWS shows; `internal` what it does not (directories, addresses, exact sizes).
// `region` is a place (local/place.h): a Region for the first account, a Region of an account for others.
// `resource` never changes, `id` (lower case) changes when the resource is renamed.
struct Resource {
  Kind kind = Kind::kCluster;
  std::string region = {};
  std::string id = {};
  std::string resource = {};
  Json body = Json::object();
  Json internal = Json::object();
};

// Work that was promised by an answer and must be done, also by the next process. Jobs run in the order of
// their ids as far as they touch the same things: `holds` are changed by the job, `reads` must stay while it
// runs.
struct Job {
  std::int64_t id = 0;
  std::string region = {};
  std::string work = {};      // "CreateCluster"
  std::string resource = {};  // the resource it is about
  std::vector<std::string> holds = {};
  std::vector<std::string> reads = {};
  Json details = Json::object();
  Duration minimum{};                 // how long it takes at least, counted from when it begins
  std::optional<TimePoint> due = {};  // set when it begins and there is a minimum
};

struct Event {
  std::string region = {};
  std::string source_type = {};  // "db-cluster"
  std::string source_id = {};
  std::string source_arn = {};
  TimePoint date = {};
  std::string message = {};
  std::vector<std::string> categories = {};
};

// Not thread-safe: the service's lock guards it. Throws SQLite::Exception.
class Records {
 public:
  static const std::vector<std::string>& migrations();
  explicit Records(SQLite::Database database) : database_(std::move(database)) {}

  std::optional<Resource> find(Kind kind, std::string_view region, std::string_view id);
  std::optional<Resource> find_resource(std::string_view resource);
  // Sorted by id.
  std::vector<Resource> list(Kind kind, std::string_view region);
  std::vector<Resource> list_everywhere(Kind kind);
  // Adds it or replaces the one with the same `resource`.
  void put(const Resource& resource);
  void erase(std::string_view resource);

  std::int64_t add(const Job& job);
  void begin(std::int64_t job, TimePoint due);
  void finish(std::int64_t job);
  std::vector<Job> jobs();  // by id
  std::vector<Job> jobs_holding(std::string_view resource);

  void add(const Event& event);
  // Oldest first.
  std::vector<Event> events(std::string_view region, TimePoint from, TimePoint to);

  SQLite::Database& database() { return database_; }

 private:
  std::vector<Resource> select(const std::string& condition, const std::vector<std::string>& values);

  SQLite::Database database_;
};

}  // namespace aurora::local::rds
