// Query and Scan: keys, order, pages, indexes.
#include "local/dynamodb/testing/fixture.h"

namespace aurora::local::dynamodb {
namespace {

class DynamoDbReads : public testing::DynamoDbTest {
 protected:
  DynamoDbReads() { create_audit_table(); }

  void put_events() {
    for (const auto* time : {"t1", "t2", "t3", "u1"}) put_event("op-1", time, std::string("step-") + time);
    put_event("op-2", "t1", "other");
  }

  // The members `attribute` of all items of an answer.
  static std::vector<std::string> values(const Json& answer, const char* attribute) {
    std::vector<std::string> found;
    for (const auto& item : answer["Items"]) found.push_back(item[attribute].begin().value());
    return found;
  }

  Json query(const char* condition, const char* extra = "{}", const char* values = "{}") {
    Json input = {{"TableName", "audit"}, {"KeyConditionExpression", condition}};
    input.update(Json::parse(extra));
    input["ExpressionAttributeValues"] = Json::parse(values);
    input["ExpressionAttributeValues"][":op"] = {{"S", "op-1"}};
    return call("Query", input);
  }
  std::string query_refusal(const char* condition, const char* values) {
    Json input = {{"TableName", "audit"}, {"KeyConditionExpression", condition}};
    input["ExpressionAttributeValues"] = Json::parse(values);
    return refusal("Query", input);
  }
};

using Texts = std::vector<std::string>;

TEST_F(DynamoDbReads, QueryOrdersByTheRangeKeyInBothDirections) {
  put_events();
  const Json answer = query("operation_id = :op");
  EXPECT_EQ(values(answer, "timestamp"), (Texts{"t1", "t2", "t3", "u1"}));
  EXPECT_EQ(answer["Count"], 4);
  EXPECT_EQ(answer["ScannedCount"], 4);
  EXPECT_FALSE(answer.contains("LastEvaluatedKey"));
  EXPECT_EQ(values(query("operation_id = :op", R"({"ScanIndexForward":false})"), "timestamp"),
            (Texts{"u1", "t3", "t2", "t1"}));
}

TEST_F(DynamoDbReads, RangeConditionsSelect) {
  put_events();
  const auto times = [this](const char* condition, const char* values_json) {
    Json input = {{"TableName", "audit"},
                  {"KeyConditionExpression", std::string("operation_id = :op AND ") + condition},
                  {"ExpressionAttributeNames", {{"#t", "timestamp"}}},
                  {"ExpressionAttributeValues", Json::parse(values_json)}};
    input["ExpressionAttributeValues"][":op"] = {{"S", "op-1"}};
    return values(call("Query", input), "timestamp");
  };
  const auto* t2 = R"({":v":{"S":"t2"}})";
  EXPECT_EQ(times("#t = :v", t2), (Texts{"t2"}));
  EXPECT_EQ(times("#t < :v", t2), (Texts{"t1"}));
  EXPECT_EQ(times("#t <= :v", t2), (Texts{"t1", "t2"}));
  EXPECT_EQ(times("#t > :v", t2), (Texts{"t3", "u1"}));
  EXPECT_EQ(times(":v <= #t", t2), (Texts{"t2", "t3", "u1"}));
  EXPECT_EQ(times("begins_with(#t, :v)", R"({":v":{"S":"t"}})"), (Texts{"t1", "t2", "t3"}));
  EXPECT_EQ(times("#t BETWEEN :a AND :b", R"({":a":{"S":"t2"},":b":{"S":"t3"}})"), (Texts{"t2", "t3"}));
}

TEST_F(DynamoDbReads, PagesContinueWhereTheyEnded) {
  put_events();
  const Json first = query("operation_id = :op", R"({"Limit":3})");
  EXPECT_EQ(values(first, "timestamp"), (Texts{"t1", "t2", "t3"}));
  EXPECT_EQ(dump_json(first["LastEvaluatedKey"]), R"({"operation_id":{"S":"op-1"},"timestamp":{"S":"t3"}})");
  const Json second =
      query("operation_id = :op", R"({"Limit":3,"ExclusiveStartKey":{"operation_id":{"S":"op-1"},
                                                      "timestamp":{"S":"t3"}}})");
  EXPECT_EQ(values(second, "timestamp"), (Texts{"u1"}));
  EXPECT_FALSE(second.contains("LastEvaluatedKey"));
  const Json backwards = query("operation_id = :op", R"({"ScanIndexForward":false,
      "ExclusiveStartKey":{"operation_id":{"S":"op-1"},"timestamp":{"S":"t3"}}})");
  EXPECT_EQ(values(backwards, "timestamp"), (Texts{"t2", "t1"}));
}

