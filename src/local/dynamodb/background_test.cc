#include "local/dynamodb/background.h"

#include "local/dynamodb/testing/fixture.h"

namespace aurora::local::dynamodb {
namespace {

class DynamoDbBackfill : public testing::DynamoDbTest {
 protected:
  DynamoDbBackfill() { create_state_table(); }

  void put(int number, const std::string& status) {
    call("PutItem",
         Json{{"TableName", "state"},
              {"Item",
               {{"operation_id", {{"S", "op-" + std::to_string(number)}}}, {"status", {{"S", status}}}}}});
  }
  void create_index(const std::string& name = "by-status") {
    call("UpdateTable",
         Json{{"TableName", "state"},
              {"AttributeDefinitions", {{{"AttributeName", "status"}, {"AttributeType", "S"}}}},
              {"GlobalSecondaryIndexUpdates",
               {{{"Create",
                  {{"IndexName", name},
                   {"Projection", {{"ProjectionType", "ALL"}}},
                   {"KeySchema", {{{"AttributeName", "status"}, {"KeyType", "HASH"}}}}}}}}}});
  }
  Json index() {
    return call("DescribeTable", R"({"TableName":"state"})")["Table"]["GlobalSecondaryIndexes"][0];
  }
  static Json failed() {
    return {{"TableName", "state"},
            {"IndexName", "by-status"},
            {"Select", "COUNT"},
            {"KeyConditionExpression", "#s = :s"},
            {"ExpressionAttributeNames", {{"#s", "status"}}},
            {"ExpressionAttributeValues", {{":s", {{"S", "FAILED"}}}}}};
  }
};

TEST_F(DynamoDbBackfill, NewOneIsNotReadBeforeItIsFilled) {
  put(1, "FAILED");
  create_index();
  EXPECT_EQ(index()["IndexStatus"], "CREATING");
  EXPECT_EQ(index()["Backfilling"], true);
  EXPECT_EQ(refusal("Query", failed()),
            "ValidationException: Cannot read from backfilling global secondary index: by-status");
  service_->finish_work();
  EXPECT_EQ(index()["IndexStatus"], "ACTIVE");
  EXPECT_EQ(call("Query", failed())["Count"], 1);
}

TEST_F(DynamoDbBackfill, WritesDuringTheFillingAreNotLostOrDoubled) {
  for (int i = 0; i < 1500; ++i) put(i, i % 2 == 0 ? "FAILED" : "COMPLETED");
  create_index();
  std::mutex mutex;
  Store store(directory_.path());
  BackgroundWork work(mutex, store, clock_, nullptr, Log::none());
  EXPECT_TRUE(work.work_once());
  EXPECT_EQ(index()["IndexStatus"], "CREATING") << "a batch is not all of it";
  put(0, "COMPLETED");
  put(1, "FAILED");
  put(2000, "FAILED");
  call("DeleteItem", R"({"TableName":"state","Key":{"operation_id":{"S":"op-2"}}})");
  while (work.work_once()) {
  }
  EXPECT_EQ(call("Query", failed())["Count"], 750);
}

TEST_F(DynamoDbBackfill, FillingGoesOnAfterARestart) {
  put(1, "FAILED");
  create_index();
  reopen();
  EXPECT_EQ(index()["IndexStatus"], "CREATING");
  service_->finish_work();
  EXPECT_EQ(call("Query", failed())["Count"], 1);
}

TEST_F(DynamoDbBackfill, OneIsMadeAtATime) {
  create_index();
  EXPECT_THROW(create_index("another"), aws::ServiceError);
  service_->finish_work();
  EXPECT_NO_THROW(create_index("another"));
}

TEST_F(DynamoDbBackfill, BackgroundFillsItByItself) {
  put(1, "FAILED");
  service_->start();
  create_index();
  // Nothing but the wake-up makes it work: the clock stands still.
  for (int turn = 0; turn < 100'000 && index()["IndexStatus"] != "ACTIVE"; ++turn) std::this_thread::yield();
  service_->stop();
  EXPECT_EQ(index()["IndexStatus"], "ACTIVE");
}

}  // namespace
}  // namespace aurora::local::dynamodb
