#include "cli/seed/demo_data.h"

namespace aurora::cli {
namespace {

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

}  // namespace

bool load_postgresql(db::Session& session, int scale, TaskReport& report) {
  const bool has_pgbench = has_table(session, "public.pgbench_accounts");
  const bool has_shop = has_table(session, "app_schema.orders");
  if (!has_pgbench) load_pgbench(session, scale, report);
  if (!has_shop) in_transaction(session, [&] { run_script(session, "shop"); });
  return has_pgbench && has_shop;
}

}  // namespace aurora::cli
