// The codec and the signatures against botocore, the library under the AWS CLI and boto3.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

#include "aws/sigv4.h"
#include "aws/wire.h"
#include "base/dates.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

const TimePoint kWhen = *parse_iso("2026-11-21T06:20:51Z");

std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return output;
  char buffer[4096];
  while (const std::size_t count = fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, count);
  pclose(pipe);
  return output;
}

Json header_list(const http::Headers& headers) {
  Json list = Json::array();
  for (const auto& [name, value] : headers) list.push_back(Json::array({name, value}));
  return list;
}

class Cases {
 public:
  void request(const char* service_name, const char* operation, const Json& input) {
    const Service& service = require_service(service_name);
    validate(service, require_operation(service, operation), input);
    http::Request request = encode_request(service, require_operation(service, operation), input);
    request.headers.set("Host", "service.test");
    const Credentials credentials{.access_key_id = "AKIDEXAMPLE",
                                  .secret_access_key = Secret("example-secret"),
                                  .session_token = Secret("example-token"),
                                  .expires_at = {}};
    sign_request(request, credentials, {.region = "us-west-2", .service = std::string(service.signing_name)},
                 kWhen);
    cases_["requests"].push_back({{"service", service_name},
                                  {"operation", operation},
                                  {"input", input},
                                  {"region", "us-west-2"},
                                  {"signing_name", service.signing_name},
                                  {"request",
                                   {{"method", request.method},
                                    {"path", request.path},
                                    {"query", request.query},
                                    {"headers", header_list(request.headers)},
                                    {"body", request.body}}}});
  }

  void response(const char* service_name, const char* operation, const Json& output) {
    const Service& service = require_service(service_name);
    add_response(service_name, operation,
                 encode_response(service, require_operation(service, operation), output, "id-1"), "output",
                 output);
  }

  void error(const char* service_name, const char* operation, const ServiceError& error,
             const char* code_read) {
    add_response(service_name, operation, encode_error(require_service(service_name), error, "id-1"), "error",
                 {{"code", code_read}, {"message", error.message()}});
  }

  const Json& json() const { return cases_; }

 private:
  void add_response(const char* service, const char* operation, const http::Response& response,
                    const char* key, const Json& expected) {
    cases_["responses"].push_back({{"service", service},
                                   {"operation", operation},
                                   {key, expected},
                                   {"response",
                                    {{"status", response.status},
                                     {"headers", header_list(response.headers)},
                                     {"body", base64_encode(response.body)}}}});
  }

  Json cases_ = {{"requests", Json::array()}, {"responses", Json::array()}};
};

