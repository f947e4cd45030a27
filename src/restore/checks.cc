#include "restore/checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "db/users.h"
#include "restore/verification_time.h"

namespace aurora::restore {
namespace {

// The state's item has room for so many outcomes.
constexpr std::size_t kChecksMax = 200;
constexpr std::size_t kMessageMax = 200;

// A read-only transaction in the database's own search path: the checks are the team's, as are the names in
// them.
class ReadOnly {
 public:
  explicit ReadOnly(db::Session& session) : session_(session) {
    const bool postgres = session.engine() == db::Engine::kPostgreSql;
    // Times are compared in UTC.
    session_.query(postgres ? "SET TimeZone = 'UTC'" : "SET time_zone = '+00:00'");
    if (postgres) session_.query("SET DateStyle = 'ISO, YMD'");
    session_.query(postgres ? "BEGIN READ ONLY" : "START TRANSACTION READ ONLY");
  }
  ~ReadOnly() {
    try {
      session_.query("ROLLBACK");
    } catch (const std::exception&) {
      // The connection is gone, and the transaction with it.
    }
  }
  ReadOnly(const ReadOnly&) = delete;
  ReadOnly& operator=(const ReadOnly&) = delete;

 private:
  db::Session& session_;
};

std::string only_database(db::Connector& databases, const db::ConnectOptions& access) {
  std::vector<std::string> names = db::list_databases(*databases.connect(access));
  if (names.size() > 1) std::erase(names, "postgres");
  return names.size() == 1 ? names.front() : "";
}

Check run_check(StepContext& context, const db::ConnectOptions& access, const SqlCheck& check) {
  const std::string name = "sql " + check.name;
  db::ConnectOptions there = access;
  there.database = check.database;
  try {
    const auto session = context.databases.connect(there);
    const ReadOnly transaction(*session);
    const db::Result result = session->query(check.sql);
    const auto differs = check.expectation.differs(result, context.clock.now());
    if (!differs)
      return passed(name, fmt::format("{} ({})", check.expectation.text(), check.expectation.seen(result)));
    return failed(name, fmt::format("expected {}, found {} ({}, line {})", check.expectation.text(), *differs,
                                    check.file, check.line));
  } catch (const db::SqlError& e) {
    // A server that is not up is for the machine's Retry; a query that is refused is the check's own failure.
    if (e.name() == "DatabaseUnavailable") throw;
    return failed(name,
                  fmt::format("{}, line {}: {}", check.file, check.line, e.message().substr(0, kMessageMax)));
  }
}

std::vector<SqlCheck> all_checks(StepContext& context, const db::ConnectOptions& access) {
  std::vector<SqlCheck> checks;
  for (const std::string& uri : context.settings.list("verification_sql"))
    for (SqlCheck& check :
         parse_checks(fetch_sql_file(context.api, context.names.region, uri), access.engine))
      checks.push_back(std::move(check));
  if (checks.size() > kChecksMax)
    throw Error("CheckMalformed",
                fmt::format("verification_sql holds {} checks; {} is the most.", checks.size(), kChecksMax),
                "Let one query check several things.");
  return checks;
}

}  // namespace

bool run_checks(StepContext& context, const db::ConnectOptions& access) {
  if (context.settings.list("verification_sql").empty()) return true;
  const CallTime time(context);
  std::vector<SqlCheck> checks = all_checks(context, access);
  Json& done = context.operation.state()["checks_done"];
  if (!done.is_array()) done = Json::array();
  db::ConnectOptions limited = access;
  limited.statement_timeout = std::min(time.longest_statement(), std::chrono::seconds(300));
  std::optional<std::string> fallback;
  for (std::size_t next = done.size(); next < checks.size(); ++next) {
    if (next > 0 && !time.may_begin()) return false;
    SqlCheck& check = checks[next];
    if (check.database.empty()) {
      if (!fallback) fallback = only_database(context.databases, access);
      check.database = *fallback;
    }
    done.push_back(to_json(run_check(context, limited, check)));
  }
  return true;
}

std::vector<Check> sql_checks(const StepContext& context) {
  std::vector<Check> checks;
  for (const Json& check : member_or_null(context.operation.get("state"), "checks_done"))
    checks.push_back(check_from(check));
  return checks;
}

}  // namespace aurora::restore
