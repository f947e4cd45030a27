// Sessions against a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "base/ids.h"
#include "db/session.h"
#include "db/testing/postgres_server.h"
#include "db/testing/process.h"

namespace aurora::db {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::PostgresServer;

class SessionTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<PostgresServer>(PostgresServer::Options{
        .tls = true, .settings = {"max_connections=12", "listen_addresses=127.0.0.1,127.0.0.2"}});
  }
  static void TearDownTestSuite() { server_.reset(); }

  static std::unique_ptr<Session> connect(const ConnectOptions& options) {
    return NativeConnector().connect(options);
  }
  static SqlError refusal(const ConnectOptions& options) {
    try {
      connect(options);
    } catch (const SqlError& error) {
      return error;
    }
    ADD_FAILURE() << "the connection was not refused";
    return {"", "", ""};
  }
  template <typename Action>
  static SqlError failure(Action action) {
    try {
      action();
    } catch (const SqlError& error) {
      return error;
    }
    ADD_FAILURE() << "the statement did not fail";
    return {"", "", ""};
  }
  static std::string value(Session& session, std::string_view sql,
                           const std::vector<std::optional<std::string>>& parameters = {}) {
    return session.query(sql, parameters).rows.at(0).at(0).value_or("NULL");
  }

  static std::unique_ptr<PostgresServer> server_;
};
std::unique_ptr<PostgresServer> SessionTest::server_;

TEST_F(SessionTest, ParametersArriveAsTheyAre) {
  const auto session = connect(server_->master());
  const Result result =
      session->query("SELECT $1::text AS a, $2::text AS b, 7 AS c", {"it's; ünï", std::nullopt});
  EXPECT_EQ(result.columns, (std::vector<std::string>{"a", "b", "c"}));
  ASSERT_EQ(result.rows.size(), 1u);
  EXPECT_EQ(result.rows[0], (Row{"it's; ünï", std::nullopt, "7"}));
}

TEST_F(SessionTest, AffectedRowsAreCounted) {
  const auto session = connect(server_->master());
  session->query("CREATE TEMPORARY TABLE t (a int)");
  EXPECT_EQ(session->query("INSERT INTO t SELECT generate_series(1, 5)").affected, 5);
  EXPECT_EQ(session->query("DELETE FROM t WHERE a > 3").affected, 2);
}

TEST_F(SessionTest, ASecondStatementInTheTextIsRefused) {
  const auto session = connect(server_->master());
  EXPECT_EQ(failure([&] { session->query("SELECT 1; SELECT 2"); }).sql_state(), "42601");
}

TEST_F(SessionTest, QuotedNamesAndLiteralsStayOneToken) {
  const auto session = connect(server_->master());
  EXPECT_EQ(session->quote_identifier("a\"b"), "\"a\"\"b\"");
  const std::string tricky = "x'; DROP TABLE y; --\\";
  EXPECT_EQ(value(*session, "SELECT " + session->quote_literal(tricky)), tricky);
}

TEST_F(SessionTest, NulCharactersAreRefusedRatherThanCut) {
  const auto session = connect(server_->master());
  const std::string nul("a\0b", 3);
  EXPECT_THROW(session->query("SELECT $1::text", {nul}), Error);
  EXPECT_THROW(session->quote_identifier(nul), Error);
  EXPECT_THROW(session->quote_literal(nul), Error);
  EXPECT_THROW(connect(server_->as(nul, "x")), Error);
}

