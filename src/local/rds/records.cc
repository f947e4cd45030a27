#include "local/rds/records.h"

#include <algorithm>

#include "local/documents.h"

namespace aurora::local::rds {
namespace {

// An event older than this is forgotten, as RDS does.
constexpr auto kEventsKept = std::chrono::days(14);

std::int64_t to_micros(TimePoint when) {
  return when.time_since_epoch().count();
}
TimePoint from_micros(std::int64_t micros) {
  return TimePoint(Duration(micros));
}

Json parse(const SQLite::Column& column) {
  return parse_json(column.getString(), "a stored RDS record");
}

}  // namespace

const std::vector<std::string>& Records::migrations() {
  static const std::vector<std::string> statements = {
      R"(CREATE TABLE resources (
           resource TEXT PRIMARY KEY, kind INTEGER NOT NULL, region TEXT NOT NULL, id TEXT NOT NULL,
           body TEXT NOT NULL, internal TEXT NOT NULL, UNIQUE (kind, region, id));
         CREATE TABLE jobs (
           id INTEGER PRIMARY KEY AUTOINCREMENT, region TEXT NOT NULL, work TEXT NOT NULL,
           resource TEXT NOT NULL, holds TEXT NOT NULL, reads TEXT NOT NULL, details TEXT NOT NULL,
           minimum INTEGER NOT NULL, due INTEGER);
         CREATE TABLE events (
           id INTEGER PRIMARY KEY AUTOINCREMENT, region TEXT NOT NULL, source_type TEXT NOT NULL,
           source_id TEXT NOT NULL, source_arn TEXT NOT NULL, date INTEGER NOT NULL,
           message TEXT NOT NULL, categories TEXT NOT NULL);
         CREATE INDEX events_by_date ON events (region, date);)",
      Documents::schema("global_clusters")};
  return statements;
}

std::vector<Resource> Records::select(const std::string& condition, const std::vector<std::string>& values) {
  SQLite::Statement query(
      database_, "SELECT kind, region, id, resource, body, internal FROM resources WHERE " + condition);
  int index = 0;
  for (const std::string& value : values) query.bind(++index, value);
  std::vector<Resource> found;
  while (query.executeStep()) {
    found.push_back({.kind = static_cast<Kind>(query.getColumn(0).getInt()),
                     .region = query.getColumn(1).getString(),
                     .id = query.getColumn(2).getString(),
                     .resource = query.getColumn(3).getString(),
                     .body = parse(query.getColumn(4)),
                     .internal = parse(query.getColumn(5))});
  }
  return found;
}

