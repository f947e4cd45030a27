#include "local/stepfunctions/store.h"

#include <fmt/format.h>

#include <algorithm>

#include "local/stepfunctions/event_codec.h"
#include "local/stepfunctions/versions.h"
#include "local/store.h"

namespace aurora::local::stepfunctions {
namespace {

const std::vector<std::string> kMigrations = {R"sql(
  CREATE TABLE machine (
    arn TEXT PRIMARY KEY, name TEXT NOT NULL, region TEXT NOT NULL, role_arn TEXT NOT NULL, type TEXT NOT NULL,
    revision INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
    settings TEXT NOT NULL, tags TEXT NOT NULL, deleting INTEGER NOT NULL);
  CREATE TABLE revision (
    id INTEGER PRIMARY KEY AUTOINCREMENT, machine TEXT NOT NULL, name TEXT NOT NULL, role_arn TEXT NOT NULL,
    definition TEXT NOT NULL, revision_id TEXT NOT NULL, updated INTEGER NOT NULL);
  CREATE TABLE execution (
    id INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE, name TEXT NOT NULL, machine TEXT NOT NULL,
    region TEXT NOT NULL, revision INTEGER NOT NULL, status INTEGER NOT NULL, input TEXT NOT NULL, output TEXT,
    error TEXT, cause TEXT, started INTEGER NOT NULL, stopped INTEGER, deadline INTEGER, events INTEGER NOT NULL,
    trace_header TEXT NOT NULL);
  CREATE INDEX execution_by_start ON execution (machine, started, id);
  CREATE INDEX execution_running ON execution (id) WHERE status = 0;
  CREATE TABLE event (
    execution INTEGER NOT NULL, id INTEGER NOT NULL, previous INTEGER NOT NULL, time INTEGER NOT NULL,
    type INTEGER NOT NULL, name TEXT, payload TEXT, details TEXT,
    PRIMARY KEY (execution, id)) WITHOUT ROWID;
  CREATE TABLE strand (
    execution INTEGER NOT NULL, id INTEGER NOT NULL, phase INTEGER NOT NULL, submitted INTEGER NOT NULL,
    wake INTEGER, data TEXT NOT NULL,
    PRIMARY KEY (execution, id)) WITHOUT ROWID;
)sql",
                                              R"sql(
  ALTER TABLE execution ADD COLUMN redrives INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE execution ADD COLUMN redriven INTEGER;
  ALTER TABLE execution ADD COLUMN redrive_token TEXT NOT NULL DEFAULT '';
  CREATE TABLE unfinished (execution INTEGER PRIMARY KEY, strands TEXT NOT NULL);
  CREATE TABLE outgoing (id INTEGER PRIMARY KEY AUTOINCREMENT, region TEXT NOT NULL, event TEXT NOT NULL);
)sql",
                                              R"sql(
  ALTER TABLE event RENAME TO old_event;
  CREATE TABLE history (
    execution INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, events BLOB NOT NULL,
    PRIMARY KEY (execution, first)) WITHOUT ROWID;
)sql",
                                              kVersionsSchema};

constexpr char kExecutionColumns[] =
    "id, arn, name, machine, region, revision, status, input, output, error, cause, started, stopped, "
    "deadline, events, "
    "trace_header, redrives, redriven, redrive_token";

std::int64_t micros(TimePoint when) {
  return when.time_since_epoch().count();
}
TimePoint from_micros(std::int64_t value) {
  return TimePoint(Duration(value));
}

void bind_time(SQLite::Statement& statement, int index, const std::optional<TimePoint>& when) {
  when ? statement.bind(index, micros(*when)) : statement.bind(index);
}

void bind_text(SQLite::Statement& statement, int index, const std::optional<std::string>& text) {
  text ? statement.bind(index, *text) : statement.bind(index);
}

std::optional<TimePoint> time_in(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(from_micros(column.getInt64()));
}

std::optional<std::string> text_in(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(column.getString());
}

