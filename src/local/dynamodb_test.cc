// The service as a whole: time to live, background work.
#include "local/dynamodb.h"

#include "local/dynamodb/testing/fixture.h"

namespace aurora::local {
namespace {

using namespace std::chrono_literals;

class DynamoDbTimeToLive : public dynamodb::testing::DynamoDbTest {
 protected:
  DynamoDbTimeToLive() {
    create_state_table();
    enable();
  }
  void enable() {
    call("UpdateTimeToLive", R"({"TableName":"state","TimeToLiveSpecification":{"Enabled":true,
                                 "AttributeName":"expires_at"}})");
  }
  void put(const std::string& id, std::chrono::seconds from_start) {
    const auto when = dynamodb::testing::kStart.time_since_epoch() + from_start;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(when).count();
    call("PutItem",
         Json{{"TableName", "state"},
              {"Item", {{"operation_id", {{"S", id}}}, {"expires_at", {{"N", std::to_string(seconds)}}}}}});
  }
  std::int64_t count() { return call("Scan", R"({"TableName":"state","Select":"COUNT"})")["Count"]; }
};

TEST_F(DynamoDbTimeToLive, SweepDeletesWhatHasExpiredAndNothingElse) {
  put("soon", 60s);
  put("later", 2h);
  put("ancient", -std::chrono::hours(24 * 366 * 6));
  call("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"never"}}})");
  call("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"text"},"expires_at":{"S":"1"}}})");
  EXPECT_EQ(service_->sweep_expired(), 0U);
  clock_.advance(61s);
  EXPECT_EQ(count(), 5);
  EXPECT_EQ(service_->sweep_expired(), 1U);
  EXPECT_EQ(count(), 4);
}

TEST_F(DynamoDbTimeToLive, UpdatedExpiryCounts) {
  put("op", 60s);
  put("op", 2h);
  clock_.advance(1h);
  EXPECT_EQ(service_->sweep_expired(), 0U);
}

TEST_F(DynamoDbTimeToLive, TableWithoutItKeepsItems) {
  call("UpdateTimeToLive", R"({"TableName":"state","TimeToLiveSpecification":{"Enabled":false,
                               "AttributeName":"expires_at"}})");
  put("op", 60s);
  clock_.advance(1h);
  EXPECT_EQ(service_->sweep_expired(), 0U);
  // What is there already expires once it is enabled.
  enable();
  EXPECT_EQ(service_->sweep_expired(), 1U);
}

TEST_F(DynamoDbTimeToLive, DescribesItselfAndRefusesTheSameAgain) {
  EXPECT_EQ(dump_json(call("DescribeTimeToLive", R"({"TableName":"state"})")),
            R"({"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"expires_at"}})");
  EXPECT_EQ(refusal("UpdateTimeToLive", R"({"TableName":"state","TimeToLiveSpecification":{"Enabled":true,
                                            "AttributeName":"expires_at"}})"),
            "ValidationException: TimeToLive is already enabled");
}

TEST_F(DynamoDbTimeToLive, BackgroundSweepFollowsTheClock) {
  put("op", 1s);
  service_->start();
  // Each advance lets the sweeper run once at most; it is given turns until it has.
  for (int turn = 0; turn < 10'000 && count() > 0; ++turn) clock_.advance(2s);
  service_->stop();
  EXPECT_EQ(count(), 0);
}

TEST_F(DynamoDbTimeToLive, SettingsSurviveARestart) {
  put("op", 60s);
  reopen();
  clock_.advance(61s);
  EXPECT_EQ(service_->sweep_expired(), 1U);
}

TEST_F(DynamoDbTimeToLive, MemberOfAWrongTypeIsRefusedNotFatal) {
  EXPECT_EQ(refusal("Query", R"({"TableName":"state","KeyConditionExpression":5})"),
            "SerializationException: A member of the request has an unexpected type");
}

}  // namespace
}  // namespace aurora::local
