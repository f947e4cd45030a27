#include <fmt/format.h>

#include "aws/rds.h"
#include "base/text.h"
#include "cli/seed/demo_sql.h"
#include "cli/seed/seed.h"

namespace aurora::cli {
namespace {

constexpr auto kConnectEvery = std::chrono::milliseconds(250);
constexpr int kConnectAttempts = 120;

std::unique_ptr<db::Session> connect(Context& context, World& world, const MasterLogin& login,
                                     TaskReport& report) {
  const auto cluster = aws::Rds(*world.api, kDemoSourceRegion).find_cluster(kDemoSourceCluster);
  if (!cluster) throw Error("SeedFailed", fmt::format("cluster {} is gone", kDemoSourceCluster));
  db::ConnectOptions options;
  options.host = cluster->endpoint;
  options.port = static_cast<unsigned short>(cluster->port);
  options.user = login.username;
  options.password = login.password;
  for (int attempt = 1;; ++attempt) {
    try {
      return context.connector.connect(options);
    } catch (const db::SqlError& error) {
      if (error.name() != "DatabaseUnavailable" || attempt == kConnectAttempts) throw;
      report.wait(kConnectEvery, -1, "waiting for the server");
    }
  }
}

void run_script(db::Session& session, std::string_view name, const std::map<std::string, int>& values = {}) {
  for (const std::string& statement : sql_statements(demo_sql(name), values)) session.query(statement);
}

bool has_table(db::Session& session, const std::string& table) {
  const db::Result result = session.query("SELECT to_regclass($1) IS NOT NULL", {table});
  return result.rows.at(0).at(0) == "t";
}

// All or nothing: interrupted work is rolled back with the connection, so a table that is there is whole.
template <class Work>
void in_transaction(db::Session& session, Work work) {
  session.query("BEGIN");
  work();
  session.query("COMMIT");
}

void load_pgbench(db::Session& session, int scale, TaskReport& report) {
  in_transaction(session, [&] {
    run_script(session, "pgbench_tables", {{"scale", scale}});
    for (int branch = 1; branch <= scale; ++branch) {
      // Keys and indexes take about as long as the last fifth.
      report.progress(80.0 * (branch - 1) / scale);
      run_script(session, "pgbench_accounts", {{"branch", branch}});
    }
    report.progress(80);
    run_script(session, "pgbench_keys", {{"scale", scale}});
    report.progress(100);
  });
}

std::string size_note(db::Session& session) {
  const db::Result result = session.query(
      "SELECT (SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = "
      "c.relnamespace "
      "WHERE c.relkind = 'r' AND n.nspname IN ('public', 'app_schema'))::bigint, "
      "(SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind = 'r' AND n.nspname IN ('public', 'app_schema'))");
  return fmt::format("{} tables, {}", result.rows.at(0).at(1).value_or("0"),
                     human_bytes(std::stoull(result.rows.at(0).at(0).value_or("0"))));
}

}  // namespace

std::string seed_data(Context& context, World& world, const MasterLogin& login, int scale,
                      TaskReport& report) {
  const std::unique_ptr<db::Session> session = connect(context, world, login, report);
  const bool has_pgbench = has_table(*session, "public.pgbench_accounts");
  const bool has_shop = has_table(*session, "app_schema.orders");
  if (!has_pgbench) load_pgbench(*session, scale, report);
  if (!has_shop) in_transaction(*session, [&] { run_script(*session, "shop"); });
  return size_note(*session) + (has_pgbench && has_shop ? ", there already" : "");
}

}  // namespace aurora::cli
