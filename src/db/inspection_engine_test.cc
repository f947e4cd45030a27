// The inventory of a real database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/inspection.h"
#include "db/testing/fake_session.h"
#include "db/testing/postgres_server.h"

namespace aurora::db {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::PostgresServer;
using ::testing::StartsWith;

TEST(Inspection, CountsWhatIsTheUsersOwn) {
  const PostgresServer server;
  const auto superuser = NativeConnector().connect(server.superuser("app"));
  superuser->query("CREATE EXTENSION pg_stat_statements");
  const auto session = NativeConnector().connect(server.master());
  for (const char* statement :
       {"CREATE SCHEMA app_schema", "CREATE TABLE public.users (id serial PRIMARY KEY, name text)",
        "CREATE TABLE app_schema.orders (id int PRIMARY KEY, user_id int REFERENCES public.users)",
        "CREATE TABLE public.events (day int) PARTITION BY RANGE (day)",
        "CREATE TABLE public.events_1 PARTITION OF public.events FOR VALUES FROM (0) TO (10)",
        "INSERT INTO public.users (name) SELECT i::text FROM generate_series(1, 500) i",
        "CREATE VIEW public.names AS SELECT name FROM public.users",
        "CREATE MATERIALIZED VIEW public.kept AS SELECT 1 AS a",
        "CREATE FUNCTION app_schema.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE public.users ADD CONSTRAINT named CHECK (name <> '') NOT VALID", "ANALYZE public.users"})
    session->query(statement);
  superuser->query(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app_schema.orders_pkey'::regclass");

  const Inventory inventory = inspect(*session);
  EXPECT_THAT(inventory.schemas, ElementsAre("app_schema", "public"));
  std::vector<std::string> names;
  for (const Table& table : inventory.tables) names.push_back(table.full_name() + ": " + table.kind);
  EXPECT_THAT(names, ElementsAre("app_schema.orders: table", "public.events: partitioned table",
                                 "public.events_1: partition", "public.kept: materialized view",
                                 "public.users: table"));
  EXPECT_EQ(inventory.tables.back().estimated_rows, 500);
  EXPECT_GT(inventory.tables.back().bytes, 8192);
  EXPECT_EQ(inventory.views, 2);
  EXPECT_EQ(inventory.functions, 1);
  EXPECT_THAT(inventory.view_names, ElementsAre("public.kept", "public.names"));
  EXPECT_THAT(inventory.routine_names, ElementsAre("app_schema.f()"));
  EXPECT_THAT(inventory.sequence_names, ElementsAre("public.users_id_seq"));
  EXPECT_EQ(inventory.sequences, 1);
  EXPECT_EQ(inventory.foreign_keys, 1);
  EXPECT_EQ(inventory.indexes, 2);
  EXPECT_EQ(inventory.triggers, 0) << "those of foreign keys are internal";
  EXPECT_THAT(inventory.extensions, ElementsAre(StartsWith("pg_stat_statements "), StartsWith("plpgsql ")));
  EXPECT_THAT(inventory.invalid_indexes, ElementsAre("app_schema.orders_pkey"));
  EXPECT_THAT(inventory.unvalidated_constraints, ElementsAre("public.users.named"));
}

TEST(Inspection, KnowsTheServer) {
  const PostgresServer server;
  const auto session = NativeConnector().connect(server.master());
  const ServerInfo info = server_info(*session);
  EXPECT_EQ(info.version.find_first_not_of("0123456789."), std::string::npos) << info.version;
  EXPECT_FALSE(info.in_recovery);
  EXPECT_GE(info.uptime_seconds, 0);
  EXPECT_LT(info.uptime_seconds, 60);
  EXPECT_EQ(info.encoding, "UTF8");
  EXPECT_EQ(info.collation, "C.UTF-8");
  EXPECT_FALSE(info.data_checksums);
}

}  // namespace
}  // namespace aurora::db
