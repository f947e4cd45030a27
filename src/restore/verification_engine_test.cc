// Scripts, checks, users and comparisons against real servers.
#include "db/testing/mariadb_server.h"
#include "db/testing/postgres_server.h"
#include "restore/checks.h"
#include "restore/manifest_store.h"
#include "restore/scripts.h"
#include "restore/testing/sql_world.h"
#include "restore/verification_comparison.h"
#include "restore/verification_users.h"

namespace aurora::restore {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void run_on(const db::ConnectOptions& access, const std::vector<std::string>& statements) {
  const auto session = db::NativeConnector().connect(access);
  for (const std::string& statement : statements) session->query(statement);
}

std::string value_of(const db::ConnectOptions& access, const std::string& sql) {
  const db::Result result = db::NativeConnector().connect(access)->query(sql);
  return result.rows.empty() ? "no rows" : result.rows[0].at(0).value_or("null");
}

// A cluster with a shop; `access()` is its master.
class OnPostgres : public testing::SqlWorld {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<db::testing::PostgresServer>(); }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    run_on(server_->master("app"), {"CREATE TABLE public.users (id bigserial PRIMARY KEY, email text)",
                                    "INSERT INTO public.users (email) SELECT 'user' || i || '@example.com' "
                                    "FROM generate_series(1, 50) i",
                                    "CREATE TABLE public.orders (id int PRIMARY KEY, placed timestamptz)",
                                    "INSERT INTO public.orders VALUES (1, '2026-11-21 03:00:00+00')",
                                    "CREATE VIEW public.v AS SELECT 1 AS a"});
  }
  void TearDown() override {
    run_on(server_->master("app"),
           {"DROP VIEW IF EXISTS public.v", "DROP TABLE IF EXISTS public.users, public.orders",
            "DROP SCHEMA IF EXISTS aurora_restore CASCADE"});
  }

  db::ConnectOptions access() const { return server_->master("app"); }

  // As `snapshots manifest` takes it.
  std::string take_manifest() {
    Manifest manifest = outline_of(databases, access());
    manifest.engine = "aurora-postgresql";
    for (const std::string& database : {std::string("app"), std::string("postgres")})
      for (const auto& [name, contents] :
           sweep(databases, access(), database, Depth::kChecksums, std::chrono::seconds(60), clock).read)
        for (ManifestTable& table : manifest.tables)
          if (table.name == name) table.contents = contents;
    EXPECT_EQ(manifest.pending(), 0u);
    const std::string uri = std::string("s3://") + kBucket + "/manifest.json";
    store_manifest(api, names.region, *parse_s3_uri(uri), manifest);
    return uri;
  }

  std::vector<Check> compare() {
    StepContext step = context(databases);
    for (int call = 0; call < 20; ++call)
      if (!compare_contents(step, access(), "verify_restore")) break;
    return comparison_checks(step);
  }

  static inline std::unique_ptr<db::testing::PostgresServer> server_;
  db::NativeConnector databases;
};

TEST_F(OnPostgres, ScriptMasksOnceAndLeavesNoMarkBehind) {
  set("post_restore_sql",
      Json::array({put("mask.sql",
                       "-- database: app\nUPDATE users SET email = md5(email);\n"
                       "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$;\n"
                       "DROP FUNCTION f();")}));
  StepContext step = context(databases);
  EXPECT_FALSE(run_scripts(step, access()));
  EXPECT_EQ(operation.get("scripts")[0]["rows"], 50);
  const std::string masked = value_of(access(), "SELECT max(email) FROM users");
  EXPECT_FALSE(run_scripts(step, access()));
  EXPECT_EQ(value_of(access(), "SELECT max(email) FROM users"), masked);
  EXPECT_EQ(value_of(access(), "SELECT count(*) FROM pg_namespace WHERE nspname = 'aurora_restore'"), "0");
}

