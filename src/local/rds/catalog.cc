#include "local/rds/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "local/place.h"

namespace aurora::local::rds {
namespace {

constexpr char kPostgreSql[] = "aurora-postgresql";
constexpr char kMySql[] = "aurora-mysql";

// What DescribeDBEngineVersions lists (Aurora's release notes, late 2026), as far as the local engines go.
constexpr std::array kVersions = {
    EngineVersion{kPostgreSql, "15.4", "15", "aurora-postgresql15"},
    EngineVersion{kPostgreSql, "15.5", "15", "aurora-postgresql15"},
    EngineVersion{kPostgreSql, "15.6", "15", "aurora-postgresql15"},
    EngineVersion{kPostgreSql, "15.7", "15", "aurora-postgresql15"},
    EngineVersion{kPostgreSql, "15.8", "15", "aurora-postgresql15"},
    EngineVersion{kPostgreSql, "15.10", "15", "aurora-postgresql15"},
    EngineVersion{kPostgreSql, "15.12", "15", "aurora-postgresql15"},
    EngineVersion{kPostgreSql, "15.13", "15", "aurora-postgresql15"},
    EngineVersion{kPostgreSql, "16.4", "16", "aurora-postgresql16"},
    EngineVersion{kPostgreSql, "16.6", "16", "aurora-postgresql16"},
    EngineVersion{kPostgreSql, "16.8", "16", "aurora-postgresql16"},
    EngineVersion{kPostgreSql, "16.9", "16", "aurora-postgresql16"},
    EngineVersion{kMySql, "8.0.mysql_aurora.3.04.3", "8.0", "aurora-mysql8.0"},
    EngineVersion{kMySql, "8.0.mysql_aurora.3.04.6", "8.0", "aurora-mysql8.0"},
    EngineVersion{kMySql, "8.0.mysql_aurora.3.08.0", "8.0", "aurora-mysql8.0"},
    EngineVersion{kMySql, "8.0.mysql_aurora.3.08.2", "8.0", "aurora-mysql8.0"},
    EngineVersion{kMySql, "8.0.mysql_aurora.3.10.0", "8.0", "aurora-mysql8.0"},
    EngineVersion{kMySql, "8.0.mysql_aurora.3.10.4", "8.0", "aurora-mysql8.0"},
    EngineVersion{kMySql, "8.0.mysql_aurora.3.12.0", "8.0", "aurora-mysql8.0"},
    EngineVersion{kMySql, "8.4.mysql_aurora.8.4.7", "8.4", "aurora-mysql8.4"},
};

constexpr const char* kClasses[] = {
    "db.r5.large",    "db.r5.xlarge",   "db.r5.2xlarge", "db.r5.4xlarge", "db.r6g.large",   "db.r6g.xlarge",
    "db.r6g.2xlarge", "db.r6g.4xlarge", "db.r7g.large",  "db.r7g.xlarge", "db.r7g.2xlarge", "db.r8g.large",
    "db.serverless",  "db.t3.medium",   "db.t4g.large",  "db.t4g.medium",
};

std::vector<std::string_view> version_numbers(std::string_view version) {
  std::vector<std::string_view> numbers;
  std::size_t at = 0;
  while (at < version.size()) {
    const std::size_t begin = version.find_first_of("0123456789", at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(version.find_first_not_of("0123456789", begin), version.size());
    numbers.push_back(version.substr(begin, end - begin));
    at = end;
  }
  return numbers;
}

int number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::span<const EngineVersion> engine_versions() {
  return kVersions;
}

const EngineVersion* find_version(std::string_view engine, std::string_view version) {
  const auto found = std::find_if(kVersions.begin(), kVersions.end(), [&](const EngineVersion& candidate) {
    return candidate.engine == engine && candidate.version == version;
  });
  return found == kVersions.end() ? nullptr : &*found;
}

const EngineVersion* default_version(std::string_view engine, const engines::Engines& engines) {
  const EngineVersion* newest = nullptr;
  const EngineVersion* newest_that_runs = nullptr;
  const auto local = engines.find(engine);
  std::string why;
  for (const EngineVersion& version : kVersions) {
    // A new major version is not what one gets without asking for it.
    if (version.engine != engine || std::string_view(version.major) == "8.4") continue;
    newest = &version;
    if (local != engines.end() && local->second->runs(version.version, why)) newest_that_runs = &version;
  }
  return newest_that_runs ? newest_that_runs : newest;
}

bool is_known_engine(std::string_view engine) {
  return engine == kPostgreSql || engine == kMySql;
}

int default_port(std::string_view engine) {
  return engine == kMySql ? 3306 : 5432;
}

const char* engine_description(std::string_view engine) {
  return engine == kMySql ? "Aurora MySQL" : "Aurora PostgreSQL";
}

std::vector<std::string> families() {
  // Groups for it can still be made, clusters cannot.
  std::vector<std::string> all = {"aurora-mysql5.7"};
  for (const EngineVersion& version : kVersions)
    if (std::find(all.begin(), all.end(), version.family) == all.end()) all.emplace_back(version.family);
  return all;
}

int compare_versions(std::string_view a, std::string_view b) {
  const auto left = version_numbers(a);
  const auto right = version_numbers(b);
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const int x = i < left.size() ? number(left[i]) : 0;
    const int y = i < right.size() ? number(right[i]) : 0;
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

std::span<const char* const> instance_classes() {
  return kClasses;
}

bool is_orderable(const EngineVersion& version, std::string_view instance_class) {
  // Graviton 4 came with releases that the long-term line of Aurora MySQL does not have.
  if (instance_class.starts_with("db.r8g.") &&
      std::string_view(version.version).find(".3.04.") != std::string_view::npos)
    return false;
  return std::find(std::begin(kClasses), std::end(kClasses), instance_class) != std::end(kClasses);
}

std::vector<std::string> exportable_logs(std::string_view engine) {
  if (engine == kMySql) return {"audit", "error", "general", "iam-db-auth-error", "instance", "slowquery"};
  return {"iam-db-auth-error", "instance", "postgresql"};
}

std::vector<std::string> availability_zones(std::string_view place) {
  const std::string region = region_of(place);
  return {fmt::format("{}a", region), fmt::format("{}b", region), fmt::format("{}c", region)};
}

}  // namespace aurora::local::rds
