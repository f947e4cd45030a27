// Items: reading, writing, conditions, what is returned.
#include <thread>

#include "local/dynamodb/testing/fixture.h"

namespace aurora::local::dynamodb {
namespace {

class DynamoDbItems : public testing::DynamoDbTest {
 protected:
  DynamoDbItems() { create_state_table(); }

  Json stored(const std::string& id) {
    return member_or_null(
        call("GetItem", Json{{"TableName", "state"}, {"Key", {{"operation_id", {{"S", id}}}}}}), "Item");
  }
};

TEST_F(DynamoDbItems, PutReplacesTheWholeItemAndReturnsTheOldOne) {
  call("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"op-1"},"a":{"N":"1.0"}}})");
  const Json answer =
      call("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"op-1"},"b":{"N":"2"}},
                                          "ReturnValues":"ALL_OLD"})");
  EXPECT_EQ(dump_json(answer), R"({"Attributes":{"operation_id":{"S":"op-1"},"a":{"N":"1"}}})");
  EXPECT_EQ(dump_json(stored("op-1")), R"({"operation_id":{"S":"op-1"},"b":{"N":"2"}})");
}

TEST_F(DynamoDbItems, MissingItemIsAnEmptyAnswer) {
  EXPECT_EQ(dump_json(call("GetItem", R"({"TableName":"state","Key":{"operation_id":{"S":"gone"}}})")), "{}");
}

TEST_F(DynamoDbItems, ProjectionCutsTheAnswer) {
  call("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"op-1"},"status":{"S":"x"},
                      "error":{"M":{"name":{"S":"n"},"hint":{"S":"h"}}}}})");
  EXPECT_EQ(dump_json(call("GetItem", R"({"TableName":"state","Key":{"operation_id":{"S":"op-1"}},
      "ProjectionExpression":"#e.hint","ExpressionAttributeNames":{"#e":"error"}})")),
            R"({"Item":{"error":{"M":{"hint":{"S":"h"}}}}})");
}

TEST_F(DynamoDbItems, UpdateReturnsWhatIsAskedFor) {
  const auto update = [this](const char* returned) {
    call("PutItem",
         R"({"TableName":"state","Item":{"operation_id":{"S":"op-1"},"a":{"N":"1"},"b":{"N":"9"}}})");
    Json input = Json::parse(R"({"TableName":"state","Key":{"operation_id":{"S":"op-1"}},
        "UpdateExpression":"SET a = a + :one","ExpressionAttributeValues":{":one":{"N":"1"}}})");
    input["ReturnValues"] = returned;
    return dump_json(member_or_null(call("UpdateItem", input), "Attributes"));
  };
  EXPECT_EQ(update("NONE"), "null");
  EXPECT_EQ(update("ALL_OLD"), R"({"operation_id":{"S":"op-1"},"a":{"N":"1"},"b":{"N":"9"}})");
  EXPECT_EQ(update("ALL_NEW"), R"({"operation_id":{"S":"op-1"},"a":{"N":"2"},"b":{"N":"9"}})");
  EXPECT_EQ(update("UPDATED_OLD"), R"({"a":{"N":"1"}})");
  EXPECT_EQ(update("UPDATED_NEW"), R"({"a":{"N":"2"}})");
}

TEST_F(DynamoDbItems, UpdateMakesTheItemWhenThereIsNone) {
  call("UpdateItem",
       R"({"TableName":"state","Key":{"operation_id":{"S":"new"}},"UpdateExpression":"SET a = :v",
                         "ExpressionAttributeValues":{":v":{"S":"x"}}})");
  EXPECT_EQ(dump_json(stored("new")), R"({"operation_id":{"S":"new"},"a":{"S":"x"}})");
}

