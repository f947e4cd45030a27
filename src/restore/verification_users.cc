#include "restore/verification_users.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "restore/database_access.h"
#include "restore/verification_time.h"

namespace aurora::restore {
namespace {

// More users than these share one check, as long as they are right: the answer of a step has 256 KiB.
constexpr std::size_t kShownMax = 50;
constexpr std::size_t kDetailMax = 500;

constexpr std::array<std::string_view, 4> kWords{"SELECT", "INSERT", "UPDATE", "DELETE"};

// insufficient_privilege; ER_DBACCESS_DENIED, ER_TABLEACCESS_DENIED, ER_COLUMNACCESS_DENIED,
// ER_SPECIFIC_ACCESS_DENIED.
bool is_refused(const db::SqlError& e) {
  static constexpr std::array<int, 4> kNumbers{1044, 1142, 1143, 1227};
  return e.sql_state() == "42501" ||
         std::find(kNumbers.begin(), kNumbers.end(), e.number()) != kNumbers.end();
}

// A table that a user can try its privileges on.
struct Probe {
  std::string schema;
  std::string table;   // quoted, with its schema
  std::string column;  // quoted
};

std::string statement_for(std::string_view word, const Probe& probe, db::Engine engine) {
  if (word == "SELECT") return "EXPLAIN SELECT * FROM " + probe.table;
  if (word == "DELETE") return "EXPLAIN DELETE FROM " + probe.table;
  // No column is read, so that UPDATE alone is what it takes.
  if (word == "UPDATE") return fmt::format("EXPLAIN UPDATE {} SET {} = DEFAULT", probe.table, probe.column);
  return fmt::format("EXPLAIN INSERT INTO {} {}", probe.table,
                     engine == db::Engine::kPostgreSql ? "DEFAULT VALUES" : "() VALUES ()");
}

// Whether the session's user may run the statement; other errors than refusals come after the privileges.
bool may_run(db::Session& session, const std::string& sql) {
  try {
    session.query(sql);
    return true;
  } catch (const db::SqlError& e) {
    if (e.name() == "DatabaseUnavailable") throw;
    return !is_refused(e);
  }
}

bool may_create(db::Session& session, const Probe& probe) {
  if (session.engine() == db::Engine::kMySql)
    // MySQL cannot roll back a CREATE; one of a table that is there is refused either for the privilege or
    // for the name.
    return may_run(session, fmt::format("CREATE TABLE {} (a int)", probe.table));
  session.query("BEGIN");
  const bool may = may_run(session, fmt::format("CREATE TABLE {}.aurora_restore_probe (a int)",
                                                session.quote_identifier(probe.schema)));
  session.query("ROLLBACK");
  return may;
}

// What the master finds out for all users of one database at once.
struct Findings {
  std::vector<std::vector<std::string>> missing;
  std::vector<std::vector<std::string>> excess;
};

class UserChecks {
 public:
  UserChecks(StepContext& context, const db::ConnectOptions& access, std::span<const db::UserSpec> users)
      : context_(context), access_(access), users_(users), time_(context) {}

  bool run() {
    Json& done = context_.operation.state()["users_done"];
    if (!done.is_object())
      done = Json{{"next", 0}, {"checks", Json::array()}, {"right", 0}, {"total", users_.size()}};
    auto next = static_cast<std::size_t>(int_or(done, "next", 0));
    if (next >= users_.size()) return true;
    databases_ = db::list_databases(*context_.databases.connect(access_));
    look_from_above();
    for (const std::size_t first = next; next < users_.size(); ++next) {
      if (next > first && !time_.may_begin()) break;
      const Check check = check_one(next);
      if (!check.failed()) done["right"] = int_or(done, "right", 0) + 1;
      if ((check.failed() || users_.size() <= kShownMax) && done["checks"].size() < kShownMax)
        done["checks"].push_back(to_json(check));
    }
    done["next"] = next;
    return next >= users_.size();
  }

 private:
  std::unique_ptr<db::Session> master_in(const std::string& database) {
    db::ConnectOptions there = access_;
    there.database = database;
    return context_.databases.connect(there);
  }

  // A statement or two for all users, in each database; MySQL's privileges are the server's.
  void look_from_above() {
    for (const std::string& database : databases_) {
      const auto session = master_in(database);
      above_[database] = {db::missing_privileges(*session, users_), db::excess_privileges(*session, users_)};
      if (access_.engine == db::Engine::kMySql) break;
    }
  }

