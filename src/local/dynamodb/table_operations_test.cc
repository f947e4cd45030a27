// Tables and their settings.
#include "local/dynamodb/testing/fixture.h"

namespace aurora::local::dynamodb {
namespace {

class DynamoDbTables : public testing::DynamoDbTest {};

constexpr char kProvisioned[] = R"({"TableName":"aurora-restore-state",
  "AttributeDefinitions":[{"AttributeName":"operation_id","AttributeType":"S"}],
  "KeySchema":[{"AttributeName":"operation_id","KeyType":"HASH"}],
  "ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}})";

Json changed(const char* base, const char* patch) {
  Json input = Json::parse(base);
  input.merge_patch(Json::parse(patch));
  return input;
}

TEST_F(DynamoDbTables, CreatedTableIsDescribedAsOnAws) {
  const Json created = call("CreateTable", kProvisioned);
  EXPECT_EQ(created["TableDescription"]["TableStatus"], "CREATING");
  const Json table = call("DescribeTable", R"({"TableName":"aurora-restore-state"})")["Table"];
  EXPECT_EQ(table["TableStatus"], "ACTIVE");
  EXPECT_EQ(table["TableArn"], "arn:aws:dynamodb:us-west-2:123456789012:table/aurora-restore-state");
  EXPECT_EQ(table["CreationDateTime"], "2026-11-21T06:00:00.000Z");
  EXPECT_EQ(dump_json(table["ProvisionedThroughput"]),
            R"({"NumberOfDecreasesToday":0,"ReadCapacityUnits":5,"WriteCapacityUnits":5})");
  EXPECT_EQ(table["ItemCount"], 0);
  EXPECT_FALSE(table.contains("BillingModeSummary"));
}

TEST_F(DynamoDbTables, DescriptionCountsItemsAndBytes) {
  create_state_table();
  call("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"op-1"}}})");
  const Json table = call("DescribeTable", R"({"TableName":"state"})")["Table"];
  EXPECT_EQ(table["ItemCount"], 1);
  EXPECT_EQ(table["TableSizeBytes"], 16);
  EXPECT_EQ(table["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST");
}

TEST_F(DynamoDbTables, TablesOfRegionsAreApart) {
  create_state_table();
  EXPECT_EQ(call("ListTables", Json::object(), "us-east-1")["TableNames"], Json::array());
  EXPECT_EQ(call("ListTables", Json::object())["TableNames"], Json::array({"state"}));
}

TEST_F(DynamoDbTables, ListIsSortedAndPaged) {
  create_state_table();
  create_audit_table();
  const Json first = call("ListTables", R"({"Limit":1})");
  EXPECT_EQ(dump_json(first), R"({"TableNames":["audit"],"LastEvaluatedTableName":"audit"})");
  const Json second = call("ListTables", R"({"Limit":1,"ExclusiveStartTableName":"audit"})");
  EXPECT_EQ(dump_json(second), R"({"TableNames":["state"]})");
}

TEST_F(DynamoDbTables, RefusesASecondOfTheNameAndAMissingOne) {
  create_state_table();
  EXPECT_EQ(refusal("CreateTable", changed(kProvisioned, R"({"TableName":"state"})")),
            "ResourceInUseException: Table already exists: state");
  EXPECT_EQ(refusal("DescribeTable", R"({"TableName":"gone"})"),
            "ResourceNotFoundException: Requested resource not found: Table: gone not found");
  EXPECT_EQ(refusal("GetItem", R"({"TableName":"gone","Key":{"a":{"S":"b"}}})"),
            "ResourceNotFoundException: Requested resource not found");
}

TEST_F(DynamoDbTables, RefusesInvalidDefinitionsInTheWordsOfAws) {
  const auto refused = [this](const char* patch) {
    return refusal("CreateTable", changed(kProvisioned, patch));
  };
  const std::string prefix = "ValidationException: One or more parameter values were invalid: ";
  EXPECT_EQ(
      refused(R"({"TableName":"x"})"),
      "ValidationException: TableName must be at least 3 characters long and at most 255 characters long");
  EXPECT_EQ(
      refused(R"({"TableName":"a b c"})"),
      "ValidationException: 1 validation error detected: Value 'a b c' at 'tableName' failed to satisfy "
      "constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
  EXPECT_EQ(
      refused(R"({"ProvisionedThroughput":null})"),
      prefix +
          "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED");
  EXPECT_EQ(refused(R"({"BillingMode":"PAY_PER_REQUEST"})"),
            prefix +
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                "PAY_PER_REQUEST");
  EXPECT_EQ(refused(R"({"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]})"),
            prefix +
                "Some index key attributes are not defined in AttributeDefinitions. Keys: [id], "
                "AttributeDefinitions: [operation_id]");
  EXPECT_EQ(refused(R"({"KeySchema":[{"AttributeName":"operation_id","KeyType":"RANGE"}]})"),
            "ValidationException: Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  EXPECT_EQ(refused(R"({"AttributeDefinitions":[{"AttributeName":"operation_id","AttributeType":"S"},
                        {"AttributeName":"extra","AttributeType":"S"}]})"),
            prefix +
                "Number of attributes in KeySchema does not exactly match number of attributes defined in "
                "AttributeDefinitions");
}

TEST_F(DynamoDbTables, DeletionTakesItemsAlongAndRespectsProtection) {
  create_state_table();
  call("PutItem", R"({"TableName":"state","Item":{"operation_id":{"S":"op-1"}}})");
  call("UpdateTable", R"({"TableName":"state","DeletionProtectionEnabled":true})");
  EXPECT_EQ(refusal("DeleteTable", R"({"TableName":"state"})"),
            "ValidationException: Resource cannot be deleted as it is currently protected against deletion. "
            "Disable "
            "deletion protection first.");
  call("UpdateTable", R"({"TableName":"state","DeletionProtectionEnabled":false})");
  EXPECT_EQ(call("DeleteTable", R"({"TableName":"state"})")["TableDescription"]["TableStatus"], "DELETING");
  create_state_table();
  EXPECT_EQ(call("Scan", R"({"TableName":"state"})")["Count"], 0);
}

TEST_F(DynamoDbTables, UpdateChangesBillingAndIndexes) {
  call("CreateTable", kProvisioned);
  EXPECT_EQ(refusal("UpdateTable", R"({"TableName":"aurora-restore-state"})"),
            "ValidationException: At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
            "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required");
  call("UpdateTable", R"({"TableName":"aurora-restore-state","BillingMode":"PAY_PER_REQUEST"})");
  call("PutItem", R"({"TableName":"aurora-restore-state",
                      "Item":{"operation_id":{"S":"op-1"},"status":{"S":"FAILED"}}})");
  call("UpdateTable", R"({"TableName":"aurora-restore-state",
      "AttributeDefinitions":[{"AttributeName":"status","AttributeType":"S"}],
      "GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"by-status","Projection":{"ProjectionType":"KEYS_ONLY"},
        "KeySchema":[{"AttributeName":"status","KeyType":"HASH"}]}}]})");
  service_->finish_work();
  Json table = call("DescribeTable", R"({"TableName":"aurora-restore-state"})")["Table"];
  EXPECT_EQ(table["GlobalSecondaryIndexes"][0]["IndexStatus"], "ACTIVE");
  EXPECT_FALSE(table["GlobalSecondaryIndexes"][0].contains("Backfilling"));
  EXPECT_EQ(table["GlobalSecondaryIndexes"][0]["ItemCount"], 1);
  EXPECT_EQ(table["AttributeDefinitions"].size(), 2U);
  call("UpdateTable", R"({"TableName":"aurora-restore-state",
                          "GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"by-status"}}]})");
  table = call("DescribeTable", R"({"TableName":"aurora-restore-state"})")["Table"];
  EXPECT_FALSE(table.contains("GlobalSecondaryIndexes"));
  EXPECT_EQ(table["AttributeDefinitions"].size(), 1U);
}