TEST_F(DynamoDbItems, FailedConditionChangesNothingAndTellsTheItem) {
  call("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"op-1"},"version":{"N":"3"}}})");
  const Json put = Json::parse(R"j({"TableName":"state","Item":{"operation_id":{"S":"op-1"}},
      "ConditionExpression":"attribute_not_exists(operation_id)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"
})j");
  try {
    call("PutItem", put);
    FAIL() << "the condition should have failed";
  } catch (const aws::ServiceError& error) {
    EXPECT_EQ(error.code(), "ConditionalCheckFailedException");
    EXPECT_EQ(error.message(), "The conditional request failed");
    EXPECT_EQ(error.status(), 400);
    EXPECT_EQ(dump_json(error.details().members["Item"]),
              R"({"operation_id":{"S":"op-1"},"version":{"N":"3"}})");
  }
  EXPECT_EQ(stored("op-1")["version"]["N"], "3");
  EXPECT_EQ(refusal("DeleteItem", R"j({"TableName":"state","Key":{"operation_id":{"S":"gone"}},
                                      "ConditionExpression":"attribute_exists(operation_id)"
  })j"),
            "ConditionalCheckFailedException: The conditional request failed");
}

TEST_F(DynamoDbItems, DeleteReturnsWhatWasThere) {
  call("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"op-1"}}})");
  EXPECT_EQ(dump_json(call("DeleteItem", R"({"TableName":"state","Key":{"operation_id":{"S":"op-1"}},
                                             "ReturnValues":"ALL_OLD"})")),
            R"({"Attributes":{"operation_id":{"S":"op-1"}}})");
  EXPECT_TRUE(stored("op-1").is_null());
}

TEST_F(DynamoDbItems, RefusesWrongKeysAndItemsInTheWordsOfAws) {
  const std::string invalid = "ValidationException: One or more parameter values were invalid: ";
  EXPECT_EQ(refusal("GetItem", R"({"TableName":"state","Key":{"id":{"S":"x"}}})"),
            "ValidationException: The provided key element does not match the schema");
  EXPECT_EQ(refusal("GetItem", R"({"TableName":"state","Key":{"operation_id":{"N":"1"}}})"),
            "ValidationException: The provided key element does not match the schema");
  EXPECT_EQ(refusal("PutItem", R"({"TableName":"state","Item":{"a":{"S":"x"}}})"),
            invalid + "Missing the key operation_id in the item");
  EXPECT_EQ(refusal("PutItem", R"({"TableName":"state","Item":{"operation_id":{"N":"1"}}})"),
            invalid + "Type mismatch for key operation_id expected: S actual: N");
  EXPECT_EQ(refusal("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":""}}})"),
            "ValidationException: One or more parameter values are not valid. The AttributeValue for a key "
            "attribute "
            "cannot contain an empty string value. Key: operation_id");
  EXPECT_EQ(refusal("UpdateItem", R"({"TableName":"state","Key":{"operation_id":{"S":"x"}},
      "UpdateExpression":"SET operation_id = :v","ExpressionAttributeValues":{":v":{"S":"y"}}})"),
            invalid + "Cannot update attribute operation_id. This attribute is part of the key");
  EXPECT_EQ(refusal("PutItem",
                    R"({"TableName":"state","Item":{"operation_id":{"S":"x"}},"ReturnValues":"ALL_NEW"})"),
            "ValidationException: ReturnValues can only be ALL_OLD or NONE");
  EXPECT_EQ(refusal("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"x"}},
                                   "ExpressionAttributeNames":{"#a":"a"}})"),
            "ValidationException: ExpressionAttributeNames can only be specified when using expressions");
  EXPECT_EQ(refusal("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"x"}},
      "Expected":{"a":{"Exists":false}}})"),
            "ValidationException: Expected is a legacy parameter that this endpoint does not carry; use "
            "expressions");
}

TEST_F(DynamoDbItems, RefusesItemsOver400Kilobytes) {
  Json input = {{"TableName", "state"}, {"Item", {{"operation_id", {{"S", "x"}}}, {"a", {{"S", ""}}}}}};
  // operation_id and its value take 13 bytes, the name of the attribute one.
  input["Item"]["a"]["S"] = std::string(400 * 1024 - 14, 'x');
  EXPECT_EQ(refusal("PutItem", input), "accepted");
  input["Item"]["a"]["S"] = std::string(400 * 1024 - 13, 'x');
  EXPECT_EQ(refusal("PutItem", input),
            "ValidationException: Item size has exceeded the maximum allowed size");
  EXPECT_EQ(refusal("UpdateItem", R"({"TableName":"state","Key":{"operation_id":{"S":"x"}},
      "UpdateExpression":"SET b = :v","ExpressionAttributeValues":{":v":{"S":"y"}}})"),
            "ValidationException: Item size to update has exceeded the maximum allowed size");
}