TEST_F(DynamoDbReads, LimitCountsBeforeTheFilter) {
  put_events();
  const Json answer = query("operation_id = :op", R"({"Limit":2,"FilterExpression":"step = :s"})",
                            R"({":s":{"S":"step-t2"}})");
  EXPECT_EQ(answer["Count"], 1);
  EXPECT_EQ(answer["ScannedCount"], 2);
  EXPECT_TRUE(answer.contains("LastEvaluatedKey"));
}

TEST_F(DynamoDbReads, SelectCountHasNoItems) {
  put_events();
  EXPECT_EQ(dump_json(query("operation_id = :op", R"({"Select":"COUNT"})")),
            R"({"Count":4,"ScannedCount":4})");
}

TEST_F(DynamoDbReads, PagesEndAtOneMegabyte) {
  for (int i = 0; i < 5; ++i) {
    Json item = {{"operation_id", {{"S", "op-1"}}}, {"timestamp", {{"S", std::to_string(i)}}}};
    item["data"] = {{"S", std::string(300 * 1024, 'x')}};
    call("PutItem", Json{{"TableName", "audit"}, {"Item", item}});
  }
  const Json first = query("operation_id = :op");
  EXPECT_EQ(first["Count"], 3);
  EXPECT_EQ(first["LastEvaluatedKey"]["timestamp"]["S"], "2");
  const Json rest = query("operation_id = :op", R"({"ExclusiveStartKey":{"operation_id":{"S":"op-1"},
                                                     "timestamp":{"S":"2"}}})");
  EXPECT_EQ(rest["Count"], 2);
  EXPECT_FALSE(rest.contains("LastEvaluatedKey"));
}

TEST_F(DynamoDbReads, RefusesKeyConditionsInTheWordsOfAws) {
  const std::string prefix = "ValidationException: ";
  const auto* a = R"({":a":{"S":"x"}})";
  const auto* ab = R"({":a":{"S":"x"},":b":{"S":"y"}})";
  EXPECT_EQ(query_refusal("step = :a", a),
            prefix + "Query condition missed key schema element: operation_id");
  EXPECT_EQ(query_refusal("operation_id > :a", a), prefix + "Query key condition not supported");
  EXPECT_EQ(query_refusal("operation_id = :a OR operation_id = :b", ab),
            prefix + "Invalid operator used in KeyConditionExpression: OR");
  EXPECT_EQ(query_refusal("operation_id = :a AND step = :b", ab),
            prefix + "Query condition missed key schema element: timestamp");
  EXPECT_EQ(query_refusal("operation_id = :a AND operation_id = :b", ab),
            prefix + "KeyConditionExpressions must only contain one condition per key");
  EXPECT_EQ(
      query_refusal("operation_id = :a", R"({":a":{"N":"1"}})"),
      prefix +
          "One or more parameter values were invalid: Condition parameter type does not match schema type");
  EXPECT_EQ(query_refusal("contains(operation_id, :a)", a),
            prefix + "Invalid operator used in KeyConditionExpression: contains");
  EXPECT_EQ(
      refusal("Query", R"({"TableName":"audit"})"),
      prefix +
          "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
  EXPECT_EQ(refusal("Query", R"({"TableName":"audit","KeyConditionExpression":"operation_id = :a",
      "FilterExpression":"operation_id = :a","ExpressionAttributeValues":{":a":{"S":"x"}}})"),
            prefix +
                "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
                "operation_id");
  EXPECT_EQ(refusal("Query", R"({"TableName":"audit","KeyConditionExpression":"operation_id = :a",
      "ExclusiveStartKey":{"operation_id":{"S":"other"},"timestamp":{"S":"t"}},
      "ExpressionAttributeValues":{":a":{"S":"x"}}})"),
            prefix + "The provided starting key is outside query boundaries based on provided conditions");
  EXPECT_EQ(refusal("Query",
                    R"({"TableName":"audit","IndexName":"nope","KeyConditionExpression":"operation_id = :a",
      "ExpressionAttributeValues":{":a":{"S":"x"}}})"),
            prefix + "The table does not have the specified index: nope");
}

TEST_F(DynamoDbReads, ScanVisitsEveryItemOnceOverPagesAndSegments) {
  for (int op = 0; op < 12; ++op) {
    put_event("op-" + std::to_string(op), "t1", "a");
    put_event("op-" + std::to_string(op), "t2", "b");
  }
  std::set<std::string> seen;
  std::size_t count = 0;
  std::size_t busiest = 0;
  for (int segment = 0; segment < 3; ++segment) {
    Json input = {{"TableName", "audit"}, {"Limit", 5}, {"Segment", segment}, {"TotalSegments", 3}};
    std::size_t mine = 0;
    while (true) {
      const Json page = call("Scan", input);
      for (const auto& item : page["Items"]) {
        seen.insert(dump_json(item));
        ++mine;
      }
      if (!page.contains("LastEvaluatedKey")) break;
      input["ExclusiveStartKey"] = page["LastEvaluatedKey"];
    }
    count += mine;
    busiest = std::max(busiest, mine);
  }
  EXPECT_EQ(count, 24U);
  EXPECT_EQ(seen.size(), 24U);
  EXPECT_LT(busiest, 24U);
}

