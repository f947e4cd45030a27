// Batches and transactions.
#include "local/dynamodb/testing/fixture.h"

namespace aurora::local::dynamodb {
namespace {

class DynamoDbBatches : public testing::DynamoDbTest {
 protected:
  DynamoDbBatches() {
    create_state_table();
    create_audit_table();
  }
  std::int64_t count(const char* table) { return call("Scan", Json{{"TableName", table}})["Count"]; }
};

TEST_F(DynamoDbBatches, BatchWritesAndReadsSeveralTables) {
  call("BatchWriteItem", R"({"RequestItems":{
      "state":[{"PutRequest":{"Item":{"operation_id":{"S":"a"}}}},{"PutRequest":{"Item":{"operation_id":{"S":"b"}}}}],
      "audit":[{"PutRequest":{"Item":{"operation_id":{"S":"a"},"timestamp":{"S":"t"}}}}]}})");
  const Json answer = call("BatchGetItem", R"({"RequestItems":{
      "state":{"Keys":[{"operation_id":{"S":"a"}},{"operation_id":{"S":"gone"}}]},
      "audit":{"Keys":[{"operation_id":{"S":"a"},"timestamp":{"S":"t"}}],"ProjectionExpression":"operation_id"}}})");
  EXPECT_EQ(dump_json(answer), R"({"Responses":{"state":[{"operation_id":{"S":"a"}}],)"
                               R"("audit":[{"operation_id":{"S":"a"}}]},"UnprocessedKeys":{}})");
  call("BatchWriteItem",
       R"({"RequestItems":{"state":[{"DeleteRequest":{"Key":{"operation_id":{"S":"a"}}}}]}})");
  EXPECT_EQ(count("state"), 1);
}

TEST_F(DynamoDbBatches, BatchLimitsAndDuplicatesAreRefused) {
  EXPECT_EQ(refusal("BatchWriteItem", R"({"RequestItems":{"state":[
      {"PutRequest":{"Item":{"operation_id":{"S":"a"}}}},{"DeleteRequest":{"Key":{"operation_id":{"S":"a"}}}}]}})"),
            "ValidationException: Provided list of item keys contains duplicates");
  EXPECT_EQ(count("state"), 0);
  Json input = {{"RequestItems", {{"state", Json::array()}}}};
  for (int i = 0; i < 26; ++i) {
    Json item = {{"operation_id", {{"S", std::to_string(i)}}}};
    input["RequestItems"]["state"].push_back({{"PutRequest", {{"Item", item}}}});
  }
  EXPECT_EQ(refusal("BatchWriteItem", input),
            "ValidationException: Too many items requested for the BatchWriteItem call");
}

TEST_F(DynamoDbBatches, BatchGetLeavesWhatExceeds16Megabytes) {
  Json keys = Json::array();
  Json first = Json::array();
  Json second = Json::array();
  for (int i = 0; i < 42; ++i) {
    Json item = {{"operation_id", {{"S", std::to_string(i)}}}};
    keys.push_back(item);
    item["data"] = {{"S", std::string(399 * 1024, 'x')}};
    (i < 21 ? first : second).push_back({{"PutRequest", {{"Item", item}}}});
  }
  for (const auto& puts : {first, second}) {
    call("BatchWriteItem", Json{{"RequestItems", {{"state", puts}}}});
  }
  const Json answer = call("BatchGetItem", Json{{"RequestItems", {{"state", {{"Keys", keys}}}}}});
  EXPECT_EQ(answer["Responses"]["state"].size(), 41U);
  EXPECT_EQ(dump_json(answer["UnprocessedKeys"]), R"({"state":{"Keys":[{"operation_id":{"S":"41"}}]}})");
}

constexpr char kTransfer[] = R"j({"TransactItems":[
  {"Put":{"TableName":"state","Item":{"operation_id":{"S":"lock"}},
          "ConditionExpression":"attribute_not_exists(operation_id)",
               "ReturnValuesOnConditionCheckFailure" : "ALL_OLD"
}
},
  {"Update":{"TableName":"state","Key":{"operation_id":{"S":"op"}},"UpdateExpression":"ADD n :one",
             "ExpressionAttributeValues":{":one":{"N":"1"}}}}]
})j";

TEST_F(DynamoDbBatches, TransactionChangesAllOrNothing) {
  call("TransactWriteItems", kTransfer);
  EXPECT_EQ(count("state"), 2);
  try {
    call("TransactWriteItems", kTransfer);
    FAIL() << "the lock is taken";
  } catch (const aws::ServiceError& error) {
    EXPECT_EQ(error.code(), "TransactionCanceledException");
    EXPECT_EQ(error.message(),
              "Transaction cancelled, please refer cancellation reasons for specific reasons "
              "[ConditionalCheckFailed, None]");
    EXPECT_EQ(dump_json(error.details().members["CancellationReasons"]),
              R"([{"Code":"ConditionalCheckFailed","Message":"The conditional request failed",)"
              R"("Item":{"operation_id":{"S":"lock"}}},{"Code":"None"}])");
  }
  const Json answer = call("TransactGetItems", R"({"TransactItems":[
      {"Get":{"TableName":"state","Key":{"operation_id":{"S":"op"}}}},
      {"Get":{"TableName":"state","Key":{"operation_id":{"S":"gone"}}}}]})");
  EXPECT_EQ(dump_json(answer), R"({"Responses":[{"Item":{"operation_id":{"S":"op"},"n":{"N":"1"}}},{}]})");
}

TEST_F(DynamoDbBatches, TransactionWithAnImpossibleUpdateIsCancelled) {
  call("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"op"},"n":{"S":"text"}}})");
  EXPECT_EQ(
      refusal("TransactWriteItems", kTransfer),
      "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific "
      "reasons [None, ValidationError]");
  EXPECT_EQ(count("state"), 1);
}

TEST_F(DynamoDbBatches, TransactionTouchesAnItemOnce) {
  EXPECT_EQ(refusal("TransactWriteItems", R"j({"TransactItems":[
      {"Delete":{"TableName":"state","Key":{"operation_id":{"S":"a"}}}},
      {"ConditionCheck":{"TableName":"state","Key":{"operation_id":{"S":"a"}},
                         "ConditionExpression":"attribute_exists(operation_id)"
}
}]
})j"),
            "ValidationException: Transaction request cannot include multiple operations on one item");
}

TEST_F(DynamoDbBatches, TokenMakesARepetitionHarmlessForTenMinutes) {
  Json input = Json::parse(R"({"ClientRequestToken":"token-1","TransactItems":[{"Update":{"TableName":"state",
      "Key":{"operation_id":{"S":"op"}},"UpdateExpression":"ADD n :v","ExpressionAttributeValues":{":v":{"N":"1"}}}}]})");
  const auto counter = [this] {
    return call("GetItem", R"({"TableName":"state","Key":{"operation_id":{"S":"op"}}})")["Item"]["n"]["N"];
  };
  call("TransactWriteItems", input);
  reopen();
  call("TransactWriteItems", input);
  EXPECT_EQ(counter(), "1");
  Json other = input;
  other["TransactItems"][0]["Update"]["ExpressionAttributeValues"][":v"]["N"] = "2";
  EXPECT_EQ(refusal("TransactWriteItems", other).substr(0, 36), "IdempotentParameterMismatchException");
  clock_.advance(std::chrono::minutes(11));
  call("TransactWriteItems", input);
  EXPECT_EQ(counter(), "2");
}

}  // namespace
}  // namespace aurora::local::dynamodb