  Check check_one(std::size_t index) {
    const db::UserSpec& user = users_[index];
    const std::string name = "user " + user.username;
    std::vector<std::string> wrong;
    for (const auto& [database, found] : above_) {
      const std::string in = access_.engine == db::Engine::kMySql ? "" : " in " + database;
      for (const std::string& one : found.missing[index]) wrong.push_back("lacks " + one + in);
      for (const std::string& one : found.excess[index]) wrong.push_back("has beyond its list " + one + in);
    }
    std::string tried = "its login was not tried";
    if (user.login && !user.iam) tried = try_as(user, wrong);
    if (!wrong.empty()) return failed(name, join(wrong, ", ").substr(0, kDetailMax));
    return passed(name, fmt::format("holds what its list says and no more; {}", tried));
  }

  std::string try_as(const db::UserSpec& user, std::vector<std::string>& wrong) {
    std::vector<db::UserFinding> not_there;
    const std::vector<std::string> names = db::databases_of(user, databases_, not_there);
    for (const db::UserFinding& finding : not_there) wrong.push_back(finding.text);
    std::size_t tried = 0;
    for (const std::string& database : names) {
      try {
        const auto session = context_.databases.connect(access_as(access_, user, database));
        tried += try_statements(*session, user, database, wrong);
      } catch (const db::SqlError& e) {
        // A server that is not up yet is for the machine's Retry; a login refused is what this is about.
        if (e.name() == "DatabaseUnavailable") throw;
        wrong.push_back(fmt::format("{}: {}", database, e.message()));
      }
    }
    return fmt::format("logs in to {}; {} statements were allowed or refused as they must be",
                       join(names, ", "), tried);
  }

  std::size_t try_statements(db::Session& session, const db::UserSpec& user, const std::string& database,
                             std::vector<std::string>& wrong) {
    const auto master = master_in(database);
    std::size_t tried = 0;
    for (const db::SchemaPrivileges& held : db::privileges_of(*master, user.username)) {
      if (access_.engine == db::Engine::kMySql && held.schema != database) continue;
      const Probe* probe = probe_of(*master, database, held.schema);
      if (!probe || !held.usage) continue;
      for (const std::string_view word : kWords) {
        const auto found = held.on_tables.find(std::string(word));
        const std::int64_t on = found == held.on_tables.end() ? 0 : found->second;
        if (on != 0 && on != held.tables) continue;  // the probe may be one of either kind
        note(may_run(session, statement_for(word, *probe, access_.engine)), on != 0,
             fmt::format("{} on {}", word, probe->table), wrong);
        ++tried;
      }
      note(may_create(session, *probe), held.create, "CREATE in " + held.schema, wrong);
      ++tried;
    }
    return tried;
  }

  static void note(bool may, bool expected, const std::string& what, std::vector<std::string>& wrong) {
    if (may && !expected) wrong.push_back("was allowed " + what + ", which it is not granted");
    if (!may && expected) wrong.push_back("was refused " + what + ", which it is granted");
  }

  // The first table of the schema; null when there is none.
  const Probe* probe_of(db::Session& master, const std::string& database, const std::string& schema) {
    auto [found, is_new] = probes_.try_emplace({database, schema});
    if (is_new) {
      const db::Result result = master.query(fmt::format(
          "SELECT t.table_name, (SELECT c.column_name FROM information_schema.columns c WHERE "
          "c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.ordinal_position = 1) "
          "FROM information_schema.tables t WHERE t.table_type = 'BASE TABLE' AND t.table_schema = {} "
          "ORDER BY 1 LIMIT 1",
          master.quote_literal(schema)));
      if (!result.rows.empty() && result.rows[0].at(0) && result.rows[0].at(1))
        found->second = Probe{
            .schema = schema,
            .table = master.quote_identifier(schema) + "." + master.quote_identifier(*result.rows[0][0]),
            .column = master.quote_identifier(*result.rows[0][1])};
    }
    return found->second ? &*found->second : nullptr;
  }

  StepContext& context_;
  const db::ConnectOptions& access_;
  std::span<const db::UserSpec> users_;
  const CallTime time_;
  std::vector<std::string> databases_;
  std::map<std::string, Findings> above_;
  std::map<std::pair<std::string, std::string>, std::optional<Probe>> probes_;
};

}  // namespace

bool check_users(StepContext& context, const db::ConnectOptions& access,
                 std::span<const db::UserSpec> users) {
  return UserChecks(context, access, users).run();
}

std::vector<Check> user_checks(const StepContext& context) {
  const Json& done = member_or_null(context.operation.get("state"), "users_done");
  std::vector<Check> checks;
  for (const Json& check : member_or_null(done, "checks")) checks.push_back(check_from(check));
  const auto right = static_cast<std::size_t>(int_or(done, "right", 0));
  if (right > 0 && int_or(done, "total", 0) > static_cast<std::int64_t>(kShownMax))
    checks.push_back(passed("users", fmt::format("{} users hold what their lists say and no more", right)));
  return checks;
}

}  // namespace aurora::restore
