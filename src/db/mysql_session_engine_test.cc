// Sessions against a real MariaDB server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "db/mysql_session.h"
#include "db/session.h"
#include "db/testing/mariadb_server.h"
#include "db/testing/process.h"

namespace aurora::db {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::MariaDbServer;
using ::testing::Not;

class MySqlSessionTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<MariaDbServer>(
        MariaDbServer::Options{.tls = true, .settings = {"max_connections=12", "local-infile=1"}});
  }
  static void TearDownTestSuite() { server_.reset(); }

  static std::unique_ptr<Session> connect(const ConnectOptions& options) {
    return NativeConnector().connect(options);
  }
  template <typename Action>
  static SqlError failure(Action action) {
    try {
      action();
    } catch (const SqlError& error) {
      return error;
    }
    ADD_FAILURE() << "it did not fail";
    return {"", "", ""};
  }
  static SqlError refusal(const ConnectOptions& options) {
    return failure([&] { connect(options); });
  }
  static std::string value(Session& session, std::string_view sql,
                           const std::vector<std::optional<std::string>>& parameters = {}) {
    return session.query(sql, parameters).rows.at(0).at(0).value_or("NULL");
  }
  static std::string cipher(const ConnectOptions& options) {
    const auto session = connect(options);
    return session->query("SHOW SESSION STATUS LIKE 'Ssl_cipher'").rows.at(0).at(1).value_or("NULL");
  }
  static ConnectOptions verified(const MariaDbServer& server, std::string host) {
    ConnectOptions options = server.master();
    options.host = std::move(host);
    options.tls = ConnectOptions::Tls::kVerifyFull;
    options.ca_file = server.ca_file();
    return options;
  }

  static std::unique_ptr<MariaDbServer> server_;
};
std::unique_ptr<MariaDbServer> MySqlSessionTest::server_;

TEST_F(MySqlSessionTest, ParametersArriveAsTheyAre) {
  const auto session = connect(server_->master());
  const Result result = session->query("SELECT ? AS a, ? AS b, 7 AS c, ? AS d",
                                       {"it's; ünï 🐬", std::nullopt, std::string("x\0y", 3)});
  EXPECT_EQ(result.columns, (std::vector<std::string>{"a", "b", "c", "d"}));
  ASSERT_EQ(result.rows.size(), 1u);
  EXPECT_EQ(result.rows[0], (Row{"it's; ünï 🐬", std::nullopt, "7", std::string("x\0y", 3)}));
}

TEST_F(MySqlSessionTest, PreparedAndPlainStatementsGiveTheSameText) {
  const auto session = connect(server_->master());
  session->query(
      "CREATE OR REPLACE TABLE kinds (i BIGINT UNSIGNED, d DECIMAL(20,5), f DOUBLE, t DATETIME(6), "
      "b BLOB, y YEAR, z TIME, s TEXT)");
  session->query(
      "INSERT INTO kinds VALUES (18446744073709551615, -1.5, 0.1, '2026-01-02 03:04:05.000007', "
      "x'00ff27', 2026, '-12:00:00', REPEAT('ä', 30000))");
  const Result plain = session->query("SELECT * FROM kinds");
  EXPECT_EQ(session->query("SELECT * FROM kinds WHERE i > ?", {"0"}).rows, plain.rows);
  EXPECT_EQ(plain.rows.at(0).at(4), std::string("\0\xff'", 3));
}

TEST_F(MySqlSessionTest, AffectedRowsAreCounted) {
  const auto session = connect(server_->master());
  session->query("CREATE TEMPORARY TABLE t (a int)");
  EXPECT_EQ(session->query("INSERT INTO t VALUES (1), (2), (3)").affected, 3);
  EXPECT_EQ(session->query("DELETE FROM t WHERE a > ?", {"1"}).affected, 2);
}

TEST_F(MySqlSessionTest, ASecondStatementInTheTextIsRefused) {
  const auto session = connect(server_->master());
  EXPECT_EQ(failure([&] { session->query("SELECT 1; SELECT 2"); }).number(), 1064);
  session->run_all(std::vector<std::string>{"DO 1", "DO 2"});
  EXPECT_EQ(failure([&] { session->query("SELECT 1; SELECT 2"); }).number(), 1064) << "also after run_all";
}

