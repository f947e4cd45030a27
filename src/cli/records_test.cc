#include "cli/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/dates.h"
#include "cli/testing/fake_api.h"

namespace aurora::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const TimePoint kNow = *parse_iso("2026-11-21T06:52:09Z");

Json state_item(const std::string& id, const std::string& start) {
  return {{"operation_id", {{"S", id}}}, {"start_time", {{"S", start}}}};
}

Json audit_item(const std::string& day, int number) {
  return {{"operation_id", {{"S", "op-1"}}},
          {"day", {{"S", day}}},
          {"timestamp", {{"S", fmt::format("{}T10:00:00.{:06}Z-0001", day, number)}}}};
}

class RecordsTest : public ::testing::Test {
 protected:
  RecordsTest() {
    world.local = true;
    world.names.environment = "dev";
    world.api = api.handle();
  }
  static std::string value(const Json& input, const char* placeholder) {
    return input["ExpressionAttributeValues"][placeholder]["S"];
  }
  // As AWS, and moto, refuse an index that is not there.
  void has_no_index() {
    api.fail("dynamodb.Query", "ValidationException", "The table does not have the specified index: x");
  }
  static std::vector<std::string> ids(const Records& records) {
    std::vector<std::string> found;
    for (const Json& item : records.items) found.push_back(item["operation_id"]);
    return found;
  }

  FakeApi api;
  World world;
};

TEST_F(RecordsTest, StatusesAreMergedByTime) {
  api.on("dynamodb.Query", [](const Json& input) -> Json {
    const std::string status = value(input, ":status");
    if (status == "FAILED") return {{"Items", {state_item("b", "2026-11-20T00:00:00.000Z")}}};
    if (status == "COMPLETED")
      return {{"Items",
               {state_item("a", "2026-11-21T00:00:00.000Z"), state_item("c", "2026-11-19T00:00:00.000Z")}}};
    return {{"Items", Json::array()}};
  });
  EXPECT_EQ(ids(read_operations(world, {})), (std::vector<std::string>{"a", "b", "c"}));
  OperationFilter two;
  two.count_max = 2;
  EXPECT_EQ(ids(read_operations(world, two)), (std::vector<std::string>{"a", "b"}));
  EXPECT_THAT(api.calls_of("dynamodb.Scan"), IsEmpty());
}

TEST_F(RecordsTest, OneThatEndsBetweenTwoQueriesIsShownOnce) {
  api.on("dynamodb.Query", [](const Json& input) -> Json {
    const std::string status = value(input, ":status");
    Json item = state_item("op", "2026-11-20T00:00:00.000Z");
    item["status"] = {{"S", status}};
    return {{"Items", status == "IN_PROGRESS" || status == "FAILED" ? Json{item} : Json::array()}};
  });
  const Records records = read_operations(world, {});
  ASSERT_THAT(records.items, SizeIs(1));
  EXPECT_EQ(records.items[0]["status"], "FAILED") << "as it was seen last";
}

TEST_F(RecordsTest, SpanAndTargetAreAskedOfTheTable) {
  api.answer("dynamodb.Query", {{"Items", Json::array()}});
  OperationFilter filter;
  filter.status = "FAILED";
  filter.target = "staging";
  filter.since = kNow;
  filter.until = kNow + std::chrono::hours(1);
  read_operations(world, filter);
  const Json input = api.calls_of("dynamodb.Query").at(0).input;
  EXPECT_EQ(input["KeyConditionExpression"], "#status = :status AND #start BETWEEN :from AND :to");
  EXPECT_EQ(value(input, ":from"), "2026-11-21T06:52:09.000Z");
  EXPECT_EQ(value(input, ":to"), "2026-11-21T07:52:09.000Z~");
  EXPECT_EQ(input["FilterExpression"], "#parameters.#target = :target");
  EXPECT_EQ(value(input, ":target"), "staging");
  EXPECT_FALSE(input.contains("Limit")) << "a filter may leave little of a page";
}

TEST_F(RecordsTest, PagesAreFollowedUntilThereAreEnough) {
  int page = 0;
  api.on("dynamodb.Query", [&](const Json&) -> Json {
    ++page;
    return {{"Items", {state_item(fmt::format("op-{}", page), "2026-11-20T00:00:00.000Z")}},
            {"LastEvaluatedKey", {{"operation_id", {{"S", "x"}}}}}};
  });
  OperationFilter filter;
  filter.status = "FAILED";
  filter.count_max = 3;
  EXPECT_THAT(read_operations(world, filter).items, SizeIs(3));
  EXPECT_EQ(page, 3);
}

