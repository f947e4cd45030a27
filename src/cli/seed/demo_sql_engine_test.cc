#include <gtest/gtest.h>

#include "cli/seed/demo_sql.h"
#include "db/testing/postgres_server.h"

namespace aurora::cli {
namespace {

// The scripts on a real server, as the master user that Aurora gives: no superuser.
class DemoSql : public testing::Test {
 protected:
  void load(std::string_view script, const std::map<std::string, int>& values = {}) {
    for (const std::string& statement : sql_statements(demo_sql(script), values)) session->query(statement);
  }
  std::string value(std::string_view sql) { return session->query(sql).rows.at(0).at(0).value_or("null"); }

  db::testing::PostgresServer server;
  std::unique_ptr<db::Session> session = db::NativeConnector().connect(server.master());
};

TEST_F(DemoSql, PgbenchHasItsRowsAndKeys) {
  load("pgbench_tables", {{"scale", 1}});
  load("pgbench_accounts", {{"branch", 1}});
  load("pgbench_keys", {{"scale", 1}});
  EXPECT_EQ(value("SELECT count(*) FROM pgbench_accounts"), "100000");
  EXPECT_EQ(value("SELECT count(*) FROM pgbench_tellers"), "10");
  EXPECT_EQ(value("SELECT count(*) FROM pgbench_history"), "20000");
  EXPECT_EQ(value("SELECT count(*) FROM pg_constraint WHERE contype IN ('p', 'f') AND "
                  "conrelid::regclass::text LIKE 'pgbench%'"),
            "8");
  // Ten of these are the 100 MB that the demo promises.
  EXPECT_GT(std::stol(value("SELECT pg_total_relation_size('pgbench_accounts')")), 10'500'000);
}

TEST_F(DemoSql, LargestScaleFitsItsColumns) {
  load("pgbench_tables", {{"scale", 1000}});
  load("pgbench_accounts", {{"branch", 1000}});
  EXPECT_EQ(value("SELECT max(aid) FROM pgbench_accounts"), "100000000");
}

TEST_F(DemoSql, ShopHasEveryKindOfObject) {
  load("shop");
  EXPECT_EQ(value("SELECT count(*) FROM app_schema.orders"), "50000");
  EXPECT_EQ(value("SELECT count(*) FROM app_schema.order_overview"), "50000");
  EXPECT_EQ(value("SELECT min(number) FROM app_schema.orders"), "100000");
  EXPECT_EQ(value("SELECT nextval('app_schema.order_number')"), "150000");
  EXPECT_EQ(value("SELECT count(*) > 0 FROM public.users WHERE name LIKE 'Zoë%'"), "t");
  EXPECT_EQ(value("SELECT app_schema.total_spent(1) = (SELECT sum(quantity * unit_price) FROM "
                  "app_schema.orders WHERE user_id = 1)"),
            "t");
  EXPECT_THROW(
      session->query("INSERT INTO app_schema.orders (user_id, product_id, quantity, unit_price, ordered_at) "
                     "VALUES (0, 1, 1, 1, now())"),
      db::SqlError)
      << "the foreign key must hold";
}

TEST_F(DemoSql, TheSameEveryTime) {
  load("shop");
  const std::string once =
      value("SELECT md5(string_agg(o::text, '' ORDER BY number)) FROM app_schema.orders o");
  session->query("DROP SCHEMA app_schema CASCADE");
  session->query("DROP TABLE public.users, public.products");
  load("shop");
  EXPECT_EQ(value("SELECT md5(string_agg(o::text, '' ORDER BY number)) FROM app_schema.orders o"), once);
}

}  // namespace
}  // namespace aurora::cli