TEST_F(DynamoDbItems, ReportsConsumedCapacityWhenAsked) {
  Json input = {{"TableName", "state"}, {"ReturnConsumedCapacity", "TOTAL"}};
  input["Item"] = {{"operation_id", {{"S", "x"}}}, {"a", {{"S", std::string(5000, 'x')}}}};
  EXPECT_EQ(dump_json(call("PutItem", input)["ConsumedCapacity"]),
            R"({"TableName":"state","CapacityUnits":5.0})");
  EXPECT_EQ(dump_json(call("GetItem", R"({"TableName":"state","Key":{"operation_id":{"S":"x"}},
                                          "ReturnConsumedCapacity":"INDEXES"})")["ConsumedCapacity"]),
            R"({"TableName":"state","CapacityUnits":1.0,"Table":{"CapacityUnits":1.0}})");
  EXPECT_EQ(dump_json(call("GetItem", R"({"TableName":"state","Key":{"operation_id":{"S":"x"}},
                                          "ConsistentRead":true,"ReturnConsumedCapacity":"TOTAL"})")
                          ["ConsumedCapacity"]),
            R"({"TableName":"state","CapacityUnits":2.0})");
}

TEST_F(DynamoDbItems, BinaryValuesSurviveByteByByte) {
  const std::string bytes("\x00\xff\xc3\x28", 4);
  call("PutItem",
       Json{{"TableName", "state"}, {"Item", {{"operation_id", {{"S", "b"}}}, {"data", {{"B", bytes}}}}}});
  EXPECT_EQ(stored("b")["data"]["B"].get<std::string>(), bytes);
}

TEST_F(DynamoDbItems, WritesSurviveARestart) {
  call("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"op-1"},"n":{"N":"1"}}})");
  reopen();
  EXPECT_EQ(dump_json(stored("op-1")), R"({"operation_id":{"S":"op-1"},"n":{"N":"1"}})");
}

// Writers that read a version and write the next one under the condition that nobody was faster.
TEST_F(DynamoDbItems, OfTwoWritersWithTheSameVersionExactlyOneWins) {
  call("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"race"},"version":{"N":"0"}}})");
  constexpr int kRounds = 40;
  constexpr int kWriters = 4;
  for (int round = 0; round < kRounds; ++round) {
    std::atomic<int> won = 0;
    std::atomic<int> lost = 0;
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, round] {
        Json input = Json::parse(R"({"TableName":"state","Key":{"operation_id":{"S":"race"}},
            "UpdateExpression":"SET version = version + :one","ConditionExpression":"version = :seen"})");
        input["ExpressionAttributeValues"] = {{":one", {{"N", "1"}}},
                                              {":seen", {{"N", std::to_string(round)}}}};
        const auto outcome = refusal("UpdateItem", input);
        if (outcome == "accepted") ++won;
        if (outcome == "ConditionalCheckFailedException: The conditional request failed") ++lost;
      });
    }
    writers.clear();
    ASSERT_EQ(won, 1);
    ASSERT_EQ(lost, kWriters - 1);
  }
  EXPECT_EQ(stored("race")["version"]["N"], std::to_string(kRounds));
}

// The operations guide's two commands that name reserved words without an alias.
TEST_F(DynamoDbItems, RefusesUnaliasedReservedWordsAsAwsDoes) {
  EXPECT_EQ(
      refusal("Scan", R"({"TableName":"state","FilterExpression":"status = :status AND start_time > :time",
      "ExpressionAttributeValues":{":status":{"S":"FAILED"},":time":{"S":"2023-06-01T00:00:00Z"}}})"),
      "ValidationException: Invalid FilterExpression: Attribute name is a reserved keyword; reserved "
      "keyword: "
      "status");
  EXPECT_EQ(
      refusal("UpdateItem", R"({"TableName":"state","Key":{"operation_id":{"S":"restore-20230615-123456"}},
      "UpdateExpression":"SET #status = :status, error = :error","ExpressionAttributeNames":{"#status":"status"},
      "ExpressionAttributeValues":{":status":{"S":"FAILED"},":error":{"M":{"message":{"S":"m"}}}}})"),
      "ValidationException: Invalid UpdateExpression: Attribute name is a reserved keyword; reserved "
      "keyword: "
      "error");
}

}  // namespace
}  // namespace aurora::local::dynamodb
