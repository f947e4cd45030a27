#include "db/mysql_errors.h"

#include <gtest/gtest.h>

namespace aurora::db::mysql {
namespace {

TEST(MySqlErrors, NamesGoByNumbersBecauseStatesAreShared) {
  EXPECT_EQ(error_name({.number = 1040, .sql_state = "08004"}), "DatabaseUnavailable");
  EXPECT_EQ(error_name({.number = 2003, .sql_state = "HY000"}), "DatabaseUnavailable");
  EXPECT_EQ(error_name({.number = 1045, .sql_state = "28000"}), "DatabaseLoginFailed");
  EXPECT_EQ(error_name({.number = 3118, .sql_state = "HY000"}), "DatabaseLoginFailed");
  EXPECT_EQ(error_name({.number = 1251, .sql_state = "08004"}), "DatabaseError")
      << "a method that the client does not know does not come by waiting";
  EXPECT_EQ(error_name({.number = 2026, .sql_state = "HY000"}), "DatabaseError");
  EXPECT_EQ(error_name({.number = 1146, .sql_state = "42S02"}), "DatabaseError");
}

TEST(MySqlErrors, SyntaxErrorsDoNotQuoteTheStatement) {
  const SqlError error = statement_error({.number = 1064,
                                          .sql_state = "42000",
                                          .text = "You have an error in your SQL syntax; check the manual "
                                                  "near 'IDENTIFIED BY 'a-secret' x' at line 1"});
  EXPECT_EQ(error.message(), "You have an error in your SQL syntax; check the manual near '…' at line 1");
  EXPECT_EQ(error.sql_state(), "42000");
  EXPECT_EQ(error.number(), 1064);
}

TEST(MySqlErrors, RowsStayOutOfMessages) {
  EXPECT_EQ(without_values({.number = 1062,
                            .sql_state = "23000",
                            .text = "Duplicate entry 'o'hara for key 'x' for key 'people.PRIMARY'"}),
            "Duplicate entry for key 'people.PRIMARY'");
  EXPECT_EQ(without_values({.number = 1292,
                            .sql_state = "22007",
                            .text = "Truncated incorrect DOUBLE value: 'ada@example.org'"}),
            "Truncated incorrect DOUBLE value: '…'");
  EXPECT_EQ(without_values({.number = 1146, .sql_state = "42S02", .text = "Table 'app.x' doesn't exist"}),
            "Table 'app.x' doesn't exist");
}

TEST(MySqlErrors, WhatTheClientSaysHasNoState) {
  const SqlError error =
      connection_error({.host = "db", .port = 3306, .user = "app", .database = "shop"},
                       {.number = 2005, .sql_state = "HY000", .text = "Unknown server host 'db' (-2)"});
  EXPECT_EQ(error.sql_state(), "");
  EXPECT_EQ(error.message(),
            "cannot connect to database shop at db:3306 as app: Unknown server host 'db' (-2)");
  EXPECT_FALSE(error.hint().empty());
}

}  // namespace
}  // namespace aurora::db::mysql