asl::Event read_old_event(SQLite::Statement& row) {
  asl::Event event{.id = row.getColumn(0).getInt64(),
                   .previous = row.getColumn(1).getInt64(),
                   .time = from_micros(row.getColumn(2).getInt64()),
                   .type = static_cast<asl::EventType>(row.getColumn(3).getInt()),
                   .name = row.getColumn(4).getString(),
                   .payload = row.getColumn(5).getString(),
                   .details = {}};
  if (!row.getColumn(6).isNull()) event.details = parse_json(row.getColumn(6).getString(), "a stored event");
  return event;
}

std::vector<asl::Event> events_of(const SQLite::Column& first, const SQLite::Column& bytes) {
  return decode_events(first.getInt64(), std::string_view(static_cast<const char*>(bytes.getBlob()),
                                                          static_cast<std::size_t>(bytes.getBytes())));
}

}  // namespace

Store::Store(const std::filesystem::path& directory)
    : database_(open_store(directory, "stepfunctions", kMigrations)) {
  if (database_.tableExists("old_event")) move_old_events();
}

// Histories were once a row an event.
void Store::move_old_events() {
  constexpr std::size_t kEventsPerRow = 400;
  WriteTransaction transaction(database_);
  // Another connection may have done it since we looked.
  if (!database_.tableExists("old_event")) return;
  SQLite::Statement row(database_,
                        "SELECT id, previous, time, type, name, payload, details, execution FROM old_event "
                        "ORDER BY execution, id");
  std::vector<asl::Event> events;
  std::int64_t execution = 0;
  while (row.executeStep()) {
    const std::int64_t of = row.getColumn(7).getInt64();
    if (of != execution || events.size() == kEventsPerRow) add_events(execution, std::exchange(events, {}));
    execution = of;
    events.push_back(read_old_event(row));
  }
  add_events(execution, events);
  row.reset();
  database_.exec("DROP TABLE old_event");
  transaction.commit();
}

Store::Use Store::prepared(const char* sql) {
  std::unique_ptr<SQLite::Statement>& statement = statements_[sql];
  if (!statement) statement = std::make_unique<SQLite::Statement>(database_, sql);
  statement->clearBindings();
  return Use(*statement);
}

// ---- machines

MachineRow Store::read_machine(SQLite::Statement& row) {
  MachineRow machine{.arn = row.getColumn(0).getString(),
                     .name = row.getColumn(1).getString(),
                     .region = row.getColumn(2).getString(),
                     .role_arn = row.getColumn(3).getString(),
                     .type = row.getColumn(4).getString(),
                     .revision_id = row.getColumn(11).getString(),
                     .definition = row.getColumn(12).getString(),
                     .revision = row.getColumn(5).getInt64(),
                     .created = from_micros(row.getColumn(6).getInt64()),
                     .updated = from_micros(row.getColumn(7).getInt64()),
                     .settings = parse_json(row.getColumn(8).getString(), "stored settings"),
                     .tags = parse_json(row.getColumn(9).getString(), "stored tags"),
                     .deleting = row.getColumn(10).getInt() != 0};
  return machine;
}

std::optional<MachineRow> Store::machine(const std::string& arn) {
  const Use row = prepared(
      "SELECT m.arn, m.name, m.region, m.role_arn, m.type, m.revision, m.created, m.updated, m.settings, "
      "m.tags, "
      "m.deleting, r.revision_id, r.definition FROM machine m JOIN revision r ON r.id = m.revision WHERE "
      "m.arn = ?");
  row->bind(1, arn);
  return row->executeStep() ? std::optional(read_machine(*row)) : std::nullopt;
}

std::vector<MachineRow> Store::machines(const std::string& region) {
  const Use row = prepared(
      "SELECT m.arn, m.name, m.region, m.role_arn, m.type, m.revision, m.created, m.updated, m.settings, "
      "m.tags, "
      "m.deleting, r.revision_id, '' FROM machine m JOIN revision r ON r.id = m.revision WHERE m.region = ? "
      "ORDER BY m.name");
  row->bind(1, region);
  std::vector<MachineRow> machines;
  while (row->executeStep()) machines.push_back(read_machine(*row));
  return machines;
}

