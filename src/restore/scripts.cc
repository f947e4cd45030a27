#include "restore/scripts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/text.h"
#include "db/users.h"
#include "restore/scripts_marks.h"
#include "restore/verification_comparison.h"
#include "restore/verification_time.h"

namespace aurora::restore {
namespace {

// Runs what is left of the files, and keeps the operation's record of them.
class ScriptRun {
 public:
  ScriptRun(StepContext& context, const db::ConnectOptions& access)
      : context_(context), access_(access), time_(context) {
    access_.statement_timeout = time_.longest_statement();
  }

  std::optional<StepResult> run() {
    const std::vector<std::string> files = context_.settings.list("post_restore_sql");
    Json& records = context_.operation["scripts"];
    if (!records.is_array()) records = Json::array();
    for (std::size_t position = 0; position < files.size(); ++position) {
      if (position < records.size() && string_or(records[position], "status", "") == "completed") continue;
      if (!time_.may_begin())
        return wait(fmt::format("{} of {} scripts have run", position, files.size()), 1);
      Script script =
          parse_script(fetch_sql_file(context_.api, context_.names.region, files[position]), access_.engine);
      if (auto busy = run_file(script, position)) return busy;
    }
    remove_marks();
    return std::nullopt;
  }

 private:
  static StepResult wait(std::string message, std::int64_t seconds) {
    return {.message = std::move(message),
            .fields = {{"scripts_done", false}},
            .next_step = "setup_db_users",
            .retry_after = seconds};
  }

  void save() { context_.operations.save(context_.operation, context_.clock.now()); }

  void set_record(std::size_t position, Json record) {
    Json& records = context_.operation["scripts"];
    while (records.size() <= position) records.push_back(Json::object());
    records[position] = std::move(record);
  }

  std::unique_ptr<db::Session> session_in(const std::string& database) {
    db::ConnectOptions there = access_;
    there.database = database;
    return context_.databases.connect(there);
  }

  std::string database_of(const Script& script) {
    if (script.database) return *script.database;
    std::vector<std::string> names = db::list_databases(*context_.databases.connect(access_));
    std::erase_if(names, [](const std::string& name) { return name == "postgres" || name == kMarkSchema; });
    if (names.size() == 1) return names.front();
    if (names.empty() || access_.engine == db::Engine::kMySql) return "";
    throw Error("ScriptMalformed",
                fmt::format("{}: does not say for which of the databases {} it is.", script.file.name,
                            join(names, ", ")),
                "Begin the file with \"-- database: NAME\".");
  }

  std::optional<StepResult> run_file(const Script& script, std::size_t position) {
    const std::string database = database_of(script);
    const auto session = session_in(database);
    ScriptMarks marks(*session);
    if (!marks.lock()) return wait(fmt::format("another process runs {}", script.file.name), 5);
    marks.ensure_table();
    const MarkKey key{context_.operation.id(), context_.operation.known("run_id"), position};
    Json record{{"name", script.file.name},
                {"uri", script.file.uri},
                {"sha256", script.file.sha256},
                {"database", database},
                {"transaction", script.transactional},
                {"status", "running"},
                {"started_at", format_iso_millis(context_.clock.now())}};
    note_database(database);
    set_record(position, record);
    save();
    const Duration began = context_.clock.monotonic();
    std::optional<Mark> mark = marks.find(key);
    const bool ran_before = mark && mark->completed;
    if (mark && !mark->completed) interrupted(script);
    if (!mark) mark = run_statements(*session, marks, key, script);
    record["status"] = "completed";
    record["statements"] = mark->statements;
    record["rows"] = mark->rows;
    record["seconds"] = std::chrono::duration<double>(context_.clock.monotonic() - began).count();
    set_record(position, record);
    save();
    if (ran_before) record["message"] = "It had run before a crash; its mark was found.";
    context_.audit.record(context_.operation.id(), "setup_db_users", "script", record);
    context_.log.info(fmt::format("Script {} has run", script.file.name), record);
    return std::nullopt;
  }