std::optional<Resource> Records::find(Kind kind, std::string_view region, std::string_view id) {
  auto found = select("kind = CAST(? AS INTEGER) AND region = ? AND id = ?",
                      {std::to_string(static_cast<int>(kind)), std::string(region), std::string(id)});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::optional<Resource> Records::find_resource(std::string_view resource) {
  auto found = select("resource = ?", {std::string(resource)});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<Resource> Records::list(Kind kind, std::string_view region) {
  return select("kind = CAST(? AS INTEGER) AND region = ? ORDER BY id",
                {std::to_string(static_cast<int>(kind)), std::string(region)});
}

std::vector<Resource> Records::list_everywhere(Kind kind) {
  return select("kind = CAST(? AS INTEGER) ORDER BY region, id", {std::to_string(static_cast<int>(kind))});
}

void Records::put(const Resource& resource) {
  SQLite::Statement statement(database_,
                              "INSERT INTO resources (resource, kind, region, id, body, internal) "
                              "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (resource) DO UPDATE SET "
                              "id = excluded.id, body = excluded.body, internal = excluded.internal");
  statement.bind(1, resource.resource);
  statement.bind(2, static_cast<int>(resource.kind));
  statement.bind(3, resource.region);
  statement.bind(4, resource.id);
  statement.bind(5, resource.body.dump());
  statement.bind(6, resource.internal.dump());
  statement.exec();
}

void Records::erase(std::string_view resource) {
  SQLite::Statement statement(database_, "DELETE FROM resources WHERE resource = ?");
  statement.bind(1, std::string(resource));
  statement.exec();
}

std::int64_t Records::add(const Job& job) {
  SQLite::Statement statement(database_,
                              "INSERT INTO jobs (region, work, resource, holds, reads, details, minimum) "
                              "VALUES (?, ?, ?, ?, ?, ?, ?)");
  statement.bind(1, job.region);
  statement.bind(2, job.work);
  statement.bind(3, job.resource);
  statement.bind(4, Json(job.holds).dump());
  statement.bind(5, Json(job.reads).dump());
  statement.bind(6, job.details.dump());
  statement.bind(7, static_cast<std::int64_t>(job.minimum.count()));
  statement.exec();
  return database_.getLastInsertRowid();
}

void Records::begin(std::int64_t job, TimePoint due) {
  SQLite::Statement statement(database_, "UPDATE jobs SET due = ? WHERE id = ?");
  statement.bind(1, to_micros(due));
  statement.bind(2, job);
  statement.exec();
}

void Records::finish(std::int64_t job) {
  SQLite::Statement statement(database_, "DELETE FROM jobs WHERE id = ?");
  statement.bind(1, job);
  statement.exec();
}

std::vector<Job> Records::jobs() {
  SQLite::Statement query(
      database_,
      "SELECT id, region, work, resource, holds, reads, details, minimum, due FROM jobs ORDER BY id");
  std::vector<Job> jobs;
  while (query.executeStep()) {
    Job job{.id = query.getColumn(0).getInt64(),
            .region = query.getColumn(1).getString(),
            .work = query.getColumn(2).getString(),
            .resource = query.getColumn(3).getString(),
            .holds = parse(query.getColumn(4)).get<std::vector<std::string>>(),
            .reads = parse(query.getColumn(5)).get<std::vector<std::string>>(),
            .details = parse(query.getColumn(6)),
            .minimum = Duration(query.getColumn(7).getInt64()),
            .due = std::nullopt};
    if (!query.getColumn(8).isNull()) job.due = from_micros(query.getColumn(8).getInt64());
    jobs.push_back(std::move(job));
  }
  return jobs;
}

std::vector<Job> Records::jobs_holding(std::string_view resource) {
  std::vector<Job> all = jobs();
  std::erase_if(all, [&](const Job& job) {
    return std::find(job.holds.begin(), job.holds.end(), resource) == job.holds.end();
  });
  return all;
}

void Records::add(const Event& event) {
  SQLite::Statement forget(database_, "DELETE FROM events WHERE region = ? AND date < ?");
  forget.bind(1, event.region);
  forget.bind(2, to_micros(event.date - kEventsKept));
  forget.exec();
  SQLite::Statement statement(database_,
                              "INSERT INTO events (region, source_type, source_id, source_arn, date, "
                              "message, categories) VALUES (?, ?, ?, ?, ?, ?, ?)");
  statement.bind(1, event.region);
  statement.bind(2, event.source_type);
  statement.bind(3, event.source_id);
  statement.bind(4, event.source_arn);
  statement.bind(5, to_micros(event.date));
  statement.bind(6, event.message);
  statement.bind(7, Json(event.categories).dump());
  statement.exec();
}

std::vector<Event> Records::events(std::string_view region, TimePoint from, TimePoint to) {
  SQLite::Statement query(database_,
                          "SELECT source_type, source_id, source_arn, date, message, categories FROM events "
                          "WHERE region = ? AND date >= ? AND date < ? ORDER BY id");
  query.bind(1, std::string(region));
  query.bind(2, to_micros(from));
  query.bind(3, to_micros(to));
  std::vector<Event> events;
  while (query.executeStep()) {
    events.push_back({.region = std::string(region),
                      .source_type = query.getColumn(0).getString(),
                      .source_id = query.getColumn(1).getString(),
                      .source_arn = query.getColumn(2).getString(),
                      .date = from_micros(query.getColumn(3).getInt64()),
                      .message = query.getColumn(4).getString(),
                      .categories = parse(query.getColumn(5)).get<std::vector<std::string>>()});
  }
  return events;
}

}  // namespace aurora::local::rds