TEST_F(DynamoDbTables, TagsAreKeptByArn) {
  call("CreateTable", changed(kProvisioned, R"({"Tags":[{"Key":"a","Value":"1"}]})"));
  const Json arn = {{"ResourceArn", "arn:aws:dynamodb:us-west-2:123456789012:table/aurora-restore-state"}};
  Json tags = arn;
  tags["Tags"] = Json::parse(R"([{"Key":"b","Value":"2"}])");
  call("TagResource", tags);
  EXPECT_EQ(dump_json(call("ListTagsOfResource", arn)),
            R"({"Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]})");
  Json keys = arn;
  keys["TagKeys"] = {"a"};
  call("UntagResource", keys);
  EXPECT_EQ(dump_json(call("ListTagsOfResource", arn)), R"({"Tags":[{"Key":"b","Value":"2"}]})");
}

TEST_F(DynamoDbTables, ContinuousBackupsTellSinceWhen) {
  create_state_table();
  EXPECT_EQ(call("DescribeContinuousBackups",
                 R"({"TableName":"state"})")["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
                                            ["PointInTimeRecoveryStatus"],
            "DISABLED");
  call("UpdateContinuousBackups",
       R"({"TableName":"state","PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}})");
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(
      dump_json(
          call("DescribeContinuousBackups",
               R"({"TableName":"state"})")["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]),
      R"({"PointInTimeRecoveryStatus":"ENABLED","RecoveryPeriodInDays":35,)"
      R"("EarliestRestorableDateTime":"2026-11-21T06:00:00.000Z",)"
      R"("LatestRestorableDateTime":"2026-11-21T06:55:00.000Z"})");
}

TEST_F(DynamoDbTables, UnknownOperationIsRefused) {
  EXPECT_EQ(refusal("CreateGlobalTable", "{}").substr(0, 25), "UnknownOperationException");
}

}  // namespace
}  // namespace aurora::local::dynamodb