TEST_F(MySqlSessionTest, QuotedNamesAndLiteralsStayOneTokenInEveryMode) {
  const auto session = connect(server_->master());
  const std::string tricky = "x'; DROP TABLE y; -- \\ \" `";
  for (const char* mode : {"", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ANSI,NO_BACKSLASH_ESCAPES"}) {
    session->query("SET SESSION sql_mode = ?", {mode});
    EXPECT_EQ(value(*session, "SELECT " + session->quote_literal(tricky)), tricky) << mode;
    EXPECT_EQ(session->query("SELECT 1 AS " + session->quote_identifier("a`\"b")).columns.at(0), "a`\"b");
  }
}

TEST_F(MySqlSessionTest, TheCharacterSetIsUtf8Mb4) {
  EXPECT_EQ(value(*connect(server_->master()), "SELECT @@character_set_connection"), "utf8mb4");
}

TEST_F(MySqlSessionTest, TheServerCannotAskForFiles) {
  const auto session = connect(server_->master());
  session->query("CREATE TEMPORARY TABLE t (a text)");
  EXPECT_THROW(session->query("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE t"), SqlError);
}

TEST_F(MySqlSessionTest, PreferredTlsIsUsedWhereTheServerHasIt) {
  EXPECT_NE(cipher(server_->master()), "");
  ConnectOptions options = server_->master();
  options.tls = ConnectOptions::Tls::kDisable;
  EXPECT_EQ(cipher(options), "");
}

TEST_F(MySqlSessionTest, VerifiedTlsNeedsTheRightAuthority) {
  EXPECT_NE(cipher(verified(*server_, "localhost")), "");
  EXPECT_NE(cipher(verified(*server_, "127.0.0.1")), "") << "an address in the certificate counts as a name";

  const MariaDbServer other({.tls = true, .settings = {}, .names = "DNS:elsewhere.example,IP:192.0.2.1"});
  ConnectOptions options = verified(*server_, "localhost");
  options.ca_file = other.ca_file();
  const SqlError error = refusal(options);
  EXPECT_EQ(error.name(), "DatabaseError");
  EXPECT_THAT(error.message(), HasSubstr("certificate"));
  EXPECT_THAT(error.hint(), HasSubstr("certificate bundle"));

  for (const char* host : {"localhost", "127.0.0.1"}) {
    const SqlError wrong_name = refusal(verified(other, host));
    EXPECT_EQ(wrong_name.name(), "DatabaseError") << host;
    EXPECT_EQ(wrong_name.number(), 2026) << host;
  }
}

TEST_F(MySqlSessionTest, VerifiedTlsIsNotLeftOutWhereTheServerHasNone) {
  const MariaDbServer plain;
  ConnectOptions options = plain.master();
  options.tls = ConnectOptions::Tls::kVerifyFull;
  options.ca_file = server_->ca_file();
  EXPECT_EQ(refusal(options).name(), "DatabaseError");
  options.tls = ConnectOptions::Tls::kPrefer;
  EXPECT_EQ(cipher(options), "");
}

TEST_F(MySqlSessionTest, ACertificateFileThatIsNotThereIsNamed) {
  ConnectOptions options = verified(*server_, "localhost");
  options.ca_file = "/nowhere/bundle.pem";
  EXPECT_EQ(refusal(options).name(), "DatabaseError");
}

TEST_F(MySqlSessionTest, WrongPasswordIsALoginFailureWithoutThePassword) {
  const SqlError error = refusal(server_->as("dbmaster", "a-wrong-word"));
  EXPECT_EQ(error.name(), "DatabaseLoginFailed");
  EXPECT_EQ(error.sql_state(), "28000");
  EXPECT_THAT(error.what(), Not(HasSubstr("a-wrong-word")));
}

TEST_F(MySqlSessionTest, NoPasswordIsNotTakenFromTheEnvironment) {
  setenv("MYSQL_PWD", "master-password", 1);
  EXPECT_EQ(refusal(server_->as("dbmaster", "")).name(), "DatabaseLoginFailed");
  unsetenv("MYSQL_PWD");
}

TEST_F(MySqlSessionTest, MissingDatabaseIsNoPassingFailure) {
  const SqlError error = refusal(server_->superuser("nowhere"));
  EXPECT_EQ(error.name(), "DatabaseError");
  EXPECT_EQ(error.number(), 1049);
}

TEST_F(MySqlSessionTest, NobodyListeningIsUnavailable) {
  ConnectOptions options = server_->master();
  options.port = testing::free_port();
  EXPECT_EQ(refusal(options).name(), "DatabaseUnavailable");
}

TEST_F(MySqlSessionTest, AServerThatSaysNothingIsUnavailableAfterTheTimeout) {
  const testing::SilentListener listener;
  ConnectOptions options = server_->master();
  options.port = listener.port();
  options.connect_timeout = 1s;
  EXPECT_EQ(refusal(options).name(), "DatabaseUnavailable");
}

TEST_F(MySqlSessionTest, TooManyConnectionsAreUnavailable) {
  std::vector<std::unique_ptr<Session>> open;
  const SqlError error = failure([&] {
    for (int count = 0; count < 20; ++count) open.push_back(connect(server_->master()));
  });
  EXPECT_EQ(error.name(), "DatabaseUnavailable");
  EXPECT_EQ(error.number(), 1040);
}

TEST_F(MySqlSessionTest, StatementsEndAtTheirTimeout) {
  ConnectOptions options = server_->master();
  options.statement_timeout = 1s;
  const auto session = connect(options);
  EXPECT_EQ(failure([&] { session->query("SELECT SLEEP(30)"); }).number(), 1969);
  EXPECT_EQ(value(*session, "SELECT 1"), "1") << "the session stays usable";
}

TEST_F(MySqlSessionTest, StatementsWithPasswordsStayOutOfMessages) {
  const auto session = connect(server_->master());
  const SqlError error =
      failure([&] { session->query("CREATE USER 'x' IDENTIFIED BY 'a-secret' NONSENSE 'b-secret'"); });
  EXPECT_THAT(error.message(), Not(HasSubstr("secret")));
  EXPECT_EQ(error.number(), 1064);
}

TEST_F(MySqlSessionTest, ManyStatementsRunEachAndDropTheirResults) {
  const auto session = connect(server_->master());
  session->query("CREATE TEMPORARY TABLE t (a int)");
  std::vector<std::string> statements;
  for (int number = 0; number < 500; ++number)
    statements.push_back(number % 2 == 0 ? "INSERT INTO t VALUES (1) -- comment" : "SELECT * FROM t");
  session->run_all(statements);
  EXPECT_EQ(value(*session, "SELECT COUNT(*) FROM t"), "250");
}

TEST_F(MySqlSessionTest, ManyStatementsStopAtTheFirstFailureAndNameIt) {
  const auto session = connect(server_->master());
  session->query("CREATE TEMPORARY TABLE t (a int)");
  const auto run = [&](std::vector<std::string> statements) {
    return failure([&] { session->run_all(statements); }).message();
  };
  EXPECT_THAT(run({"NONSENSE 'secret'", "INSERT INTO t VALUES (1)"}), HasSubstr("statement 1 of 2: "));
  EXPECT_THAT(
      run({"INSERT INTO t VALUES (1)", "INSERT INTO nowhere VALUES ('secret')", "INSERT INTO t VALUES (1)"}),
      ::testing::AllOf(HasSubstr("statement 2 of 3: "), Not(HasSubstr("secret"))));
  EXPECT_EQ(value(*session, "SELECT COUNT(*) FROM t"), "1") << "and the session goes on";
}

TEST_F(MySqlSessionTest, ManyStatementsMayBeLargerThanOneMessage) {
  const auto session = connect(server_->master());
  session->query("CREATE TEMPORARY TABLE t (a longtext)");
  const std::vector<std::string> statements(5, "INSERT INTO t VALUES ('" + std::string(700'000, 'x') + "')");
  session->run_all(statements);
  EXPECT_EQ(value(*session, "SELECT SUM(LENGTH(a)) FROM t"), "3500000");
}

TEST_F(MySqlSessionTest, CallsGiveTheirFirstResult) {
  const auto session = connect(server_->master());
  session->query("CREATE OR REPLACE PROCEDURE two() BEGIN SELECT 1; SELECT 2; END");
  EXPECT_EQ(value(*session, "CALL two()"), "1");
  EXPECT_EQ(value(*session, "SELECT 3"), "3") << "nothing of the call is left over";
}

TEST_F(MySqlSessionTest, TheHashOfAPasswordIsTheServersOwn) {
  const auto session = connect(server_->master());
  EXPECT_EQ(session->password_verifier("somebody", Secret("pass'wörd")),
            value(*session, "SELECT PASSWORD(?)", {"pass'wörd"}));
}

TEST_F(MySqlSessionTest, ALocalSocketIsAHost) {
  ConnectOptions options = server_->master();
  options.host = server_->socket();
  EXPECT_EQ(value(*connect(options), "SELECT 1"), "1");
}

TEST_F(MySqlSessionTest, AUserWithAPluginThatIsNoneOfOursIsRefusedClearly) {
  const auto root = connect(server_->superuser());
  root->query("INSTALL SONAME 'auth_ed25519'");
  root->query("CREATE USER curve IDENTIFIED VIA ed25519 USING PASSWORD('x')");
  const SqlError error = refusal(server_->as("curve", "x"));
  EXPECT_EQ(error.name(), "DatabaseError") << error.what();
  EXPECT_THAT(error.hint(), HasSubstr("caching_sha2_password")) << error.number() << error.what();
}

TEST(MySqlSessionLoss, AServerThatGoesAwayIsUnavailable) {
  MariaDbServer server;
  const auto session = NativeConnector().connect(server.master());
  server.stop();
  for (int time = 0; time < 2; ++time) {
    try {
      session->query("SELECT 1");
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
