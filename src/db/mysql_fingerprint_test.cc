#include "db/mysql_fingerprint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/testing/fake_session.h"

namespace aurora::db::mysql {
namespace {

using ::testing::ElementsAre;
using testing::FakeConnector;
using testing::FakeDatabase;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::rows;

TEST(MySqlBounds, DivideAnySixtyFourBitNumbersEvenly) {
  EXPECT_THAT(bounds("1", "100", 4), ElementsAre("26", "51", "76"));
  EXPECT_THAT(bounds("-10", "9", 2), ElementsAre("0"));
  EXPECT_THAT(bounds("0", "18446744073709551615", 2), ElementsAre("9223372036854775808"));
  EXPECT_THAT(bounds("5", "6", 9), ElementsAre("6")) << "no more ranges than numbers";
  EXPECT_THAT(bounds("5", "5", 3), IsEmpty());
}

TEST(MySqlFingerprint, VirtualColumnsAreLeftOutAndASingleIntegerKeyDivides) {
  FakeDatabase database;
  database.answer("information_schema.tables",
                  rows({"s", "n", "b", "r"}, {{"app", "t", "900", "3"}, {"app", "u", "0", "-1"}}));
  database.answer("information_schema.columns", rows({"s", "n", "c", "t", "k", "e"},
                                                     {{"app", "t", "id", "bigint", "PRI", "auto_increment"},
                                                      {"app", "t", "twice", "int", "", "VIRTUAL GENERATED"},
                                                      {"app", "t", "na`me", "varchar", "", ""},
                                                      {"app", "u", "a", "int", "PRI", ""},
                                                      {"app", "u", "b", "int", "PRI", "STORED GENERATED"}}));
  const auto session = FakeConnector(database).connect({.engine = Engine::kMySql});
  const std::vector<Source> tables = list_tables(*session);
  ASSERT_EQ(tables.size(), 2u);
  EXPECT_EQ(tables[0].row_text,
            "CONCAT_WS(',', '', IFNULL(`id`, 'NULL'), QUOTE(CONVERT(`na``me` USING utf8mb4)))");
  EXPECT_TRUE(tables[0].is_divisible);
  EXPECT_EQ(tables[0].key, "`id`");
  EXPECT_FALSE(tables[1].is_divisible);
  EXPECT_THAT(tables[1].row_text, HasSubstr("`b`"));
}

TEST(MySqlFingerprint, RangesOfTheKeyAreOpenAtBothEnds) {
  FakeDatabase database;
  database.answer("MIN(`id`)", rows({"a", "b"}, {{"1", "100"}}));
  const auto session = FakeConnector(database).connect({.engine = Engine::kMySql});
  const Source table{.schema = "app", .name = "t", .row_text = "x", .key = "`id`"};
  const std::string from = "COUNT(*), 0 FROM `app`.`t`";
  EXPECT_THAT(fingerprint_dialect()->selects(*session, table, 3, false),
              ElementsAre(from + " WHERE `id` < 34", from + " WHERE `id` >= 34 AND `id` < 67",
                          from + " WHERE `id` >= 67"));
}

TEST(MySqlFingerprint, AnEmptyTableHasNoRanges) {
  FakeDatabase database;
  database.answer("MIN(`id`)", rows({"a", "b"}, {{std::nullopt, std::nullopt}}));
  const auto session = FakeConnector(database).connect({.engine = Engine::kMySql});
  const Source table{.schema = "app", .name = "t", .row_text = "x", .key = "`id`"};
  const auto selects = fingerprint_dialect()->selects(*session, table, 3, true);
  ASSERT_EQ(selects.size(), 1u);
  EXPECT_THAT(selects[0], Not(HasSubstr("WHERE")));
}

TEST(MySqlFingerprint, TheTimeIsLimitedInTheServersOwnWords) {
  FakeDatabase database;
  const auto session = FakeConnector(database).connect({.engine = Engine::kMySql});
  const auto limit = [&](const char* version) {
    database.answer("VERSION()", rows({"v"}, {{version}}));
    const auto dialect = fingerprint_dialect();
    dialect->list(*session);
    return dialect->limit_statements(std::chrono::milliseconds(2500));
  };
  EXPECT_EQ(limit("10.11.6-MariaDB-log"), "SET SESSION max_statement_time = 2.500");
  EXPECT_EQ(limit("8.0.39"), "SET SESSION max_execution_time = 2500");
}

}  // namespace
}  // namespace aurora::db::mysql
