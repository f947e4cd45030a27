// Tables to S3 and back.
#include <map>

#include "base/gzip.h"
#include "base/text.h"
#include "local/dynamodb/testing/fixture.h"
#include "local/logs.h"
#include "local/s3.h"

namespace aurora::local::dynamodb {
namespace {

constexpr char kStateArn[] = "arn:aws:dynamodb:us-west-2:123456789012:table/state";

class DynamoDbTransferWork : public testing::DynamoDbTest, public Router {
 protected:
  DynamoDbTransferWork() {
    reopen();
    create_state_table();
    DynamoDbTest::call("UpdateContinuousBackups", R"({"TableName":"state",
        "PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true}})");
    s3("CreateBucket",
       {{"Bucket", "archives"}, {"CreateBucketConfiguration", {{"LocationConstraint", "us-west-2"}}}});
  }

  Json call(const Call& call) override {
    calls_.push_back(call.operation);
    if (failures_left_ > 0 && --failures_left_ >= 0) throw aws::ServiceError("SlowDown", "Reduce", 503);
    if (call.service == "s3") return s3_.handle(call);
    if (call.service == "logs") return logs_.handle(call);
    throw aws::ServiceError("NotRouted", call.service);
  }
  using DynamoDbTest::call;

  void reopen() {
    service_.reset();
    service_ = std::make_unique<DynamoDbService>(directory_.path(), clock_, Log::none(), this);
  }

  Json s3(std::string_view operation, const Json& input) {
    Call call;
    call.service = "s3";
    call.region = "us-west-2";
    call.operation = operation;
    call.input = input;
    return s3_.handle(call);
  }
  std::string object(const std::string& key) {
    return s3("GetObject", {{"Bucket", "archives"}, {"Key", key}})["Body"];
  }
  void put_object(const std::string& key, const std::string& body) {
    s3("PutObject", {{"Bucket", "archives"}, {"Key", key}, {"Body", body}});
  }

  Json export_state(const Json& more = Json::object()) {
    Json input{{"TableArn", kStateArn}, {"S3Bucket", "archives"}, {"S3Prefix", "daily"}};
    input.update(more);
    return call("ExportTableToPointInTime", input)["ExportDescription"];
  }
  Json described(const Json& started) {
    service_->finish_work();
    return call("DescribeExport", Json{{"ExportArn", started["ExportArn"]}})["ExportDescription"];
  }
  Json import(const std::string& prefix, const std::string& compression = "GZIP") {
    const Json started = call(
        "ImportTable", Json{{"S3BucketSource", {{"S3Bucket", "archives"}, {"S3KeyPrefix", prefix}}},
                            {"InputFormat", "DYNAMODB_JSON"},
                            {"InputCompressionType", compression},
                            {"TableCreationParameters",
                             {{"TableName", "copy"},
                              {"BillingMode", "PAY_PER_REQUEST"},
                              {"AttributeDefinitions",
                               {{{"AttributeName", "operation_id"}, {"AttributeType", "S"}},
                                {{"AttributeName", "status"}, {"AttributeType", "S"}}}},
                              {"KeySchema", {{{"AttributeName", "operation_id"}, {"KeyType", "HASH"}}}},
                              {"GlobalSecondaryIndexes",
                               {{{"IndexName", "by-status"},
                                 {"Projection", {{"ProjectionType", "ALL"}}},
                                 {"KeySchema", {{{"AttributeName", "status"}, {"KeyType", "HASH"}}}}}}}}}});
    service_->finish_work();
    return call(
        "DescribeImport",
        Json{{"ImportArn", started["ImportTableDescription"]["ImportArn"]}})["ImportTableDescription"];
  }
  Json scan(const std::string& table) { return call("Scan", Json{{"TableName", table}})["Items"]; }
  void put_item(const std::string& id, const std::string& status = "FAILED") {
    call("PutItem", Json{{"TableName", "state"},
                         {"Item",
                          {{"operation_id", {{"S", id}}},
                           {"status", {{"S", status}}},
                           {"raw", {{"B", std::string("\x00\xff", 2)}}},
                           {"list", {{"L", {{{"N", "1.50"}}, {{"NULL", true}}}}}}}}});
  }

