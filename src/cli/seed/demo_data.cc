#include "cli/seed/demo_data.h"

#include <fmt/format.h>

#include "aws/rds.h"
#include "base/text.h"
#include "cli/seed/demo_sql.h"
#include "cli/seed/seed.h"

namespace aurora::cli {
namespace {

constexpr auto kConnectEvery = std::chrono::milliseconds(250);
constexpr int kConnectAttempts = 120;

std::unique_ptr<db::Session> connect(Context& context, World& world, const DemoSource& source,
                                     const MasterLogin& login, TaskReport& report) {
  const auto cluster = aws::Rds(*world.api, kDemoSourceRegion).find_cluster(source.cluster);
  if (!cluster)
    throw Error("SeedFailed", fmt::format("cluster {} is gone", source.cluster),
                "`aurora-restore local seed` makes it again.");
  db::ConnectOptions options;
  options.engine = db::engine_of(source.engine).value();
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

std::string size_note(db::Session& session) {
  const db::Result result =
      session.query(session.engine() == db::Engine::kMySql
                        ? "SELECT SUM(data_length + index_length), COUNT(*) FROM information_schema.tables "
                          "WHERE table_type = 'BASE TABLE' AND table_schema IN ('rental', 'reporting')"
                        : "SELECT sum(pg_total_relation_size(c.oid))::bigint, count(*) "
                          "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                          "WHERE c.relkind = 'r' AND n.nspname IN ('public', 'app_schema')");
  return fmt::format("{} tables, {}", result.rows.at(0).at(1).value_or("0"),
                     human_bytes(std::stoull(result.rows.at(0).at(0).value_or("0"))));
}

}  // namespace

void run_script(db::Session& session, std::string_view name, const std::map<std::string, int>& values) {
  for (const std::string& statement : sql_statements(demo_sql(name), values)) session.query(statement);
}

std::string seed_data(Context& context, World& world, const DemoSource& source, const MasterLogin& login,
                      int scale, TaskReport& report) {
  const std::unique_ptr<db::Session> session = connect(context, world, source, login, report);
  const bool was_there = session->engine() == db::Engine::kMySql ? load_mysql(*session, scale, report)
                                                                 : load_postgresql(*session, scale, report);
  return size_note(*session) + (was_there ? ", there already" : "");
}

}  // namespace aurora::cli
