#include "local/stepfunctions/versions.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/error.h"

namespace aurora::local::stepfunctions {

// INSERT OR REPLACE, by which a machine's row is written, runs no triggers: this one hears of deletions only.
const char kVersionsSchema[] = R"sql(
  CREATE TABLE version (
    machine TEXT NOT NULL, number INTEGER NOT NULL, revision INTEGER NOT NULL, description TEXT NOT NULL,
    created INTEGER NOT NULL, settings TEXT NOT NULL,
    PRIMARY KEY (machine, number)) WITHOUT ROWID;
  CREATE TABLE version_count (machine TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE alias (
    id INTEGER PRIMARY KEY AUTOINCREMENT, machine TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
    routes TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, UNIQUE (machine, name));
  CREATE TABLE origin (execution TEXT PRIMARY KEY, version INTEGER NOT NULL, alias TEXT NOT NULL) WITHOUT ROWID;
  CREATE TRIGGER machine_gone AFTER DELETE ON machine BEGIN
    DELETE FROM version WHERE machine = OLD.arn;
    DELETE FROM version_count WHERE machine = OLD.arn;
    DELETE FROM alias WHERE machine = OLD.arn;
  END;
)sql";

namespace {

constexpr char kVersionColumns[] = "machine, number, revision, description, created, settings";
constexpr char kAliasColumns[] = "id, machine, name, description, routes, created, updated";

std::int64_t micros(TimePoint when) {
  return when.time_since_epoch().count();
}

TimePoint time_in(const SQLite::Column& column) {
  return TimePoint(Duration(column.getInt64()));
}

Version read_version(SQLite::Statement& row) {
  return {.machine = row.getColumn(0).getString(),
          .number = row.getColumn(1).getInt64(),
          .revision = row.getColumn(2).getInt64(),
          .description = row.getColumn(3).getString(),
          .created = time_in(row.getColumn(4)),
          .settings = parse_json(row.getColumn(5).getString(), "stored settings")};
}

Json routes_to_json(const std::vector<Route>& routes) {
  Json list = Json::array();
  for (const Route& route : routes) list.push_back({route.version, route.weight});
  return list;
}

Alias read_alias(SQLite::Statement& row) {
  Alias alias{.id = row.getColumn(0).getInt64(),
              .machine = row.getColumn(1).getString(),
              .name = row.getColumn(2).getString(),
              .description = row.getColumn(3).getString(),
              .routes = {},
              .created = time_in(row.getColumn(5)),
              .updated = time_in(row.getColumn(6))};
  const Json routes = parse_json(row.getColumn(4).getString(), "stored routes");
  for (const Json& route : routes)
    alias.routes.push_back({route.at(0).get<std::int64_t>(), route.at(1).get<int>()});
  return alias;
}

aws::ServiceError quota_exceeded(std::string_view what, std::size_t most, std::string_view operation) {
  return {"ServiceQuotaExceededException",
          fmt::format("The state machine has {} {}, which is the most that it may have; make room with {}.",
                      most, what, operation)};
}

}  // namespace

std::string Version::arn() const {
  return fmt::format("{}:{}", machine, number);
}

std::string Alias::arn() const {
  return fmt::format("{}:{}", machine, name);
}

bool Alias::routes_to(std::int64_t version) const {
  return std::any_of(routes.begin(), routes.end(),
                     [&](const Route& route) { return route.version == version; });
}

std::int64_t route_of(const Alias& alias, int percent) {
  int reached = 0;
  for (const Route& route : alias.routes) {
    reached += route.weight;
    if (percent < reached) return route.version;
  }
  return alias.routes.back().version;
}

void show_origin(Json& answer, const std::string& machine, const std::optional<Origin>& origin) {
  if (!origin) return;
  answer["stateMachineVersionArn"] = fmt::format("{}:{}", machine, origin->version);
  if (!origin->alias.empty()) answer["stateMachineAliasArn"] = fmt::format("{}:{}", machine, origin->alias);
}

// ---- versions

std::optional<Version> Versions::version(const std::string& machine, std::int64_t number) {
  SQLite::Statement row(
      database_, fmt::format("SELECT {} FROM version WHERE machine = ? AND number = ?", kVersionColumns));
  row.bind(1, machine);
  row.bind(2, number);
  return row.executeStep() ? std::optional(read_version(row)) : std::nullopt;
}

std::optional<Version> Versions::version_of_revision(const std::string& machine, std::int64_t revision) {
  SQLite::Statement row(
      database_, fmt::format("SELECT {} FROM version WHERE machine = ? AND revision = ?", kVersionColumns));
  row.bind(1, machine);
  row.bind(2, revision);
  return row.executeStep() ? std::optional(read_version(row)) : std::nullopt;
}

std::vector<Version> Versions::versions(const std::string& machine) {
  SQLite::Statement row(
      database_,
      fmt::format("SELECT {} FROM version WHERE machine = ? ORDER BY number DESC", kVersionColumns));
  row.bind(1, machine);
  std::vector<Version> versions;
  while (row.executeStep()) versions.push_back(read_version(row));
  return versions;
}

std::int64_t Versions::next_number(const std::string& machine) {
  SQLite::Statement row(database_,
                        "INSERT INTO version_count VALUES (?, 1) "
                        "ON CONFLICT (machine) DO UPDATE SET last = last + 1 RETURNING last");
  row.bind(1, machine);
  AURORA_INVARIANT(row.executeStep());
  const std::int64_t number = row.getColumn(0).getInt64();
  AURORA_INVARIANT(!row.executeStep());
  return number;
}

std::size_t Versions::count(const char* sql, const std::string& machine) {
  SQLite::Statement row(database_, sql);
  row.bind(1, machine);
  return row.executeStep() ? static_cast<std::size_t>(row.getColumn(0).getInt64()) : 0;
}

void Versions::check_room(const std::string& machine) {
  if (count("SELECT COUNT(*) FROM version WHERE machine = ?", machine) >= kVersionsMax)
    throw quota_exceeded("versions", kVersionsMax, "DeleteStateMachineVersion");
}

Version Versions::publish(const MachineRow& machine, const std::string& description, TimePoint now) {
  if (auto existing = version_of_revision(machine.arn, machine.revision)) return *std::move(existing);
  check_room(machine.arn);
  Version version{.machine = machine.arn,
                  .number = next_number(machine.arn),
                  .revision = machine.revision,
                  .description = description,
                  .created = now,
                  .settings = machine.settings};
  SQLite::Statement add(database_, "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?)");
  add.bind(1, version.machine);
  add.bind(2, version.number);
  add.bind(3, version.revision);
  add.bind(4, version.description);
  add.bind(5, micros(version.created));
  add.bind(6, dump_json(version.settings));
  add.exec();
  return version;
}

void Versions::erase_version(const std::string& machine, std::int64_t number) {
  SQLite::Statement erase(database_, "DELETE FROM version WHERE machine = ? AND number = ?");
  erase.bind(1, machine);
  erase.bind(2, number);
  erase.exec();
}

// ---- aliases

std::optional<Alias> Versions::alias(const std::string& machine, const std::string& name) {
  SQLite::Statement row(database_,
                        fmt::format("SELECT {} FROM alias WHERE machine = ? AND name = ?", kAliasColumns));
  row.bind(1, machine);
  row.bind(2, name);
  return row.executeStep() ? std::optional(read_alias(row)) : std::nullopt;
}

std::vector<Alias> Versions::aliases(const std::string& machine) {
  SQLite::Statement row(database_,
                        fmt::format("SELECT {} FROM alias WHERE machine = ? ORDER BY id", kAliasColumns));
  row.bind(1, machine);
  std::vector<Alias> aliases;
  while (row.executeStep()) aliases.push_back(read_alias(row));
  return aliases;
}

void Versions::add_alias(const Alias& alias) {
  if (count("SELECT COUNT(*) FROM alias WHERE machine = ?", alias.machine) >= kAliasesMax)
    throw quota_exceeded("aliases", kAliasesMax, "DeleteStateMachineAlias");
  SQLite::Statement add(database_,
                        "INSERT INTO alias (machine, name, description, routes, created, updated) "
                        "VALUES (?, ?, ?, ?, ?, ?)");
  add.bind(1, alias.machine);
  add.bind(2, alias.name);
  add.bind(3, alias.description);
  add.bind(4, dump_json(routes_to_json(alias.routes)));
  add.bind(5, micros(alias.created));
  add.bind(6, micros(alias.updated));
  add.exec();
}

void Versions::update_alias(const Alias& alias) {
  SQLite::Statement update(database_,
                           "UPDATE alias SET description = ?, routes = ?, updated = ? WHERE id = ?");
  update.bind(1, alias.description);
  update.bind(2, dump_json(routes_to_json(alias.routes)));
  update.bind(3, micros(alias.updated));
  update.bind(4, alias.id);
  update.exec();
}

void Versions::erase_alias(const std::string& machine, const std::string& name) {
  SQLite::Statement erase(database_, "DELETE FROM alias WHERE machine = ? AND name = ?");
  erase.bind(1, machine);
  erase.bind(2, name);
  erase.exec();
}

// ---- executions

void Versions::set_origin(const std::string& execution, const Origin& origin) {
  SQLite::Statement put(database_, "INSERT OR REPLACE INTO origin VALUES (?, ?, ?)");
  put.bind(1, execution);
  put.bind(2, origin.version);
  put.bind(3, origin.alias);
  put.exec();
}

std::optional<Origin> Versions::origin(const std::string& execution) {
  SQLite::Statement row(database_, "SELECT version, alias FROM origin WHERE execution = ?");
  row.bind(1, execution);
  if (!row.executeStep()) return std::nullopt;
  return Origin{.version = row.getColumn(0).getInt64(), .alias = row.getColumn(1).getString()};
}

}  // namespace aurora::local::stepfunctions