  local::testing::TemporaryDirectory elsewhere_;
  S3 s3_{elsewhere_.path(), clock_};
  Logs logs_{elsewhere_.path(), clock_};
  std::vector<std::string> calls_;
  int failures_left_ = 0;
};

TEST_F(DynamoDbTransferWork, ExportIsInTheDocumentedFormat) {
  put_item("op-1");
  put_item("op-2");
  const Json done = described(export_state());
  EXPECT_EQ(done["ExportStatus"], "COMPLETED") << done.dump(2);
  EXPECT_EQ(done["ItemCount"], 2);
  const std::string arn = done["ExportArn"];
  const std::string folder = "daily/AWSDynamoDB/" + arn.substr(arn.rfind('/') + 1) + "/";
  EXPECT_EQ(done["ExportManifest"], folder + "manifest-summary.json");
  const Json summary = parse_json(object(done["ExportManifest"]), "the summary");
  EXPECT_EQ(summary["version"], "2020-06-30");
  EXPECT_EQ(summary["tableArn"], kStateArn);
  EXPECT_EQ(summary["itemCount"], 2);
  EXPECT_EQ(summary["outputFormat"], "DYNAMODB_JSON");
  const Json file = parse_json(object(summary["manifestFilesS3Key"]), "the only file");
  EXPECT_EQ(file["itemCount"], 2);
  const std::string text = gunzip(object(file["dataFileS3Key"]), 10'000);
  EXPECT_EQ(split(text, '\n')[0],
            R"({"Item":{"operation_id":{"S":"op-1"},"status":{"S":"FAILED"},"raw":{"B":"AP8="},)"
            R"("list":{"L":[{"N":"1.5"},{"NULL":true}]}}})");
}

TEST_F(DynamoDbTransferWork, ExportHoldsTheMomentItWasAskedFor) {
  put_item("op-1");
  const Json started = export_state();
  put_item("op-2");
  call("DeleteItem", R"({"TableName":"state","Key":{"operation_id":{"S":"op-1"}}})");
  reopen();
  EXPECT_EQ(described(started)["ItemCount"], 1);
  EXPECT_EQ(import("daily/")["ImportedItemCount"], 1);
  EXPECT_EQ(scan("copy")[0]["operation_id"]["S"], "op-1");
}

TEST_F(DynamoDbTransferWork, ImportBringsBackWhatWasExported) {
  for (int i = 0; i < 700; ++i) put_item("op-" + std::to_string(i), i % 7 == 0 ? "FAILED" : "COMPLETED");
  described(export_state());
  const Json done = import("daily/");
  EXPECT_EQ(done["ImportStatus"], "COMPLETED") << done.dump(2);
  EXPECT_EQ(done["ProcessedItemCount"], 700);
  EXPECT_EQ(done["ErrorCount"], 0);
  EXPECT_EQ(scan("copy"), scan("state"));
  EXPECT_EQ(call("DescribeTable", R"({"TableName":"copy"})")["Table"]["TableStatus"], "ACTIVE");
  EXPECT_EQ(call("Query", R"({"TableName":"copy","IndexName":"by-status","Select":"COUNT",
                              "KeyConditionExpression":"#s = :s","ExpressionAttributeNames":{"#s":"status"},
                              "ExpressionAttributeValues":{":s":{"S":"FAILED"}}})")["Count"],
            100);
}

TEST_F(DynamoDbTransferWork, MissingBucketFailsBothAndLeavesNoTable) {
  const Json failed = described(export_state({{"S3Bucket", "nowhere"}}));
  EXPECT_EQ(failed["ExportStatus"], "FAILED");
  EXPECT_EQ(failed["FailureCode"], "S3NoSuchBucket");
  EXPECT_EQ(failed["FailureMessage"], "The specified bucket does not exist");
  const Json none = import("no/such/prefix");
  EXPECT_EQ(none["ImportStatus"], "FAILED");
  EXPECT_EQ(none["FailureCode"], "S3NoSuchKey");
  EXPECT_TRUE(refusal("DescribeTable", R"({"TableName":"copy"})").starts_with("ResourceNotFoundException"));
}

TEST_F(DynamoDbTransferWork, ItemsThatDoNotFitAreLeftOutCountedAndLogged) {
  put_object("in/a.json",
             "{\"Item\":{\"operation_id\":{\"S\":\"good\"}}}\n"
             "{\"Item\":{\"operation_id\":{\"N\":\"1\"}}}\n"
             "{\"Item\":{\"status\":{\"S\":\"FAILED\"}}}\n"
             "no json at all\n\n"
             "{\"Item\":{\"operation_id\":{\"S\":\"last\"}}}");
  const Json done = import("in/", "NONE");
  EXPECT_EQ(done["ImportStatus"], "COMPLETED");
  EXPECT_EQ(done["FailureCode"], "ItemValidationError");
  EXPECT_EQ(done["ProcessedItemCount"], 5);
  EXPECT_EQ(done["ImportedItemCount"], 2);
  EXPECT_EQ(done["ErrorCount"], 3);
  Call call;
  call.service = "logs";
  call.region = "us-west-2";
  call.operation = "FilterLogEvents";
  call.input = {{"logGroupName", "/aws-dynamodb/imports"}};
  const Json events = logs_.handle(call)["events"];
  ASSERT_EQ(events.size(), 3U);
  const Json first = parse_json(std::string(events[0]["message"]), "an event");
  EXPECT_EQ(first["itemS3Pointer"]["key"], "in/a.json");
  EXPECT_EQ(first["itemS3Pointer"]["itemIndex"], 1);
}

TEST_F(DynamoDbTransferWork, DamagedObjectIsAnErrorNotTheEnd) {
  put_object("in/a.json.gz", "this is not gzip");
  put_object("in/b.json.gz", gzip("{\"Item\":{\"operation_id\":{\"S\":\"good\"}}}\n"));
  const Json done = import("in/");
  EXPECT_EQ(done["ImportedItemCount"], 1);
  EXPECT_EQ(done["ErrorCount"], 1);
}

TEST_F(DynamoDbTransferWork, PassingFailuresOfS3AreGotOver) {
  put_item("op-1");
  const Json started = export_state();
  failures_left_ = 1;
  std::jthread time([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) clock_.advance(std::chrono::seconds(1));
  });
  EXPECT_EQ(described(started)["ExportStatus"], "COMPLETED");
}

TEST_F(DynamoDbTransferWork, StoppedWorkIsBegunAgain) {
  put_item("op-1");
  const Json started = export_state();
  std::stop_source stop;
  stop.request_stop();
  service_->finish_work(stop.get_token());
  EXPECT_EQ(
      call("DescribeExport", Json{{"ExportArn", started["ExportArn"]}})["ExportDescription"]["ExportStatus"],
      "IN_PROGRESS");
  reopen();
  EXPECT_EQ(described(started)["ExportStatus"], "COMPLETED");
}

}  // namespace
}  // namespace aurora::local::dynamodb