void Store::put_machine(MachineRow& machine, bool new_revision) {
  if (new_revision) {
    const Use add = prepared(
        "INSERT INTO revision (machine, name, role_arn, definition, revision_id, updated) VALUES (?, ?, ?, "
        "?, ?, ?)");
    add->bind(1, machine.arn);
    add->bind(2, machine.name);
    add->bind(3, machine.role_arn);
    add->bind(4, machine.definition);
    add->bind(5, machine.revision_id);
    add->bind(6, micros(machine.updated));
    add->exec();
    machine.revision = database_.getLastInsertRowid();
  }
  const Use put = prepared("INSERT OR REPLACE INTO machine VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  put->bind(1, machine.arn);
  put->bind(2, machine.name);
  put->bind(3, machine.region);
  put->bind(4, machine.role_arn);
  put->bind(5, machine.type);
  put->bind(6, machine.revision);
  put->bind(7, micros(machine.created));
  put->bind(8, micros(machine.updated));
  put->bind(9, dump_json(machine.settings));
  put->bind(10, dump_json(machine.tags));
  put->bind(11, machine.deleting ? 1 : 0);
  put->exec();
}

bool Store::is_deleting(const std::string& machine_arn) {
  const Use row = prepared("SELECT 1 FROM machine WHERE arn = ? AND deleting = 1");
  row->bind(1, machine_arn);
  return row->executeStep();
}

void Store::erase_machine(const std::string& arn) {
  const Use erase = prepared("DELETE FROM machine WHERE arn = ?");
  erase->bind(1, arn);
  erase->exec();
}

Revision Store::revision(std::int64_t id) {
  const Use row =
      prepared("SELECT machine, name, role_arn, definition, revision_id, updated FROM revision WHERE id = ?");
  row->bind(1, id);
  AURORA_INVARIANT(row->executeStep());
  return {.machine_arn = row->getColumn(0).getString(),
          .machine_name = row->getColumn(1).getString(),
          .role_arn = row->getColumn(2).getString(),
          .definition = row->getColumn(3).getString(),
          .revision_id = row->getColumn(4).getString(),
          .updated = from_micros(row->getColumn(5).getInt64())};
}

// ---- executions

ExecutionRow Store::read_execution(SQLite::Statement& row) {
  return {.id = row.getColumn(0).getInt64(),
          .arn = row.getColumn(1).getString(),
          .name = row.getColumn(2).getString(),
          .machine_arn = row.getColumn(3).getString(),
          .region = row.getColumn(4).getString(),
          .revision = row.getColumn(5).getInt64(),
          .status = static_cast<asl::ExecutionStatus>(row.getColumn(6).getInt()),
          .input = row.getColumn(7).getString(),
          .output = row.getColumn(8).getString(),
          .error = text_in(row.getColumn(9)),
          .cause = text_in(row.getColumn(10)),
          .started = from_micros(row.getColumn(11).getInt64()),
          .stopped = time_in(row.getColumn(12)),
          .deadline = time_in(row.getColumn(13)),
          .events = row.getColumn(14).getInt64(),
          .trace_header = row.getColumn(15).getString(),
          .redrives = row.getColumn(16).getInt(),
          .redriven = time_in(row.getColumn(17)),
          .redrive_token = row.getColumn(18).getString()};
}

std::optional<ExecutionRow> Store::execution(const std::string& arn) {
  static const std::string sql = fmt::format("SELECT {} FROM execution WHERE arn = ?", kExecutionColumns);
  const Use row = prepared(sql.c_str());
  row->bind(1, arn);
  return row->executeStep() ? std::optional(read_execution(*row)) : std::nullopt;
}

std::optional<ExecutionRow> Store::execution(std::int64_t id) {
  static const std::string sql = fmt::format("SELECT {} FROM execution WHERE id = ?", kExecutionColumns);
  const Use row = prepared(sql.c_str());
  row->bind(1, id);
  return row->executeStep() ? std::optional(read_execution(*row)) : std::nullopt;
}

std::int64_t Store::add_execution(const ExecutionRow& row) {
  const Use add = prepared(
      "INSERT INTO execution (arn, name, machine, region, revision, status, input, started, deadline, "
      "events, "
      "trace_header) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, 0, ?)");
  add->bind(1, row.arn);
  add->bind(2, row.name);
  add->bind(3, row.machine_arn);
  add->bind(4, row.region);
  add->bind(5, row.revision);
  add->bind(6, row.input);
  add->bind(7, micros(row.started));
  bind_time(*add, 8, row.deadline);
  add->bind(9, row.trace_header);
  add->exec();
  return database_.getLastInsertRowid();
}

void Store::finish_execution(const ExecutionRow& row) {
  const Use finish = prepared(
      "UPDATE execution SET status = ?, output = ?, error = ?, cause = ?, stopped = ?, events = ? WHERE id = "
      "?");
  finish->bind(1, static_cast<int>(row.status));
  finish->bind(2, row.output);
  bind_text(*finish, 3, row.error);
  bind_text(*finish, 4, row.cause);
  bind_time(*finish, 5, row.stopped);
  finish->bind(6, row.events);
  finish->bind(7, row.id);
  finish->exec();
}

void Store::reopen_execution(const ExecutionRow& row) {
  const Use reopen = prepared(
      "UPDATE execution SET status = 0, output = NULL, error = NULL, cause = NULL, stopped = NULL, deadline "
      "= ?, redrives = ?, redriven = ?, redrive_token = ? WHERE id = ?");
  bind_time(*reopen, 1, row.deadline);
  reopen->bind(2, row.redrives);
  bind_time(*reopen, 3, row.redriven);
  reopen->bind(4, row.redrive_token);
  reopen->bind(5, row.id);
  reopen->exec();
}

bool Store::has_running(const std::string& machine_arn) {
  const Use row = prepared("SELECT 1 FROM execution WHERE status = 0 AND machine = ? LIMIT 1");
  row->bind(1, machine_arn);
  return row->executeStep();
}

// ---- history and strands

void Store::add_events(std::int64_t execution, const std::vector<asl::Event>& events) {
  if (events.empty()) return;
  const std::string bytes = encode_events(events);
  const Use add = prepared("INSERT INTO history VALUES (?, ?, ?, ?)");
  add->bind(1, execution);
  add->bind(2, events.front().id);
  add->bind(3, events.back().id);
  add->bindNoCopy(4, bytes.data(), static_cast<int>(bytes.size()));
  add->exec();
}

std::vector<asl::Event> Store::events(std::int64_t execution, std::int64_t after, std::int64_t limit,
                                      bool reverse) {
  const Use row = prepared(reverse ? "SELECT first, events FROM history WHERE execution = ? AND first < ? "
                                     "ORDER BY first DESC"
                                   : "SELECT first, events FROM history WHERE execution = ?1 AND first >= "
                                     "(SELECT IFNULL(MAX(first), 0) FROM history WHERE execution = ?1 AND "
                                     "first <= ?2 + 1) ORDER BY first");
  row->bind(1, execution);
  row->bind(2, after);
  std::vector<asl::Event> events;
  while (static_cast<std::int64_t>(events.size()) < limit && row->executeStep()) {
    std::vector<asl::Event> some = events_of(row->getColumn(0), row->getColumn(1));
    if (reverse) std::ranges::reverse(some);
    for (asl::Event& event : some) {
      const bool wanted = reverse ? event.id < after : event.id > after;
      if (wanted && static_cast<std::int64_t>(events.size()) < limit) events.push_back(std::move(event));
    }
  }
  return events;
}

std::int64_t Store::last_event(std::int64_t execution) {
  const Use row = prepared("SELECT last FROM history WHERE execution = ? ORDER BY first DESC LIMIT 1");
  row->bind(1, execution);
  return row->executeStep() ? row->getColumn(0).getInt64() : 0;
}

std::string Store::payload(std::int64_t execution, std::int64_t event) {
  const Use row = prepared(
      "SELECT first, events FROM history WHERE execution = ? AND first <= ? ORDER BY first DESC LIMIT 1");
  row->bind(1, execution);
  row->bind(2, event);
  AURORA_INVARIANT(row->executeStep());
  std::vector<asl::Event> events = events_of(row->getColumn(0), row->getColumn(1));
  return std::move(events.at(static_cast<std::size_t>(event - events.front().id)).payload);
}

void Store::put_strand(std::int64_t execution, const asl::Strand& strand) {
  const Use put = prepared("INSERT OR REPLACE INTO strand VALUES (?, ?, ?, ?, ?, ?)");
  put->bind(1, execution);
  put->bind(2, strand.id);
  put->bind(3, static_cast<int>(strand.phase));
  put->bind(4, strand.submitted ? 1 : 0);
  bind_time(*put, 5, strand.wake_at);
  put->bind(6, dump_json(strand.to_json()));
  put->exec();
}

void Store::erase_strand(std::int64_t execution, int strand) {
  const Use erase = prepared("DELETE FROM strand WHERE execution = ? AND id = ?");
  erase->bind(1, execution);
  erase->bind(2, strand);
  erase->exec();
}

std::vector<asl::Strand> Store::strands(std::int64_t execution) {
  const Use row = prepared("SELECT id, wake, data FROM strand WHERE execution = ? ORDER BY id");
  row->bind(1, execution);
  std::vector<asl::Strand> strands;
  while (row->executeStep())
    strands.push_back(asl::Strand::from_json(row->getColumn(0).getInt(), time_in(row->getColumn(1)),
                                             parse_json(row->getColumn(2).getString(), "a stored strand")));
  return strands;
}

void Store::put_unfinished(std::int64_t execution, const std::vector<asl::Strand>& strands) {
  Json rows = Json::array();
  for (const asl::Strand& strand : strands) rows.push_back({{"id", strand.id}, {"data", strand.to_json()}});
  const Use put = prepared("INSERT OR REPLACE INTO unfinished VALUES (?, ?)");
  put->bind(1, execution);
  put->bind(2, dump_json(rows));
  put->exec();
}

std::vector<asl::Strand> Store::take_unfinished(std::int64_t execution) {
  std::vector<asl::Strand> strands;
  {
    const Use row = prepared("SELECT strands FROM unfinished WHERE execution = ?");
    row->bind(1, execution);
    if (!row->executeStep()) return strands;
    const Json rows = parse_json(row->getColumn(0).getString(), "stored strands");
    for (const Json& each : rows)
      strands.push_back(asl::Strand::from_json(each["id"].get<int>(), std::nullopt, each["data"]));
  }
  const Use erase = prepared("DELETE FROM unfinished WHERE execution = ?");
  erase->bind(1, execution);
  erase->exec();
  return strands;
}

std::int64_t Store::add_outgoing(const std::string& region, const Json& event) {
  const Use add = prepared("INSERT INTO outgoing (region, event) VALUES (?, ?)");
  add->bind(1, region);
  add->bind(2, dump_json(event));
  add->exec();
  return database_.getLastInsertRowid();
}

void Store::erase_outgoing(std::int64_t id) {
  const Use erase = prepared("DELETE FROM outgoing WHERE id = ?");
  erase->bind(1, id);
  erase->exec();
}

std::vector<Store::Outgoing> Store::outgoing() {
  const Use row = prepared("SELECT id, region, event FROM outgoing ORDER BY id");
  std::vector<Outgoing> rows;
  while (row->executeStep())
    rows.push_back({row->getColumn(0).getInt64(), row->getColumn(1).getString(),
                    parse_json(row->getColumn(2).getString(), "a stored event")});
  return rows;
}

std::vector<std::int64_t> Store::interrupted() {
  const Use row =
      prepared("SELECT DISTINCT execution FROM strand WHERE phase = ?1 OR (phase = ?2 AND submitted = 0)");
  row->bind(1, static_cast<int>(asl::Strand::Phase::kEnter));
  row->bind(2, static_cast<int>(asl::Strand::Phase::kTask));
  std::vector<std::int64_t> executions;
  while (row->executeStep()) executions.push_back(row->getColumn(0).getInt64());
  return executions;
}

std::vector<std::pair<TimePoint, std::int64_t>> Store::timers() {
  const Use row = prepared(
      "SELECT MIN(wake), execution FROM strand WHERE wake IS NOT NULL GROUP BY execution "
      "UNION ALL SELECT deadline, id FROM execution WHERE status = 0 AND deadline IS NOT NULL");
  std::vector<std::pair<TimePoint, std::int64_t>> timers;
  while (row->executeStep())
    timers.emplace_back(from_micros(row->getColumn(0).getInt64()), row->getColumn(1).getInt64());
  return timers;
}

}  // namespace aurora::local::stepfunctions