TEST_F(OnPostgres, ScriptThatCommittedBeforeItsRecordIsNotRunAgain) {
  const std::string uri = put("count.sql", "-- database: app\nUPDATE orders SET id = id + 1;");
  set("post_restore_sql", Json::array({uri}));
  Operation before = operation;
  StepContext step = context(databases);
  run_scripts(step, access());
  ASSERT_EQ(value_of(access(), "SELECT id FROM orders"), "2");
  // The crash: the commit stands, its mark too, and the operation's record knows nothing of it.
  run_on(access(),
         {"CREATE SCHEMA aurora_restore",
          "CREATE TABLE aurora_restore.script_runs (operation_id varchar(80), run_id varchar(40), position "
          "int, sha256 char(64), status varchar(10), statements bigint, affected bigint)",
          "INSERT INTO aurora_restore.script_runs VALUES ('op-1', '" + before.known("run_id") +
              "', 0, '', 'completed', 1, 1)"});
  before["version"] = operation.version();
  operation = before;
  EXPECT_FALSE(run_scripts(step, access()));
  EXPECT_EQ(value_of(access(), "SELECT id FROM orders"), "2");
  EXPECT_EQ(operation.get("scripts")[0]["status"], "completed");
}

TEST_F(OnPostgres, FailedScriptLeavesNothingOfItself) {
  set("post_restore_sql",
      Json::array({put("bad.sql", "-- database: app\nDELETE FROM orders;\nUPDATE nowhere SET a = 1;")}));
  StepContext step = context(databases);
  EXPECT_THAT(error_of([&] { run_scripts(step, access()); }),
              AllOf(HasSubstr("ScriptFailed: bad.sql failed in statement 2 (line 3)"), HasSubstr("nowhere")));
  EXPECT_EQ(value_of(access(), "SELECT count(*) FROM orders"), "1");
}

TEST_F(OnPostgres, EqualManifestPassesAndSaysHowMuch) {
  set("verification_manifest", take_manifest());
  const auto checks = compare();
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(to_json(checks[0]), Json({{"name", "equals_manifest"},
                                      {"status", "passed"},
                                      {"detail", "2 tables with 51 rows equal the manifest's (checksums)"}}));
}

TEST_F(OnPostgres, EveryKindOfDifferenceIsNamed) {
  set("verification_manifest", take_manifest());
  run_on(access(), {"UPDATE users SET email = 'other' WHERE id = 7", "DELETE FROM orders", "DROP VIEW v",
                    "CREATE TABLE extra (a int)"});
  const auto checks = compare();
  run_on(access(), {"DROP TABLE extra"});
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_TRUE(checks[0].failed());
  EXPECT_THAT(checks[0].detail,
              AllOf(HasSubstr("4 differences"), HasSubstr("app.public.orders: 0 rows instead of 1"),
                    HasSubstr("app.public.users: the same 50 rows by number, not by content"),
                    HasSubstr("view public.v is missing"), HasSubstr("extra: not in the origin")));
}

TEST_F(OnPostgres, DataIsComparedBeforeScriptsChangeIt) {
  set("verification_manifest", take_manifest());
  set("post_restore_sql", Json::array({put("mask.sql", "-- database: app\nUPDATE users SET email = 'x';")}));
  StepContext step = context(databases);
  EXPECT_FALSE(run_scripts(step, access()));
  EXPECT_EQ(value_of(access(), "SELECT count(DISTINCT email) FROM users"), "1");
  const auto checks = compare();
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_FALSE(checks[0].failed()) << checks[0].detail;
}

TEST_F(OnPostgres, ScriptDoesNotTouchDataThatIsNotTheManifests) {
  set("verification_manifest", take_manifest());
  run_on(access(), {"DELETE FROM orders"});
  set("post_restore_sql", Json::array({put("mask.sql", "-- database: app\nUPDATE users SET email = 'x';")}));
  StepContext step = context(databases);
  EXPECT_THAT(error_of([&] { run_scripts(step, access()); }), HasSubstr("VerificationFailed"));
  EXPECT_EQ(value_of(access(), "SELECT count(DISTINCT email) FROM users"), "50");
}

