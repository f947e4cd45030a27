// Exports and imports as requests: what they answer before any work is done, and how it is remembered.
#include "local/dynamodb/transfer_store.h"

#include "local/dynamodb/testing/fixture.h"

namespace aurora::local::dynamodb {
namespace {

constexpr char kArn[] = "arn:aws:dynamodb:us-west-2:123456789012:table/state";

class DynamoDbTransfers : public testing::DynamoDbTest {
 protected:
  DynamoDbTransfers() { create_state_table(); }

  void recover() {
    call("UpdateContinuousBackups", R"({"TableName":"state",
         "PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}})");
  }
  static Json order(const Json& more = Json::object()) {
    Json input{{"TableArn", kArn}, {"S3Bucket", "archives"}};
    input.update(more);
    return input;
  }
  static Json import_order(const std::string& table, const Json& more = Json::object()) {
    Json input{{"S3BucketSource", {{"S3Bucket", "archives"}, {"S3KeyPrefix", "p"}}},
               {"InputFormat", "DYNAMODB_JSON"},
               {"TableCreationParameters",
                {{"TableName", table},
                 {"BillingMode", "PAY_PER_REQUEST"},
                 {"AttributeDefinitions", {{{"AttributeName", "id"}, {"AttributeType", "S"}}}},
                 {"KeySchema", {{{"AttributeName", "id"}, {"KeyType", "HASH"}}}}}}};
    input.update(more);
    return input;
  }
};

TEST_F(DynamoDbTransfers, ExportNeedsPointInTimeRecovery) {
  EXPECT_EQ(
      refusal("ExportTableToPointInTime", order()),
      "PointInTimeRecoveryUnavailableException: Point in time recovery is not enabled for table 'state'");
  recover();
  const Json description = call("ExportTableToPointInTime", order())["ExportDescription"];
  EXPECT_EQ(description["ExportStatus"], "IN_PROGRESS");
  EXPECT_EQ(description["ExportTime"], "2026-11-21T06:00:00.000Z");
  EXPECT_TRUE(
      std::string(description["ExportArn"]).starts_with(std::string(kArn) + "/export/01795240800000-"));
}

TEST_F(DynamoDbTransfers, UnknownTablesAndExportsAreNamed) {
  EXPECT_EQ(refusal("ExportTableToPointInTime", order({{"TableArn", std::string(kArn) + "-2"}})),
            "TableNotFoundException: Table not found: " + std::string(kArn) + "-2");
  EXPECT_EQ(refusal("ExportTableToPointInTime",
                    order({{"TableArn", "arn:aws:dynamodb:us-east-1:123456789012:table/state"}})),
            "TableNotFoundException: Table not found: arn:aws:dynamodb:us-east-1:123456789012:table/state");
  EXPECT_EQ(refusal("DescribeExport", Json{{"ExportArn", kArn}}),
            "ExportNotFoundException: Export not found: " + std::string(kArn));
  EXPECT_EQ(refusal("DescribeImport", Json{{"ImportArn", kArn}}),
            "ImportNotFoundException: Import not found: " + std::string(kArn));
}

TEST_F(DynamoDbTransfers, WhatIsNotCarriedIsNamed) {
  recover();
  EXPECT_EQ(refusal("ExportTableToPointInTime", order({{"ExportFormat", "ION"}})),
            "ValidationException: ExportFormat ION is not carried by this endpoint");
  EXPECT_EQ(refusal("ExportTableToPointInTime", order({{"ExportType", "INCREMENTAL_EXPORT"}})),
            "ValidationException: ExportType INCREMENTAL_EXPORT is not carried by this endpoint");
  EXPECT_EQ(refusal("ImportTable", import_order("imported", {{"InputFormat", "CSV"}})),
            "ValidationException: InputFormat CSV is not carried by this endpoint");
  EXPECT_EQ(refusal("ImportTable", import_order("imported", {{"InputCompressionType", "ZSTD"}})),
            "ValidationException: InputCompressionType ZSTD is not carried by this endpoint");
}

TEST_F(DynamoDbTransfers, OnlyThePresentCanBeExported) {
  recover();
  clock_.advance(std::chrono::minutes(10));
  EXPECT_EQ(refusal("ExportTableToPointInTime", order({{"ExportTime", "2026-11-21T07:00:00Z"}})),
            "InvalidExportTimeException: The export time cannot be in the future");
  EXPECT_EQ(refusal("ExportTableToPointInTime", order({{"ExportTime", "2026-11-21T05:00:00Z"}})),
            "InvalidExportTimeException: The export time is earlier than the earliest restorable time of the "
            "table");
  EXPECT_TRUE(refusal("ExportTableToPointInTime", order({{"ExportTime", "2026-11-21T06:05:00Z"}}))
                  .starts_with("InvalidExportTimeException: An ExportTime in the past is not carried"));
  EXPECT_EQ(refusal("ExportTableToPointInTime", order({{"ExportTime", "2026-11-21T06:10:00Z"}})), "accepted");
}

TEST_F(DynamoDbTransfers, SameTokenIsTheSameExport) {
  recover();
  const Json first = call("ExportTableToPointInTime", order({{"ClientToken", "t"}}));
  EXPECT_EQ(call("ExportTableToPointInTime", order({{"ClientToken", "t"}})), first);
  EXPECT_TRUE(refusal("ExportTableToPointInTime", order({{"ClientToken", "t"}, {"S3Prefix", "x"}}))
                  .starts_with("ExportConflictException"));
  clock_.advance(std::chrono::hours(9));
  EXPECT_NE(call("ExportTableToPointInTime", order({{"ClientToken", "t"}})), first);
  EXPECT_EQ(call("ImportTable", import_order("imported", {{"ClientToken", "i"}})),
            call("ImportTable", import_order("imported", {{"ClientToken", "i"}})));
  EXPECT_TRUE(refusal("ImportTable", import_order("another", {{"ClientToken", "i"}}))
                  .starts_with("ImportConflictException"));
}

TEST_F(DynamoDbTransfers, ListsTheNewestFirstInPages) {
  recover();
  for (const char* prefix : {"a", "b", "c"}) {
    call("ExportTableToPointInTime", order({{"S3Prefix", prefix}}));
    clock_.advance(std::chrono::seconds(1));
  }
  const Json first = call("ListExports", Json{{"MaxResults", 2}});
  ASSERT_EQ(first["ExportSummaries"].size(), 2U);
  const Json rest = call("ListExports", Json{{"MaxResults", 2}, {"NextToken", first["NextToken"]}});
  ASSERT_EQ(rest["ExportSummaries"].size(), 1U);
  EXPECT_FALSE(rest.contains("NextToken"));
  const auto prefix_of = [&](const Json& summary) {
    return call("DescribeExport", Json{{"ExportArn", summary["ExportArn"]}})["ExportDescription"]["S3Prefix"];
  };
  EXPECT_EQ(prefix_of(first["ExportSummaries"][0]), "c");
  EXPECT_EQ(prefix_of(rest["ExportSummaries"][0]), "a");
  EXPECT_EQ(call("ListExports",
                 Json{{"TableArn", "arn:aws:dynamodb:us-west-2:123456789012:table/other"}})["ExportSummaries"]
                .size(),
            0U);
  EXPECT_EQ(call("ListExports", Json::object(), "us-east-1")["ExportSummaries"].size(), 0U);
}

TEST_F(DynamoDbTransfers, TableThatIsBeingImportedIsThereForNobody) {
  call("ImportTable", import_order("imported"));
  EXPECT_EQ(call("DescribeTable", R"({"TableName":"imported"})")["Table"]["TableStatus"], "CREATING");
  EXPECT_EQ(refusal("PutItem", R"({"TableName":"imported","Item":{"id":{"S":"a"}}})"),
            "ResourceNotFoundException: Requested resource not found");
  EXPECT_EQ(refusal("DeleteTable", R"({"TableName":"imported"})"),
            "ResourceInUseException: Attempt to change a resource which is still in use: Table is being "
            "created: imported");
  EXPECT_EQ(refusal("ImportTable", import_order("imported")),
            "ResourceInUseException: Table already exists: imported");
  EXPECT_EQ(call("ListImports", Json::object())["ImportSummaryList"][0]["ImportStatus"], "IN_PROGRESS");
}

TEST_F(DynamoDbTransfers, FinishedOnesAreForgottenAfter90Days) {
  recover();
  call("ExportTableToPointInTime", order());
  service_->finish_work();
  EXPECT_EQ(call("ListExports", Json::object())["ExportSummaries"][0]["ExportStatus"], "FAILED")
      << "there is no S3 in this test";
  clock_.advance(std::chrono::hours(24 * 91));
  service_->sweep_expired();
  EXPECT_EQ(call("ListExports", Json::object())["ExportSummaries"].size(), 0U);
}

}  // namespace
}  // namespace aurora::local::dynamodb
