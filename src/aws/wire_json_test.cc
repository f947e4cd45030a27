// The JSON protocols against literal bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/wire.h"

namespace aurora::aws {
namespace {

using testing::HasSubstr;

http::Request encoded(std::string_view service, std::string_view operation, const Json& input) {
  return encode_request(require_service(service), require_operation(require_service(service), operation),
                        input);
}

Json decoded(std::string_view service, std::string_view operation, std::string body) {
  http::Request request;
  request.method = "POST";
  request.headers.set("X-Amz-Target", "X." + std::string(operation));
  request.body = std::move(body);
  return decode_request(require_service(service), require_operation(require_service(service), operation),
                        request);
}

http::Response answered(std::string_view service, std::string_view operation, const Json& output) {
  return encode_response(require_service(service), require_operation(require_service(service), operation),
                         output, "id");
}

Json understood(std::string_view service, std::string_view operation, std::string body) {
  const http::Response response{.status = 200, .headers = {}, .body = std::move(body)};
  return decode_response(require_service(service), require_operation(require_service(service), operation),
                         response);
}

TEST(JsonRequest, NamesItsOperationInTheTarget) {
  const http::Request request =
      encoded("dynamodb", "GetItem", {{"TableName", "t"}, {"Key", {{"id", {{"S", "1"}}}}}});
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/");
  EXPECT_EQ(request.headers.get("X-Amz-Target"), "DynamoDB_20120810.GetItem");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/x-amz-json-1.0");
  EXPECT_EQ(request.body, R"({"TableName":"t","Key":{"id":{"S":"1"}}})");
}

TEST(JsonRequest, OfEachServiceHasItsTargetAndVersion) {
  const std::map<std::string, std::pair<std::string, std::string>> expected = {
      {"stepfunctions", {"AWSStepFunctions.TagResource", "application/x-amz-json-1.0"}},
      {"ssm", {"AmazonSSM.AddTagsToResource", "application/x-amz-json-1.1"}},
      {"secretsmanager", {"secretsmanager.TagResource", "application/x-amz-json-1.1"}},
      {"kms", {"TrentService.TagResource", "application/x-amz-json-1.1"}},
      {"logs", {"Logs_20140328.TagResource", "application/x-amz-json-1.1"}},
      {"sqs", {"AmazonSQS.TagQueue", "application/x-amz-json-1.0"}},
      {"events", {"AWSEvents.TagResource", "application/x-amz-json-1.1"}},
      {"cloudwatch", {"GraniteServiceVersion20100801.TagResource", "application/x-amz-json-1.0"}}};
  for (const auto& [service, headers] : expected) {
    const std::string operation = headers.first.substr(headers.first.find('.') + 1);
    const http::Request request = encoded(service, operation, Json::object());
    EXPECT_EQ(request.headers.get("X-Amz-Target"), headers.first);
    EXPECT_EQ(request.headers.get("Content-Type"), headers.second) << service;
    const Operation* matched = match_operation(require_service(service), request);
    ASSERT_TRUE(matched) << service;
    EXPECT_EQ(matched->name, operation);
  }
}

TEST(JsonRequest, BlobsTravelInBase64) {
  const Json input = {{"KeyId", "k"}, {"Plaintext", std::string("\0\xff\x80", 3)}};
  const http::Request request = encoded("kms", "Encrypt", input);
  EXPECT_EQ(request.body, R"({"KeyId":"k","Plaintext":"AP+A"})");
  EXPECT_EQ(decoded("kms", "Encrypt", request.body), input);
}

TEST(JsonRequest, BlobsInsideAttributeValuesToo) {
  const Json input = {
      {"TableName", "t"},
      {"Item",
       {{"id", {{"S", "é"}}}, {"b", {{"B", "raw"}}}, {"l", {{"L", {{{"BS", {"x"}}}, {{"NULL", true}}}}}}}}};
  const std::string body =
      R"({"TableName":"t","Item":{"id":{"S":"é"},"b":{"B":"cmF3"},"l":{"L":[{"BS":["eA=="]},{"NULL":true}]}}})";
  EXPECT_EQ(encoded("dynamodb", "PutItem", input).body, body);
  EXPECT_EQ(decoded("dynamodb", "PutItem", body), input);
}

TEST(JsonRequest, TimesTravelAsEpochSeconds) {
  const std::string body = encoded("cloudwatch", "GetMetricStatistics",
                                   {{"Namespace", "n"},
                                    {"MetricName", "m"},
                                    {"StartTime", "2026-11-21T06:20:51Z"},
                                    {"EndTime", "2026-11-21T06:20:51.5Z"},
                                    {"Period", 60}})
                               .body;
  EXPECT_EQ(
      body,
      R"({"Namespace":"n","MetricName":"m","StartTime":1795242051,"EndTime":1795242051.5,"Period":60})");
  EXPECT_EQ(decoded("cloudwatch", "GetMetricStatistics", body)["EndTime"], "2026-11-21T06:20:51.500Z");
}

TEST(JsonRequest, DropsNullsAndUnknownMembersAsTheServicesDo) {
  EXPECT_EQ(decoded("dynamodb", "DescribeTable", R"({"TableName":"t","Extra":1})"),
            Json({{"TableName", "t"}}));
  EXPECT_EQ(decoded("dynamodb", "ListTables", R"({"Limit":null})"), Json::object());
  EXPECT_EQ(decoded("dynamodb", "ListTables", ""), Json::object());
}

TEST(JsonRequest, OfWrongTypeIsRefusedAsSerializationException) {
  for (const char* body : {R"({"ExclusiveStartTableName":7})", "not json", R"([1])", R"({"Limit":"many"})",
                           R"({"Limit":1.5})"}) {
    try {
      decoded("dynamodb", "ListTables", body);
      FAIL() << body;
    } catch (const ServiceError& error) {
      EXPECT_EQ(error.code(), "SerializationException") << body;
      EXPECT_EQ(error.status(), 400);
    }
  }
}

TEST(JsonRequest, NestedBeyondReasonIsRefused) {
  std::string value = R"({"S":"x"})";
  for (int i = 0; i < 2000; ++i) value = R"({"M":{"a":)" + value + "}}";
  EXPECT_THROW(decoded("dynamodb", "PutItem", R"({"TableName":"t","Item":{"a":)" + value + "}}"),
               ServiceError);
}

TEST(JsonResponse, KeepsLongIntegersAndDoubles) {
  const Json table = {{"Table",
                       {{"TableName", "t"},
                        {"TableSizeBytes", 9007199254740993},
                        {"CreationDateTime", "2026-11-21T06:20:51.123Z"}}}};
  const http::Response response = answered("dynamodb", "DescribeTable", table);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/x-amz-json-1.0");
  EXPECT_EQ(response.headers.get("x-amzn-RequestId"), "id");
  EXPECT_EQ(
      response.body,
      R"({"Table":{"TableName":"t","TableSizeBytes":9007199254740993,"CreationDateTime":1795242051.123}})");
  EXPECT_EQ(nlohmann::json(understood("dynamodb", "DescribeTable", response.body)), nlohmann::json(table));
}

TEST(JsonResponse, WithoutOutputIsEmpty) {
  EXPECT_EQ(answered("sqs", "DeleteMessage", Json::object()).body, "");
  EXPECT_EQ(understood("sqs", "DeleteMessage", ""), Json::object());
}

TEST(JsonResponse, TakesWhatAnOddServerSends) {
  EXPECT_EQ(understood("sqs", "CreateQueue", R"({"QueueUrl":5})"), Json({{"QueueUrl", 5}}));
}

TEST(JsonError, NamesItsShape) {
  const http::Response response =
      encode_error(require_service("dynamodb"), ServiceError("ResourceNotFoundException", "no table"), "id");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, R"({"__type":"ResourceNotFoundException","message":"no table"})");
}

TEST(JsonError, CarriesTheOtherMembersOfItsShape) {
  const ServiceError error({.code = "TransactionCanceledException",
                            .message = "cancelled",
                            .status = 400,
                            .service = {},
                            .operation = {},
                            .request_id = {},
                            .members = {{"CancellationReasons", {{{"Code", "ConditionalCheckFailed"}}}}}});
  const http::Response response = encode_error(require_service("dynamodb"), error, "id");
  EXPECT_EQ(response.body, R"({"__type":"TransactionCanceledException","Message":"cancelled",)"
                           R"("CancellationReasons":[{"Code":"ConditionalCheckFailed"}]})");
  const ServiceError read =
      decode_error(require_service("dynamodb"),
                   require_operation(require_service("dynamodb"), "TransactWriteItems"), response);
  EXPECT_EQ(read.details().members["CancellationReasons"][0]["Code"], "ConditionalCheckFailed");
}

TEST(JsonError, CodeLosesNamespaceAndUrl) {
  const Service& service = require_service("dynamodb");
  const http::Response response{
      .status = 400,
      .headers = {{"x-amzn-RequestId", "r"}},
      .body =
          R"({"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException:http://x/","message":"m"})"};
  const ServiceError error = decode_error(service, require_operation(service, "PutItem"), response);
  EXPECT_EQ(error.code(), "ConditionalCheckFailedException");
  EXPECT_TRUE(error.is("ConditionalCheckFailed"));
  EXPECT_EQ(error.message(), "m");
  EXPECT_EQ(error.details().request_id, "r");
}

TEST(JsonError, MessageHasTheCaseOfItsShape) {
  EXPECT_EQ(
      encode_error(require_service("secretsmanager"), ServiceError("ResourceNotFoundException", "m"), "i")
          .body,
      R"({"__type":"ResourceNotFoundException","Message":"m"})");
}

TEST(JsonError, OfSqsNamesTheQueryProtocolsCodeToo) {
  const http::Response response =
      encode_error(require_service("sqs"), ServiceError("QueueDoesNotExist", "gone"), "id");
  EXPECT_EQ(response.headers.get("x-amzn-query-error"), "AWS.SimpleQueueService.NonExistentQueue;Sender");
  EXPECT_EQ(response.body, R"({"__type":"QueueDoesNotExist","message":"gone"})");
}

TEST(JsonError, WithoutAnyCodeIsNamedByItsStatus) {
  const Service& service = require_service("dynamodb");
  const http::Response response{.status = 502, .headers = {}, .body = "<html>bad gateway</html>"};
  const ServiceError error = decode_error(service, require_operation(service, "PutItem"), response);
  EXPECT_EQ(error.code(), "Http502");
  EXPECT_THAT(error.message(), HasSubstr("bad gateway"));
}

std::string complaint(std::string_view service, std::string_view operation, const Json& input) {
  try {
    validate(require_service(service), require_operation(require_service(service), operation), input);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "InvalidParameter");
    return error.message();
  }
}

TEST(Validate, AcceptsWhatFits) {
  EXPECT_EQ(complaint("rds", "DescribeDBClusters", {{"DBClusterIdentifier", "c"}, {"MaxRecords", 20}}), "");
  EXPECT_EQ(complaint("sts", "GetCallerIdentity", Json::object()), "");
}

TEST(Validate, NamesEveryFault) {
  const std::string text = complaint("rds", "RestoreDBClusterFromSnapshot",
                                     {{"DBClusterIdentifer", "c"},
                                      {"Engine", 5},
                                      {"SnapshotIdentifier", "s"},
                                      {"Tags", {{{"Key", "k"}}, "v"}},
                                      {"Port", "5432"}});
  EXPECT_THAT(text, HasSubstr("DBClusterIdentifier is missing"));
  EXPECT_THAT(text, HasSubstr("DBClusterIdentifer is unknown (did you mean DBClusterIdentifier?)"));
  EXPECT_THAT(text, HasSubstr("Engine must be text"));
  EXPECT_THAT(text, HasSubstr("Tags[1] must be an object"));
  EXPECT_THAT(text, HasSubstr("Port must be a whole number"));
}

TEST(Validate, NeverShowsAValue) {
  EXPECT_THAT(complaint("secretsmanager", "CreateSecret", {{"Name", 7}, {"SecretString", {"hunter2"}}}),
              Not(HasSubstr("hunter2")));
}

TEST(Validate, KnowsTheLeastLengthsAndTimes) {
  EXPECT_THAT(complaint("dynamodb", "DescribeTable", {{"TableName", ""}}),
              HasSubstr("TableName must have a length of at least 1"));
  EXPECT_THAT(complaint("rds", "RestoreDBClusterToPointInTime",
                        {{"DBClusterIdentifier", "c"}, {"RestoreToTime", "yesterday"}}),
              HasSubstr("RestoreToTime must be a time"));
}

}  // namespace
}  // namespace aurora::aws