TEST_F(OnPostgres, TableThatTheMasterMayNotReadIsNotTakenForEqual) {
  const std::string uri = take_manifest();
  run_on(server_->superuser("app"), {"ALTER TABLE orders OWNER TO rdsadmin"});
  set("verification_manifest", uri);
  const auto checks = compare();
  run_on(server_->superuser("app"), {"DROP TABLE orders"});
  ASSERT_EQ(checks.size(), 1u);
  EXPECT_EQ(to_json(checks[0])["status"], "incomplete");
  EXPECT_THAT(checks[0].detail,
              AllOf(HasSubstr("1 tables were not compared"), HasSubstr("app.public.orders")));
}

TEST_F(OnPostgres, ChecksCannotWrite) {
  set("verification_sql",
      Json::array(
          {put("c.sql",
               "-- database: app\n-- check: fresh\n-- expect: younger than 1h\nSELECT max(placed) FROM "
               "orders;\n-- check: sly\n-- expect: non-empty\nWITH d AS (DELETE FROM orders "
               "RETURNING 1) SELECT * FROM d;")}));
  StepContext step = context(databases);
  EXPECT_TRUE(run_checks(step, access()));
  const auto checks = sql_checks(step);
  ASSERT_EQ(checks.size(), 2u);
  EXPECT_FALSE(checks[0].failed()) << checks[0].detail;
  EXPECT_TRUE(checks[1].failed());
  EXPECT_THAT(checks[1].detail, HasSubstr("read-only"));
  EXPECT_EQ(value_of(access(), "SELECT count(*) FROM orders"), "1");
}

TEST_F(OnPostgres, UsersAreTriedForWhatTheyMayAndMayNotDo) {
  const db::UserSpec reader{
      .username = "reader", .password = Secret("a-reader-1"), .privileges = {"SELECT"}, .databases = {"app"}};
  const auto master = db::NativeConnector().connect(access());
  db::ensure_user(*master, reader);
  db::grant_privileges(*master, reader);
  const std::vector<db::UserSpec> users{reader};
  StepContext step = context(databases);
  ASSERT_TRUE(check_users(step, access(), users));
  ASSERT_EQ(user_checks(step).size(), 1u);
  EXPECT_FALSE(user_checks(step)[0].failed()) << user_checks(step)[0].detail;
  EXPECT_THAT(user_checks(step)[0].detail, HasSubstr("logs in to app; 5 statements"));
  EXPECT_EQ(value_of(access(), "SELECT count(*) FROM users"), "50") << "trying must change nothing";

  run_on(access(), {"GRANT DELETE ON public.orders TO reader"});
  operation.state().erase("users_done");
  check_users(step, access(), users);
  EXPECT_TRUE(user_checks(step)[0].failed());
  EXPECT_THAT(user_checks(step)[0].detail, HasSubstr("DELETE on public.orders"));

  const std::vector<db::UserSpec> wrong{{.username = "reader",
                                         .password = Secret("another-1"),
                                         .privileges = {"SELECT"},
                                         .databases = {"app"}}};
  operation.state().erase("users_done");
  check_users(step, access(), wrong);
  EXPECT_THAT(user_checks(step)[0].detail, HasSubstr("password authentication failed"));
}

class OnMariaDb : public testing::SqlWorld {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<db::testing::MariaDbServer>(); }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    operation["snapshot_details"]["engine"] = "aurora-mysql";
    run_on(access(), {"CREATE TABLE app.users (id int PRIMARY KEY, email varchar(100)) ENGINE=InnoDB",
                      "INSERT INTO app.users VALUES (1, 'a@example.com'), (2, 'b@example.com')"});
  }
  void TearDown() override {
    run_on(access(), {"DROP TABLE app.users", "DROP DATABASE IF EXISTS aurora_restore"});
  }

  db::ConnectOptions access() const { return server_->master("app"); }

  static inline std::unique_ptr<db::testing::MariaDbServer> server_;
  db::NativeConnector databases;
};