TEST_F(SessionTest, PreferredTlsIsUsedWhereTheServerHasIt) {
  const auto session = connect(server_->master());
  EXPECT_EQ(value(*session, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"), "t");
}

// libpq would read these and fall back to no TLS, silently.
TEST_F(SessionTest, FilesInTheHomeFolderDoNotMatter) {
  const auto home = std::filesystem::temp_directory_path() / ("aurora-home-" + random_hex(8));
  std::filesystem::create_directories(home / ".postgresql");
  for (const char* file : {"postgresql.crt", "postgresql.key", "root.crt", "root.crl"})
    write_file(home / ".postgresql" / file, "no certificate", 0600);
  write_file(home / ".pgpass", "*:*:*:*:another-password", 0600);
  setenv("HOME", home.c_str(), 1);
  EXPECT_EQ(value(*connect(server_->master()), "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"),
            "t");
  std::filesystem::remove_all(home);
}

TEST_F(SessionTest, DisabledTlsIsNotUsed) {
  ConnectOptions options = server_->master();
  options.tls = ConnectOptions::Tls::kDisable;
  EXPECT_EQ(value(*connect(options), "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"), "f");
}

TEST_F(SessionTest, VerifiedTlsNeedsTheRightAuthority) {
  ConnectOptions options = server_->master();
  options.tls = ConnectOptions::Tls::kVerifyFull;
  EXPECT_THROW(connect(options), Error) << "no certificate file";
  options.ca_file = server_->ca_file();
  EXPECT_EQ(value(*connect(options), "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"), "t");

  const PostgresServer other({.tls = true, .settings = {}});
  options.ca_file = other.ca_file();
  const SqlError error = refusal(options);
  EXPECT_EQ(error.name(), "DatabaseError");
  EXPECT_THAT(error.message(), HasSubstr("certificate"));
}

TEST_F(SessionTest, VerifiedTlsNeedsTheRightName) {
  ConnectOptions options = server_->master();
  options.tls = ConnectOptions::Tls::kVerifyFull;
  options.ca_file = server_->ca_file();
  for (const char* host : {"localhost", "127.0.0.1"}) {
    options.host = host;
    EXPECT_NO_THROW(connect(options)) << host;
  }
  options.host = "127.0.0.2";  // the server listens there too, and its certificate does not say so
  EXPECT_EQ(refusal(options).name(), "DatabaseError");
}

TEST_F(SessionTest, WrongPasswordIsALoginFailureWithoutThePassword) {
  const SqlError error = refusal(server_->as("dbmaster", "a-wrong-word"));
  EXPECT_EQ(error.name(), "DatabaseLoginFailed");
  EXPECT_EQ(error.sql_state(), "28P01");
  EXPECT_THAT(error.what(), Not(HasSubstr("a-wrong-word")));
  EXPECT_THAT(error.hint(), Not(HasSubstr("a-wrong-word")));
}

TEST_F(SessionTest, MissingDatabaseIsNoPassingFailure) {
  const SqlError error = refusal(server_->master("nowhere"));
  EXPECT_EQ(error.name(), "DatabaseError");
  EXPECT_EQ(error.sql_state(), "3D000");
}

TEST_F(SessionTest, NobodyListeningIsUnavailable) {
  ConnectOptions options = server_->master();
  options.port = testing::free_port();
  EXPECT_EQ(refusal(options).name(), "DatabaseUnavailable");
}

TEST_F(SessionTest, AServerThatSaysNothingIsUnavailableAfterTheTimeout) {
  const testing::SilentListener listener;
  ConnectOptions options = server_->master();
  options.port = listener.port();
  options.connect_timeout = 1s;
  const SqlError error = refusal(options);
  EXPECT_EQ(error.name(), "DatabaseUnavailable");
  EXPECT_THAT(error.message(), HasSubstr("no answer within 1 s"));
}

TEST_F(SessionTest, TooManyConnectionsAreUnavailable) {
  std::vector<std::unique_ptr<Session>> open;
  const SqlError error = failure([&] {
    for (int count = 0; count < 20; ++count) open.push_back(connect(server_->master()));
  });
  EXPECT_EQ(error.name(), "DatabaseUnavailable");
  EXPECT_EQ(error.sql_state(), "53300");
}

TEST_F(SessionTest, OptionsCannotSmuggleInOtherOptions) {
  ConnectOptions options = server_->master("app");
  options.application_name = "x' host=elsewhere sslmode=disable";
  EXPECT_EQ(
      value(*connect(options), "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()"),
      "x' host=elsewhere sslmode=disable");
  EXPECT_EQ(refusal(server_->master("host=127.0.0.1 dbname=postgres")).sql_state(), "3D000");
}

TEST_F(SessionTest, StatementsEndAtTheirTimeout) {
  ConnectOptions options = server_->master();
  options.statement_timeout = 1s;
  const auto session = connect(options);
  EXPECT_EQ(failure([&] { session->query("SELECT pg_sleep(30)"); }).sql_state(), "57014");
  EXPECT_EQ(value(*session, "SELECT 1"), "1") << "the session stays usable";
}

TEST_F(SessionTest, RowsOfAFailedConstraintStayOutOfTheMessage) {
  const auto session = connect(server_->master());
  session->query("CREATE TEMPORARY TABLE people (email text PRIMARY KEY)");
  session->query("INSERT INTO people VALUES ('ada@example.org')");
  const SqlError error = failure([&] { session->query("INSERT INTO people VALUES ('ada@example.org')"); });
  EXPECT_EQ(error.sql_state(), "23505");
  EXPECT_THAT(error.message(), Not(HasSubstr("ada@example.org")));
}

TEST_F(SessionTest, CommitOfAFailedTransactionIsAnError) {
  const auto session = connect(server_->master());
  session->query("BEGIN");
  failure([&] { session->query("SELECT 1/0"); });
  EXPECT_EQ(failure([&] { session->query("COMMIT"); }).sql_state(), "25P02");
}

TEST_F(SessionTest, PasswordsAreSentAsVerifiers) {
  const auto session = connect(server_->master());
  const std::string verifier = session->password_verifier("somebody", Secret("a-secret-word"));
  EXPECT_THAT(verifier, ::testing::StartsWith("SCRAM-SHA-256$4096:"));
  EXPECT_THAT(verifier, Not(HasSubstr("a-secret-word")));
}

TEST_F(SessionTest, ManyStatementsRunInOrder) {
  const auto session = connect(server_->master());
  session->query("CREATE TEMPORARY TABLE t (a text)");
  std::vector<std::string> statements;
  for (int number = 0; number < 2000; ++number)
    statements.push_back(number % 2 == 0 ? "INSERT INTO t VALUES (repeat('x', 2000)) -- comment"
                                         : "SELECT a FROM t LIMIT 100");
  session->run_all(statements);
  EXPECT_EQ(value(*session, "SELECT count(*) FROM t"), "1000");
}

TEST_F(SessionTest, ManyStatementsStopAtTheFirstFailureAndNameIt) {
  const auto session = connect(server_->master());
  session->query("CREATE TEMPORARY TABLE t (a int)");
  const std::vector<std::string> statements{
      "INSERT INTO t VALUES (1)", "INSERT INTO nowhere VALUES ('secret')", "INSERT INTO t VALUES (1)"};
  const SqlError error = failure([&] { session->run_all(statements); });
  EXPECT_THAT(error.message(), HasSubstr("statement 2 of 3: "));
  EXPECT_THAT(error.message(), Not(HasSubstr("secret")));
  EXPECT_EQ(error.sql_state(), "42P01");
  EXPECT_EQ(value(*session, "SELECT count(*) FROM t"), "0") << "they were one transaction";
}

TEST_F(SessionTest, ManyStatementsHoldNoSecondOneInOne) {
  const auto session = connect(server_->master());
  const SqlError error = failure([&] { session->run_all(std::vector<std::string>{"SELECT 1; SELECT 2"}); });
  EXPECT_EQ(error.sql_state(), "42601");
}

TEST_F(SessionTest, ManyStatementsInAnOpenTransactionArePartOfIt) {
  const auto session = connect(server_->master());
  session->query("CREATE TEMPORARY TABLE t (a text)");
  session->query("BEGIN");
  session->run_all(std::vector<std::string>(5, "INSERT INTO t VALUES ('" + std::string(700'000, 'x') + "')"));
  EXPECT_EQ(value(*session, "SELECT count(*) FROM t"), "5");
  session->query("ROLLBACK");
  EXPECT_EQ(value(*session, "SELECT count(*) FROM t"), "0");
}

TEST(SessionLoss, AServerThatGoesAwayIsUnavailable) {
  PostgresServer server;
  const auto session = NativeConnector().connect(server.master());
  server.stop();
  for (int time = 0; time < 2; ++time) {
    try {
      if (time == 0)
        session->query("SELECT 1");
      else
        session->run_all(std::vector<std::string>{"SELECT 1", "SELECT 2"});
      FAIL() << "answered without a server";
    } catch (const SqlError& error) {
      EXPECT_EQ(error.name(), "DatabaseUnavailable") << error.what();
    }
  }
  server.start();
  EXPECT_NO_THROW(NativeConnector().connect(server.master())->query("SELECT 1"));
}

}  // namespace
}  // namespace aurora::db
