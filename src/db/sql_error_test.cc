#include "db/sql_error.h"

#include <gtest/gtest.h>

namespace aurora::db {
namespace {

ConnectOptions somebody() {
  return {.host = "db.example", .user = "app", .password = Secret("hidden-word"), .database = "shop"};
}

TEST(SqlErrorName, StatesThatPassAreUnavailable) {
  for (const char* state : {"", "57P03", "57P01", "57P02", "53300", "08006", "08001"})
    EXPECT_EQ(error_name(state), "DatabaseUnavailable") << state;
}

TEST(SqlErrorName, RefusedLoginsHaveTheirOwnName) {
  EXPECT_EQ(error_name("28P01"), "DatabaseLoginFailed");
  EXPECT_EQ(error_name("28000"), "DatabaseLoginFailed");
}

TEST(SqlErrorName, EverythingElseStays) {
  for (const char* state : {"42501", "3D000", "53100", "40001", "57014", "XX000"})
    EXPECT_EQ(error_name(state), "DatabaseError") << state;
}

TEST(ConnectionError, StateAndTextComeFromTheVerboseMessage) {
  const SqlError error = connection_error(
      somebody(),
      "connection to server at \"db.example\" (10.0.0.1), port 5432 failed: FATAL:  28P01: password "
      "authentication failed for user \"app\"\nLOCATION:  auth_failed, auth.c:326\n");
  EXPECT_EQ(error.name(), "DatabaseLoginFailed");
  EXPECT_EQ(error.sql_state(), "28P01");
  EXPECT_EQ(error.message(),
            "cannot connect to database shop at db.example:5432 as app: password authentication failed for "
            "user \"app\"");
  EXPECT_FALSE(error.hint().empty());
}

TEST(ConnectionError, SeverityMayBeInAnyLanguage) {
  const SqlError error =
      connection_error(somebody(), "Verbindung fehlgeschlagen: FEHLER:  57P03: das Datenbanksystem startet");
  EXPECT_EQ(error.name(), "DatabaseUnavailable");
  EXPECT_EQ(error.sql_state(), "57P03");
}

TEST(ConnectionError, FirstOfTwoAttemptsCounts) {
  const SqlError error = connection_error(
      somebody(),
      "connection failed: FATAL:  53300: sorry, too many clients already\nLOCATION:  x\nconnection "
      "failed: FATAL:  28000: no pg_hba.conf entry\n");
  EXPECT_EQ(error.sql_state(), "53300");
  EXPECT_EQ(error.name(), "DatabaseUnavailable");
}

TEST(ConnectionError, AnAddressThatRefusesDoesNotHideAnotherThatSpeaks) {
  const SqlError error = connection_error(
      somebody(),
      "connection to server at \"localhost\" (::1), port 5432 failed: Connection refused\n\tIs the server "
      "running on that host and accepting TCP/IP connections?\nconnection to server at \"localhost\" "
      "(127.0.0.1), port 5432 failed: FATAL:  28P01: password authentication failed\nLOCATION:  x\n");
  EXPECT_EQ(error.name(), "DatabaseLoginFailed");
  EXPECT_EQ(error.sql_state(), "28P01");
}

TEST(ConnectionError, RefusedConnectionMayPass) {
  const SqlError error = connection_error(
      somebody(),
      "connection to server at \"db.example\" (10.0.0.1), port 5432 failed: Connection refused\n\tIs the "
      "server running on that host and accepting TCP/IP connections?\n");
  EXPECT_EQ(error.name(), "DatabaseUnavailable");
  EXPECT_EQ(error.sql_state(), "");
  EXPECT_TRUE(error.message().ends_with("Connection refused"));
}

TEST(ConnectionError, TlsThatCannotBeAgreedOnDoesNotPass) {
  for (const char* text : {"connection failed: SSL error: certificate verify failed",
                           "server does not support SSL, but SSL was required",
                           "server certificate for \"a\" does not match host name \"b\""})
    EXPECT_EQ(connection_error(somebody(), text).name(), "DatabaseError") << text;
}

TEST(ConnectionError, NeverShowsThePassword) {
  EXPECT_EQ(std::string(connection_error(somebody(), "x").what()).find("hidden-word"), std::string::npos);
}

}  // namespace
}  // namespace aurora::db
