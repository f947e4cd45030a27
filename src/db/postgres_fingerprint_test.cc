#include "db/postgres_fingerprint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/testing/fake_session.h"

namespace aurora::db::postgres {
namespace {

using ::testing::ElementsAre;
using testing::FakeConnector;
using testing::FakeDatabase;

TEST(PostgresFingerprint, RangesOfPagesCoverTheTableAndLeaveItsEndOpen) {
  FakeDatabase database;
  const auto session = FakeConnector(database).connect({});
  const Source table{.schema = "public", .name = "t", .bytes = 80, .pages = 10};
  const auto selects = fingerprint_dialect()->selects(*session, table, 3, false);
  const std::string from = R"(count(*), 0::numeric FROM ONLY "public"."t" AS one_row)";
  EXPECT_THAT(selects,
              ElementsAre(from + " WHERE one_row.ctid < '(3,0)'::tid",
                          from + " WHERE one_row.ctid >= '(3,0)'::tid AND one_row.ctid < '(6,0)'::tid",
                          from + " WHERE one_row.ctid >= '(6,0)'::tid"));
  EXPECT_THAT(fingerprint_dialect()->selects(*session, table, 1, false), ElementsAre(from));
}

TEST(PostgresFingerprint, AReaderTakesTheSnapshotBeforeAnythingElse) {
  FakeDatabase database;
  database.answer("pg_export_snapshot", testing::rows({"s"}, {{"0000-1"}}));
  FakeConnector connector(database);
  const auto dialect = fingerprint_dialect();
  dialect->list(*connector.connect({}));
  const std::size_t before = database.statements().size();
  dialect->begin(*connector.connect({}), true);
  EXPECT_EQ(database.statements().at(before).sql, "ROLLBACK");
  EXPECT_EQ(database.statements().at(before + 1).sql, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  EXPECT_EQ(database.statements().at(before + 2).sql, "SET TRANSACTION SNAPSHOT '0000-1'");
}

}  // namespace
}  // namespace aurora::db::postgres