TEST_F(DynamoDbReads, ScanFilters) {
  put_events();
  const Json answer = call("Scan", R"j({"TableName":"audit","FilterExpression":"begins_with(step, :s)",
      "ProjectionExpression":"step","ExpressionAttributeValues":{
    ":s" : {
      "S" : "step-t"
    }}
})j");
  EXPECT_EQ(values(answer, "step"), (Texts{"step-t1", "step-t2", "step-t3"}));
  EXPECT_EQ(answer["ScannedCount"], 5);
}

TEST_F(DynamoDbReads, RefusesSegmentsThatDoNotFit) {
  EXPECT_EQ(
      refusal("Scan", R"({"TableName":"audit","Segment":1})"),
      "ValidationException: The TotalSegments parameter is required but was not present in the request when "
      "Segment parameter is present");
  EXPECT_EQ(refusal("Scan", R"({"TableName":"audit","Segment":2,"TotalSegments":2})"),
            "ValidationException: The Segment parameter is zero-based and must be less than parameter "
            "TotalSegments: "
            "Segment: 2 is not less than TotalSegments: 2");
}

class DynamoDbIndexes : public DynamoDbReads {
 protected:
  DynamoDbIndexes() {
    call("CreateTable", R"({"TableName":"jobs","BillingMode":"PAY_PER_REQUEST",
      "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"seq","AttributeType":"N"},
        {"AttributeName":"owner","AttributeType":"S"},{"AttributeName":"rank","AttributeType":"N"}],
      "KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"seq","KeyType":"RANGE"}],
      "GlobalSecondaryIndexes":[{"IndexName":"by-owner","Projection":{"ProjectionType":"INCLUDE",
        "NonKeyAttributes":["note"]},"KeySchema":[{"AttributeName":"owner","KeyType":"HASH"},
        {"AttributeName":"rank","KeyType":"RANGE"}]}],
      "LocalSecondaryIndexes":[{"IndexName":"by-rank","Projection":{"ProjectionType":"KEYS_ONLY"},
        "KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"rank","KeyType":"RANGE"}]}]})");
    put("a", 10, "ann", -1);
    put("a", 2, "ann", 5);
    put("b", 1, "ann", 5);
    put("c", 1, "bob", 0);
    call("PutItem", R"({"TableName":"jobs","Item":{"id":{"S":"d"},"seq":{"N":"1"}}})");
  }

  void put(const std::string& id, int seq, const std::string& owner, int rank) {
    call("PutItem", Json{{"TableName", "jobs"},
                         {"Item",
                          {{"id", {{"S", id}}},
                           {"seq", {{"N", std::to_string(seq)}}},
                           {"owner", {{"S", owner}}},
                           {"rank", {{"N", std::to_string(rank)}}},
                           {"note", {{"S", "n"}}},
                           {"secret", {{"S", "s"}}}}}});
  }
  Json by_owner(const char* extra = "{}") {
    Json input = Json::parse(R"({"TableName":"jobs","IndexName":"by-owner","KeyConditionExpression":"#o = :o",
        "ExpressionAttributeNames":{"#o":"owner"},"ExpressionAttributeValues":{":o":{"S":"ann"}}})");
    input.update(Json::parse(extra));
    return call("Query", input);
  }
};

TEST_F(DynamoDbIndexes, NumericRangeKeysOrderByValue) {
  EXPECT_EQ(values(call("Query", R"({"TableName":"jobs","KeyConditionExpression":"id = :i",
                                     "ExpressionAttributeValues":{":i":{"S":"a"}}})"),
                   "seq"),
            (Texts{"2", "10"}));
}

TEST_F(DynamoDbIndexes, GlobalIndexShowsWhatItProjects) {
  const Json answer = by_owner();
  EXPECT_EQ(values(answer, "rank"), (Texts{"-1", "5", "5"}));
  EXPECT_TRUE(answer["Items"][0].contains("note"));
  EXPECT_FALSE(answer["Items"][0].contains("secret"));
}

TEST_F(DynamoDbIndexes, PagesPassEqualIndexKeysWithoutLossOrRepetition) {
  Texts ids;
  Json extra = {{"Limit", 1}};
  while (true) {
    const Json page = by_owner(extra.dump().c_str());
    for (const auto& id : values(page, "id")) ids.push_back(id);
    if (!page.contains("LastEvaluatedKey")) break;
    EXPECT_EQ(page["LastEvaluatedKey"].size(), 4U);
    extra["ExclusiveStartKey"] = page["LastEvaluatedKey"];
  }
  EXPECT_EQ(ids, (Texts{"a", "a", "b"}));
}