TEST_F(RecordsTest, EndlessPagesEndAndItIsSaid) {
  api.answer("dynamodb.Query",
             {{"Items", Json::array()}, {"LastEvaluatedKey", {{"operation_id", {{"S", "x"}}}}}});
  const Records records = read_operations(world, {});
  ASSERT_THAT(records.notes, SizeIs(1));
  EXPECT_THAT(records.notes[0], HasSubstr("There is more than was read"));
  EXPECT_LE(api.calls_of("dynamodb.Query").size(), 200u);
}

TEST_F(RecordsTest, TableWithoutTheIndexIsScannedAndItIsSaid) {
  has_no_index();
  api.answer(
      "dynamodb.Scan",
      {{"Items",
        {state_item("old", "2026-11-19T00:00:00.000Z"), state_item("new", "2026-11-21T00:00:00.000Z")}}});
  const Records records = read_operations(world, {});
  EXPECT_EQ(ids(records), (std::vector<std::string>{"new", "old"}));
  ASSERT_THAT(records.notes, SizeIs(1));
  EXPECT_THAT(records.notes[0], HasSubstr("has no index status-start_time-index yet"));
  EXPECT_THAT(std::string(api.calls_of("dynamodb.Scan")[0].input["FilterExpression"]),
              HasSubstr("NOT begins_with(#id, :lock)"));
}

TEST_F(RecordsTest, AuditGoesBackDayByDay) {
  api.on("dynamodb.Query", [](const Json& input) -> Json {
    return {{"Items", {audit_item(value(input, ":day"), 1)}}};
  });
  AuditFilter filter;
  filter.since = kNow - std::chrono::days(2);
  filter.until = kNow;
  filter.status = "failed";
  Records records = read_audit(world, filter);
  ASSERT_THAT(records.items, SizeIs(3));
  EXPECT_EQ(records.items[0]["day"], "2026-11-21");
  EXPECT_EQ(records.items[2]["day"], "2026-11-19");
  const Json input = api.calls_of("dynamodb.Query").at(0).input;
  EXPECT_EQ(input["IndexName"], "day-timestamp-index");
  EXPECT_EQ(input["FilterExpression"], "#status = :status");
  filter.oldest_first = true;
  records = read_audit(world, filter);
  EXPECT_EQ(records.items[0]["day"], "2026-11-19");
  filter.count_max = 1;
  api.calls.clear();
  EXPECT_THAT(read_audit(world, filter).items, SizeIs(1));
  EXPECT_THAT(api.calls_of("dynamodb.Query"), SizeIs(1)) << "no day is read that is not needed";
  EXPECT_THAT(api.calls_of("dynamodb.Scan"), IsEmpty());
}

TEST_F(RecordsTest, AuditOfManyYearsIsCutAndItIsSaid) {
  api.answer("dynamodb.Query", {{"Items", Json::array()}});
  AuditFilter filter;
  filter.since = kNow - std::chrono::days(3000);
  filter.until = kNow;
  const Records records = read_audit(world, filter);
  EXPECT_LE(api.calls_of("dynamodb.Query").size(), 400u);
  EXPECT_THAT(records.notes, SizeIs(1));
}

TEST_F(RecordsTest, TrailOfOneOperationIsReadByItsKey) {
  api.answer("dynamodb.Query", {{"Items", {audit_item("2026-11-21", 1)}}});
  AuditFilter filter;
  filter.operation_id = "op-1";
  filter.step = "copy_snapshot";
  filter.since = kNow;
  filter.until = kNow;
  filter.oldest_first = true;
  read_audit(world, filter);
  const Json input = api.calls_of("dynamodb.Query").at(0).input;
  EXPECT_FALSE(input.contains("IndexName"));
  EXPECT_EQ(input["KeyConditionExpression"], "#id = :id AND #at BETWEEN :from AND :to");
  EXPECT_EQ(input["FilterExpression"], "#step = :step");
  EXPECT_EQ(input["ConsistentRead"], true);
}

}  // namespace
}  // namespace aurora::cli