void add_requests(Cases& cases) {
  cases.request("rds", "CopyDBClusterSnapshot",
                {{"SourceDBClusterSnapshotIdentifier", "arn:aws:rds:us-east-1:1:cluster-snapshot:s"},
                 {"TargetDBClusterSnapshotIdentifier", "t"},
                 {"CopyTags", true},
                 {"Tags", {{{"Key", "a b"}, {"Value", "ü&=+"}}, {{"Key", "k"}}}}});
  cases.request("rds", "DescribeDBClusters",
                {{"Filters", {{{"Name", "engine"}, {"Values", {"aurora-mysql", "x"}}}}}, {"MaxRecords", 20}});
  cases.request("rds", "RestoreDBClusterToPointInTime",
                {{"DBClusterIdentifier", "c"},
                 {"RestoreToTime", "2026-11-21T06:20:51Z"},
                 {"VpcSecurityGroupIds", Json::array()}});
  cases.request("rds", "CreateDBInstance",
                {{"DBInstanceIdentifier", "i"},
                 {"DBInstanceClass", "db.r6g.large"},
                 {"Engine", "aurora-mysql"},
                 {"PubliclyAccessible", false},
                 {"PromotionTier", 0},
                 {"ProcessorFeatures", {{{"Name", "n"}, {"Value", "v"}}}}});
  cases.request("sns", "Publish",
                {{"TopicArn", "arn"},
                 {"Message", "m\né"},
                 {"MessageAttributes", {{"a", {{"DataType", "Binary"}, {"BinaryValue", "raw"}}}}}});
  cases.request("sns", "PublishBatch",
                {{"TopicArn", "arn"}, {"PublishBatchRequestEntries", {{{"Id", "1"}, {"Message", "m"}}}}});
  cases.request(
      "sts", "AssumeRole",
      {{"RoleArn", "arn:aws:iam::123456789012:role/r"}, {"RoleSessionName", "s1"}, {"DurationSeconds", 900}});
  cases.request("ec2", "DescribeSecurityGroups",
                {{"GroupIds", {"sg-1", "sg-2"}}, {"Filters", {{{"Name", "vpc-id"}, {"Values", {"v"}}}}}});
  cases.request("dynamodb", "UpdateItem",
                {{"TableName", "t"},
                 {"Key", {{"id", {{"S", "1"}}}}},
                 {"UpdateExpression", "SET #a = :b"},
                 {"ExpressionAttributeNames", {{"#a", "a"}}},
                 {"ExpressionAttributeValues", {{":b", {{"B", "bytes"}}}}}});
  cases.request("sqs", "SendMessage", {{"QueueUrl", "http://q"}, {"MessageBody", "b"}, {"DelaySeconds", 0}});
  cases.request("ssm", "GetParametersByPath", {{"Path", "/a/b"}, {"WithDecryption", true}});
  cases.request("kms", "Encrypt", {{"KeyId", "k"}, {"Plaintext", "p"}, {"EncryptionContext", {{"a", "b"}}}});
  cases.request(
      "secretsmanager", "CreateSecret",
      {{"Name", "n"}, {"SecretBinary", "b"}, {"ClientRequestToken", "12345678901234567890123456789012"}});
  cases.request("stepfunctions", "StartExecution",
                {{"stateMachineArn", "arn"}, {"name", "n"}, {"input", "{\"a\": 1}"}});
  cases.request("events", "PutTargets",
                {{"Rule", "r"}, {"Targets", {{{"Id", "1"}, {"Arn", "arn"}, {"Input", "{}"}}}}});
  cases.request(
      "cloudwatch", "PutMetricData",
      {{"Namespace", "n"},
       {"MetricData", {{{"MetricName", "m"}, {"Value", 1.5}, {"Timestamp", "2026-11-21T06:20:51Z"}}}}});
  cases.request("logs", "FilterLogEvents", {{"logGroupName", "/aws/lambda/f"}, {"startTime", 1795242051000}});
  cases.request("lambda", "Invoke",
                {{"FunctionName", "arn:aws:lambda:us-west-2:1:function:f"},
                 {"Qualifier", "$LATEST"},
                 {"Payload", "{}"}});
  cases.request("lambda", "ListFunctions", {{"MaxItems", 5}});
  cases.request("lambda", "UntagResource",
                {{"Resource", "arn:aws:lambda:us-west-2:1:function:f"}, {"TagKeys", {"a", "b c"}}});
  cases.request("scheduler", "GetSchedule", {{"Name", "nightly"}, {"GroupName", "g"}});
  cases.request("s3", "PutObject",
                {{"Bucket", "bucket"},
                 {"Key", "a b/c+d(é)~"},
                 {"Body", "data"},
                 {"Metadata", {{"op", "1"}}},
                 {"Tagging", "a=b"}});
  cases.request("s3", "ListObjectsV2",
                {{"Bucket", "bucket"}, {"Prefix", "a/ +&"}, {"MaxKeys", 2}, {"StartAfter", "é"}});
  cases.request("s3", "PutBucketTagging",
                {{"Bucket", "bucket"}, {"Tagging", {{"TagSet", {{{"Key", "k"}, {"Value", "<v>"}}}}}}});
  cases.request("s3", "CompleteMultipartUpload",
                {{"Bucket", "bucket"},
                 {"Key", "k"},
                 {"MultipartUpload", {{"Parts", {{{"ETag", "\"e\""}, {"PartNumber", 1}}}}}},
                 {"UploadId", "u"}});
}

