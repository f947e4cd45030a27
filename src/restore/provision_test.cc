#include "restore/provision.h"

#include "restore/tables.h"
#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

class ProvisionTables : public testing::StepWorld {
 protected:
  Json table(const std::string& name) {
    return api.call("dynamodb", "us-west-2", "DescribeTable", {{"TableName", name}})["Table"];
  }
  std::string expiry(const std::string& name) {
    return string_or(api.call("dynamodb", "us-west-2", "DescribeTimeToLive",
                              {{"TableName", name}})["TimeToLiveDescription"],
                     "AttributeName", "none");
  }
  std::string recovery(const std::string& name) {
    return api.call("dynamodb", "us-west-2", "DescribeContinuousBackups",
                    {{"TableName", name}})["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
                                          ["PointInTimeRecoveryStatus"];
  }
  void expect_complete(const PipelineNames& wanted) {
    for (const std::string& name : {wanted.state_table(), wanted.audit_table()}) {
      const Json index = table(name)["GlobalSecondaryIndexes"][0];
      const bool state = name == wanted.state_table();
      EXPECT_EQ(index["IndexName"], state ? kStatusIndex : kDayIndex);
      EXPECT_EQ(index["KeySchema"][0]["AttributeName"], state ? "status" : "day");
      EXPECT_EQ(index["KeySchema"][1]["AttributeName"], state ? "start_time" : "timestamp");
      EXPECT_EQ(index["Projection"]["ProjectionType"], "ALL");
      EXPECT_EQ(index["IndexStatus"], "ACTIVE");
      EXPECT_EQ(expiry(name), "expires_at");
      EXPECT_EQ(recovery(name), "ENABLED");
    }
  }
};

TEST_F(ProvisionTables, NewOnesHaveIndexExpiryAndRecovery) {
  expect_complete(names);
  EXPECT_NO_THROW(provision_tables(api, names)) << "it may be run again";
  expect_complete(names);
}

// As the configuration guide's commands make them, and as older versions did.
TEST_F(ProvisionTables, OlderOnesGetWhatTheyLackAndKeepWhatTheyHold) {
  PipelineNames old = names;
  old.environment = "old";
  for (const bool audit : {false, true}) {
    Json attributes = Json::array({{{"AttributeName", "operation_id"}, {"AttributeType", "S"}}});
    Json schema = Json::array({{{"AttributeName", "operation_id"}, {"KeyType", "HASH"}}});
    if (audit) {
      attributes.push_back({{"AttributeName", "timestamp"}, {"AttributeType", "S"}});
      schema.push_back({{"AttributeName", "timestamp"}, {"KeyType", "RANGE"}});
    }
    api.call("dynamodb", "us-west-2", "CreateTable",
             {{"TableName", audit ? old.audit_table() : old.state_table()},
              {"AttributeDefinitions", attributes},
              {"KeySchema", schema},
              {"ProvisionedThroughput", {{"ReadCapacityUnits", 5}, {"WriteCapacityUnits", 5}}}});
  }
  aws::DynamoDb(api, "us-west-2")
      .put(old.state_table(),
           {{"operation_id", "op-old"}, {"status", "FAILED"}, {"start_time", "2026-01-01"}});
  aws::DynamoDb(api, "us-west-2")
      .put(old.audit_table(),
           {{"operation_id", "op-old"}, {"timestamp", "2026-01-01T10:00:00.000000Z-0001"}});
  provision_tables(api, old);
  dynamodb.finish_work();
  expect_complete(old);
  const Json found = api.call("dynamodb", "us-west-2", "Query",
                              {{"TableName", old.state_table()},
                               {"IndexName", kStatusIndex},
                               {"KeyConditionExpression", "#s = :s"},
                               {"ExpressionAttributeNames", {{"#s", "status"}}},
                               {"ExpressionAttributeValues", {{":s", {{"S", "FAILED"}}}}}});
  EXPECT_EQ(found["Count"], 1);
  EXPECT_EQ(aws::DynamoDb(api, "us-west-2").query(old.audit_table(), "operation_id", "op-old")[0]["day"],
            "2026-01-01")
      << "the index finds older events too";
}

// The documents' attributes stand at the top level of the item (operations guide and configuration guide).
TEST_F(ProvisionTables, StateItemHasTheDocumentedAttributes) {
  restore();
  const Json item = operations.load("op-1")->item();
  for (const char* text : {"operation_id", "timestamp", "status", "start_time", "last_updated_time"})
    EXPECT_TRUE(item.contains(text) && item[text].is_string()) << text;
  for (const char* map : {"state", "parameters", "snapshot_details", "restore_details"})
    EXPECT_TRUE(item.contains(map) && item[map].is_object() && !item[map].empty()) << map;
  EXPECT_FALSE(item.contains("error"));
  EXPECT_FALSE(item.contains("expires_at")) << "an operation in progress does not expire";
}

TEST_F(ProvisionTables, FailedStateItemHasItsErrorAndExpiresAfter90Days) {
  check();
  step("handle_failure", {{"error", {{"Error", "Timeout"}, {"Cause", "it took too long"}}}});
  work();
  until_done("handle_failure", {{"error", {{"Error", "Timeout"}, {"Cause", "it took too long"}}}});
  const Json item = operations.load("op-1")->item();
  EXPECT_EQ(item["status"], kFailed);
  EXPECT_EQ(item["error"]["name"], "Timeout");
  const auto end = (clock.now() + std::chrono::days(90)).time_since_epoch();
  EXPECT_EQ(item["expires_at"], std::chrono::duration_cast<std::chrono::seconds>(end).count());
  clock.advance(std::chrono::days(91));
  dynamodb.sweep_expired();
  EXPECT_FALSE(operations.load("op-1").has_value());
}

}  // namespace
}  // namespace aurora::restore