TEST_F(DynamoDbIndexes, EntriesFollowTheItem) {
  call("UpdateItem",
       R"({"TableName":"jobs","Key":{"id":{"S":"b"},"seq":{"N":"1"}},"UpdateExpression":"SET #o = :o",
      "ExpressionAttributeNames":{"#o":"owner"},"ExpressionAttributeValues":{":o":{"S":"bob"}}})");
  call("DeleteItem", R"({"TableName":"jobs","Key":{"id":{"S":"a"},"seq":{"N":"2"}}})");
  EXPECT_EQ(values(by_owner(), "id"), (Texts{"a"}));
  EXPECT_EQ(call("Scan", R"({"TableName":"jobs","IndexName":"by-owner"})")["Count"], 3);
}

TEST_F(DynamoDbIndexes, LocalIndexFetchesTheWholeItemWhenAsked) {
  const auto query = [this](const char* select) {
    return call("Query", Json{{"TableName", "jobs"},
                              {"IndexName", "by-rank"},
                              {"KeyConditionExpression", "id = :i"},
                              {"ExpressionAttributeValues", {{":i", {{"S", "a"}}}}},
                              {"Select", select}});
  };
  EXPECT_EQ(values(query("ALL_ATTRIBUTES"), "secret"), (Texts{"s", "s"}));
  EXPECT_EQ(dump_json(query("ALL_PROJECTED_ATTRIBUTES")["Items"][0]),
            R"({"id":{"S":"a"},"seq":{"N":"10"},"rank":{"N":"-1"}})");
}

TEST_F(DynamoDbIndexes, WritesConsumeCapacityOfEachIndexTheyChange) {
  Json input = Json::parse(R"({"TableName":"jobs","Key":{"id":{"S":"a"},"seq":{"N":"2"}},
      "UpdateExpression":"SET secret = :s","ExpressionAttributeValues":{":s":{"S":"other"}},
      "ReturnConsumedCapacity":"INDEXES","ReturnItemCollectionMetrics":"SIZE"})");
  const Json untouched = call("UpdateItem", input);
  EXPECT_EQ(dump_json(untouched["ConsumedCapacity"]),
            R"({"TableName":"jobs","CapacityUnits":1.0,"Table":{"CapacityUnits":1.0}})");
  EXPECT_EQ(dump_json(untouched["ItemCollectionMetrics"]),
            R"({"ItemCollectionKey":{"id":{"S":"a"}},"SizeEstimateRangeGB":[0.0,1.0]})");
  input["UpdateExpression"] = "SET #r = :s";
  input["ExpressionAttributeNames"] = {{"#r", "rank"}};
  input["ExpressionAttributeValues"] = {{":s", {{"N", "6"}}}};
  // The entry moves in both indexes: one is deleted, one written.
  EXPECT_EQ(dump_json(call("UpdateItem", input)["ConsumedCapacity"]),
            R"({"TableName":"jobs","CapacityUnits":5.0,"Table":{"CapacityUnits":1.0},)"
            R"("GlobalSecondaryIndexes":{"by-owner":{"CapacityUnits":2.0}},)"
            R"("LocalSecondaryIndexes":{"by-rank":{"CapacityUnits":2.0}}})");
}

TEST_F(DynamoDbIndexes, RefusesWhatAnIndexCannotDo) {
  EXPECT_EQ(refusal("Scan", R"({"TableName":"jobs","IndexName":"by-owner","ConsistentRead":true})"),
            "ValidationException: Consistent reads are not supported on global secondary indexes");
  EXPECT_EQ(
      refusal("Scan", R"({"TableName":"jobs","IndexName":"by-owner","Select":"ALL_ATTRIBUTES"})"),
      "ValidationException: One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not "
      "supported for global secondary index by-owner because its projection type is not ALL");
  EXPECT_EQ(refusal("Scan", R"({"TableName":"jobs","IndexName":"by-owner","ProjectionExpression":"secret"})"),
            "ValidationException: One or more parameter values were invalid: Global secondary index by-owner "
            "does not "
            "project [secret]");
  EXPECT_EQ(
      refusal("PutItem", R"({"TableName":"jobs","Item":{"id":{"S":"x"},"seq":{"N":"1"},"owner":{"N":"1"}}})"),
      "ValidationException: One or more parameter values were invalid: Type mismatch for Index Key owner "
      "Expected: S Actual: N IndexName: by-owner");
}

}  // namespace
}  // namespace aurora::local::dynamodb