TEST_F(OnMariaDb, ScriptOfDataIsOneTransaction) {
  set("post_restore_sql",
      Json::array({put("bad.sql", "UPDATE app.users SET email = 'x';\nUPDATE app.none SET a = 1;")}));
  StepContext step = context(databases);
  EXPECT_THAT(error_of([&] { run_scripts(step, access()); }),
              HasSubstr("ScriptFailed: bad.sql failed in statement 2"));
  EXPECT_EQ(value_of(access(), "SELECT count(DISTINCT email) FROM app.users"), "2");
  set("post_restore_sql",
      Json::array({put("mask.sql", "-- database: app\nUPDATE users SET email = 'x';\n"),
                   put("code.sql",
                       "-- database: app\nDELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\n"
                       "DROP PROCEDURE p//\n")}));
  EXPECT_FALSE(run_scripts(step, access()));
  EXPECT_EQ(value_of(access(), "SELECT count(DISTINCT email) FROM app.users"), "1");
  EXPECT_EQ(operation.get("scripts")[0]["transaction"], true);
  EXPECT_EQ(operation.get("scripts")[1]["transaction"], false);
  EXPECT_EQ(value_of(access(),
                     "SELECT count(*) FROM information_schema.schemata WHERE schema_name = 'aurora_restore'"),
            "0");
}

TEST_F(OnMariaDb, ComparesWithItselfAndFindsTheRowThatDiffers) {
  Manifest manifest = outline_of(databases, access());
  manifest.engine = "aurora-mysql";
  for (const auto& [name, contents] :
       sweep(databases, access(), "", Depth::kChecksums, std::chrono::seconds(60), clock).read)
    for (ManifestTable& table : manifest.tables)
      if (table.name == name) table.contents = contents;
  EXPECT_EQ(manifest.pending(), 0u);
  const S3Place place{kBucket, "manifest.json"};
  store_manifest(api, names.region, place, manifest);
  set("verification_manifest", place.uri());
  StepContext step = context(databases);
  EXPECT_FALSE(compare_contents(step, access(), "verify_restore"));
  ASSERT_EQ(comparison_checks(step).size(), 1u);
  EXPECT_EQ(to_json(comparison_checks(step)[0])["status"], "passed") << comparison_checks(step)[0].detail;

  run_on(access(), {"UPDATE app.users SET email = 'c' WHERE id = 2"});
  operation.state().erase("comparison");
  EXPECT_FALSE(compare_contents(step, access(), "verify_restore"));
  EXPECT_THAT(comparison_checks(step)[0].detail,
              HasSubstr("app.users: the same 2 rows by number, not by content"));
}

TEST_F(OnMariaDb, UsersAreTriedForWhatTheyMayAndMayNotDo) {
  const db::UserSpec reader{
      .username = "reader", .password = Secret("a-reader-1"), .privileges = {"SELECT"}, .databases = {"app"}};
  const auto master = db::NativeConnector().connect(access());
  db::ensure_user(*master, reader);
  db::grant_privileges(*master, reader);
  const std::vector<db::UserSpec> users{reader};
  StepContext step = context(databases);
  ASSERT_TRUE(check_users(step, access(), users));
  ASSERT_EQ(user_checks(step).size(), 1u);
  EXPECT_FALSE(user_checks(step)[0].failed()) << user_checks(step)[0].detail;
  EXPECT_THAT(user_checks(step)[0].detail, HasSubstr("5 statements"));
  EXPECT_EQ(value_of(access(), "SELECT count(*) FROM app.users"), "2");
}

TEST_F(OnMariaDb, ChecksCannotWrite) {
  set("verification_sql",
      Json::array({put("c.sql",
                       "-- database: app\n-- check: two\n-- expect: rows 2\nSELECT * FROM "
                       "users;\n")}));
  StepContext step = context(databases);
  EXPECT_TRUE(run_checks(step, access()));
  ASSERT_EQ(sql_checks(step).size(), 1u);
  EXPECT_FALSE(sql_checks(step)[0].failed()) << sql_checks(step)[0].detail;
}

}  // namespace
}  // namespace aurora::restore