  [[noreturn]] static void interrupted(const Script& script) {
    throw Error(
        "ScriptInterrupted",
        fmt::format("{} runs without a transaction, and was cut off on its way: which of its statements "
                    "took effect is not known, and it is not run again.",
                    script.file.name),
        "Start the restore anew.");
  }

  Mark run_statements(db::Session& session, ScriptMarks& marks, const MarkKey& key, const Script& script) {
    const char* begin = access_.engine == db::Engine::kPostgreSql ? "BEGIN" : "START TRANSACTION";
    if (script.transactional) session.query(begin);
    marks.begin(key, script.file);
    Mark mark;
    for (const SqlStatement& statement : script.statements) {
      leave_time(session, script, statement);
      ++mark.statements;
      mark.rows += run_statement(session, script, statement, mark.statements);
    }
    try {
      // A script that set another role for itself keeps it until here.
      if (access_.engine == db::Engine::kPostgreSql) session.query("RESET SESSION AUTHORIZATION");
      marks.complete(key, mark);
      if (script.transactional) session.query("COMMIT");
    } catch (const db::SqlError& e) {
      if (e.name() == "DatabaseUnavailable") throw;
      fail(script, fmt::format("at its end: {}", e.message()));
    }
    return mark;
  }

  std::int64_t run_statement(db::Session& session, const Script& script, const SqlStatement& statement,
                             std::int64_t number) {
    try {
      return session.query(statement.text).affected;
    } catch (const db::SqlError& e) {
      // A connection that is lost rolls back; the mark tells the next call how it went.
      if (e.name() == "DatabaseUnavailable") throw;
      // Not the statement's text: it may hold what nobody is to see.
      fail(script, fmt::format("in statement {} (line {}): {}{}", number, statement.line, e.message(),
                               e.sql_state().empty() ? "" : fmt::format(" (SQLSTATE {})", e.sql_state())));
    }
  }

  // Late in the call statements get no more than what is left of it.
  void leave_time(db::Session& session, const Script& script, const SqlStatement& statement) {
    if (time_.is_over())
      fail(script, fmt::format("before line {}: one file has {}, which is over", statement.line,
                               human_duration(time_.elapsed())));
    if (!time_.may_begin() && access_.engine == db::Engine::kPostgreSql) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(time_.left());
      session.query(fmt::format("SET statement_timeout = {}", left.count()));
    }
  }

  [[noreturn]] void fail(const Script& script, const std::string& what) {
    throw Error("ScriptFailed", fmt::format("{} failed {}.", script.file.name, what),
                script.transactional ? "Nothing of the file took effect: its transaction was rolled back."
                                     : "Statements before it took effect; the cluster is not handed over.");
  }

  // Which databases hold marks; remembered before the first one is made.
  void note_database(const std::string& database) {
    Json& databases = context_.operation.state()["script_databases"];
    if (!databases.is_array()) databases = Json::array();
    if (std::find(databases.begin(), databases.end(), Json(database)) == databases.end())
      databases.push_back(database);
  }

  // The operation's record says by now that every script has run.
  void remove_marks() {
    const Json databases = member_or_null(context_.operation.get("state"), "script_databases");
    if (!databases.is_array()) return;
    for (const Json& database : databases) ScriptMarks(*session_in(database.get<std::string>())).remove();
    context_.operation.state().erase("script_databases");
  }

  StepContext& context_;
  db::ConnectOptions access_;
  const CallTime time_;
};

}  // namespace

std::optional<StepResult> run_scripts(StepContext& context, const db::ConnectOptions& access) {
  if (context.settings.list("post_restore_sql").empty()) return std::nullopt;
  if (auto waiting = compare_contents(context, access, "setup_db_users")) return waiting;
  // Nothing is masked that is not right: a rollback follows.
  throw_if_failed(context, comparison_checks(context));
  return ScriptRun(context, access).run();
}

}  // namespace aurora::restore