void add_responses(Cases& cases) {
  cases.response("rds", "DescribeDBClusterSnapshots",
                 {{"Marker", "m"},
                  {"DBClusterSnapshots",
                   {{{"AvailabilityZones", {"a", "b"}},
                     {"DBClusterSnapshotIdentifier", "s<&>"},
                     {"SnapshotCreateTime", "2026-11-21T06:20:51.123Z"},
                     {"PercentProgress", 40},
                     {"StorageEncrypted", false},
                     {"TagList", Json::array()}}}}});
  cases.response("rds", "DescribeDBClusters", {{"DBClusters", Json::array()}});
  cases.response("sns", "GetTopicAttributes", {{"Attributes", {{"a", "b"}, {"c", ""}}}});
  cases.response("sts", "GetCallerIdentity", {{"UserId", "u"}, {"Account", "123456789012"}, {"Arn", "arn"}});
  cases.response("ec2", "DescribeVpcs", {{"Vpcs", {{{"VpcId", "vpc-1"}, {"IsDefault", true}}}}});
  cases.response("dynamodb", "GetItem", {{"Item", {{"id", {{"S", "é"}}}, {"l", {{"L", {{{"N", "1"}}}}}}}}});
  cases.response("dynamodb", "DescribeTable",
                 {{"Table", {{"TableName", "t"}, {"CreationDateTime", "2026-11-21T06:20:51.120Z"}}}});
  cases.response("stepfunctions", "StartExecution",
                 {{"executionArn", "arn"}, {"startDate", "2026-11-21T06:20:51.000Z"}});
  cases.response("sqs", "ReceiveMessage",
                 {{"Messages", {{{"MessageId", "m"}, {"Body", "b"}, {"Attributes", {{"SenderId", "s"}}}}}}});
  cases.response("kms", "Encrypt", {{"CiphertextBlob", "bytes"}, {"KeyId", "k"}});
  cases.response("cloudwatch", "DescribeAlarms",
                 {{"MetricAlarms", {{{"AlarmName", "a"}, {"Threshold", 1.5}}}}});
  cases.response("lambda", "GetFunctionConfiguration",
                 {{"FunctionName", "f"}, {"Timeout", 30}, {"Environment", {{"Variables", {{"A", "b"}}}}}});
  cases.response("s3", "ListBuckets",
                 {{"Buckets", {{{"Name", "b"}, {"CreationDate", "2026-11-21T06:20:51.000Z"}}}},
                  {"Owner", {{"ID", "o"}}}});
  cases.response("s3", "ListObjectsV2",
                 {{"IsTruncated", false},
                  {"Contents", {{{"Key", "a&b"}, {"ETag", "\"e\""}, {"Size", 5}}}},
                  {"Name", "b"},
                  {"CommonPrefixes", {{{"Prefix", "p/"}}}},
                  {"KeyCount", 1}});
  cases.response("s3", "CopyObject",
                 {{"CopyObjectResult", {{"ETag", "\"e\""}, {"LastModified", "2026-11-21T06:20:51.000Z"}}}});
  cases.error("rds", "DescribeDBInstances", ServiceError("DBInstanceNotFound", "no <i>"),
              "DBInstanceNotFound");
  cases.error("dynamodb", "PutItem", ServiceError("ConditionalCheckFailedException", "failed"),
              "ConditionalCheckFailedException");
  cases.error("sqs", "GetQueueUrl", ServiceError("QueueDoesNotExist", "gone"),
              "AWS.SimpleQueueService.NonExistentQueue");
  cases.error("lambda", "GetFunction", ServiceError("ResourceNotFoundException", "no f"),
              "ResourceNotFoundException");
  cases.error("secretsmanager", "GetSecretValue", ServiceError("ResourceNotFoundException", "none"),
              "ResourceNotFoundException");
  cases.error("s3", "GetObject", ServiceError("NoSuchKey", "no key", 404), "NoSuchKey");
  cases.error("ec2", "DescribeVpcs", ServiceError("InvalidVpcID.NotFound", "no vpc"),
              "InvalidVpcID.NotFound");
}

TEST(Botocore, AgreesOnRequestsSignaturesAndAnswers) {
  const std::string probe = output_of(
      "python3 -c 'import botocore.model as m; m.ServiceModel.resolved_protocol; print(1)' 2>/dev/null");
  if (probe != "1\n") GTEST_SKIP() << "python3 has no botocore here, or one older than 1.35 (Debian's)";
  Cases cases;
  add_requests(cases);
  add_responses(cases);
  const auto file = std::filesystem::temp_directory_path() / ("botocore-" + random_hex(12) + ".json");
  write_file(file, dump_json(cases.json()));
  const std::string said =
      output_of("PYTHONDONTWRITEBYTECODE=1 python3 " AURORA_SOURCE_DIR "/src/aws/testing/botocore_peer.py " +
                file.string() + " 2>&1");
  std::filesystem::remove(file);
  EXPECT_EQ(said, fmt::format("compared {} requests and {} responses\n", cases.json()["requests"].size(),
                              cases.json()["responses"].size()));
}

}  // namespace
}  // namespace aurora::aws
