#include "restore/event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::restore {
namespace {

const TimePoint kNow{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)};

TEST(Event, DirectInvocationKeepsItsFields) {
  const Event event =
      read_event(Json::parse(R"({"operation_id":"op-1","target_date":"2023-06-01"})"), true, kNow);
  EXPECT_EQ(event.operation_id, "op-1");
  EXPECT_EQ(event.fields, Json::parse(R"({"target_date":"2023-06-01"})"));
  EXPECT_TRUE(event.execution_arn.empty());
}

TEST(Event, MachineNamesTheOperationAfterTheExecution) {
  const Event event = read_event(
      Json::parse(
          R"({"input":{"port":5432},"execution":{"id":"arn:x","name":"nightly","start_time":"2026-11-21T02:00:00Z"}})"),
      true, kNow);
  EXPECT_EQ(event.operation_id, "nightly");
  EXPECT_EQ(event.execution_arn, "arn:x");
  EXPECT_EQ(event.fields["execution_start_time"], "2026-11-21T02:00:00Z");
}

TEST(Event, InputsOwnIdWins) {
  const Event event = read_event(
      Json::parse(R"({"input":{"operation_id":"mine"},"execution":{"id":"arn:x","name":"nightly"}})"), true,
      kNow);
  EXPECT_EQ(event.operation_id, "mine");
}

TEST(Event, FirstStepMakesAnId) {
  EXPECT_THAT(read_event(Json::object(), true, kNow).operation_id,
              testing::MatchesRegex("restore-20261121-000000-[0-9a-f]{4}"));
}

TEST(Event, LaterStepNeedsTheId) {
  EXPECT_THROW(read_event(Json::object(), false, kNow), Error);
}

TEST(Event, IdThatIsNoneIsRefused) {
  for (const char* json : {R"({"operation_id":"a b"})", R"({"operation_id":7})", R"([])", R"("x")"})
    EXPECT_THROW(read_event(Json::parse(json), true, kNow), Error) << json;
}

TEST(Event, FinishedOperationMayBeginAgain) {
  Operation operation("op-1", kNow);
  operation.finish(kCompleted, kNow, std::chrono::days(1));
  EXPECT_TRUE(may_begin_again(operation, {"op-1", "", Json::object()}));
}

TEST(Event, OperationOfAnotherExecutionMayNot) {
  Operation operation("op-1", kNow);
  operation["execution_arn"] = "arn:one";
  EXPECT_FALSE(may_begin_again(operation, {"op-1", "arn:one", Json::object()}));
  EXPECT_THROW(may_begin_again(operation, {"op-1", "arn:two", Json::object()}), Error);
}

}  // namespace
}  // namespace aurora::restore
