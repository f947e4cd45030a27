// RPC v2 CBOR against literal bytes, written down from RFC 8949 and Smithy's description of the protocol.
#include "aws/cbor_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/scalars.h"
#include "aws/wire.h"

namespace aurora::aws {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

const Service& cloudwatch() {
  return require_service("cloudwatch");
}

http::Request request_of(const std::string& operation, std::string body) {
  http::Request request;
  request.method = "POST";
  request.path = "/service/GraniteServiceVersion20100801/operation/" + operation;
  request.headers.set("smithy-protocol", "rpc-v2-cbor");
  request.body = std::move(body);
  return request;
}

Json decoded(const std::string& operation, std::string body) {
  return decode_request(cloudwatch(), require_operation(cloudwatch(), operation),
                        request_of(operation, std::move(body)));
}

TEST(CborRequest, NamesItsOperationInThePath) {
  const http::Request request = request_of("ListMetrics", "");
  EXPECT_EQ(request_protocol(cloudwatch(), request), Dialect::cbor());
  EXPECT_EQ(match_operation(cloudwatch(), request)->name, "ListMetrics");
  EXPECT_EQ(requested_operation(cloudwatch(), request_of("Nothing", "")), "Nothing");
  EXPECT_EQ(cbor_operation("/behind/a/proxy/service/X/operation/Y"), "Y");
  EXPECT_EQ(cbor_operation("/operation/Y"), "");
}

TEST(CborRequest, HasTextNumbersAndTaggedTimes) {
  // {"Namespace": "N", "MetricData": [{"MetricName": "m", "Value": 1.5, "Timestamp": 1(1363896240.5)}]}
  const std::string body =
      "\xa2\x69"s
      "Namespace\x61"s
      "N\x6a"s
      "MetricData\x81\xa3\x6a"s
      "MetricName\x61"s
      "m\x65"s
      "Value"
      "\xf9\x3e\x00"s
      "\x69"s
      "Timestamp\xc1\xfb\x41\xd4\x52\xd9\xec\x20\x00\x00"s;
  const Json input = decoded("PutMetricData", body);
  EXPECT_EQ(input,
            (Json{{"Namespace", "N"},
                  {"MetricData",
                   {{{"MetricName", "m"}, {"Timestamp", "2013-03-21T20:04:00.500Z"}, {"Value", 1.5}}}}}));
}

TEST(CborRequest, MayHaveContainersOfUnsaidLengthAndNothingAtAll) {
  EXPECT_EQ(decoded("DescribeAlarms",
                    "\xbf\x6a"s
                    "AlarmNames\x9f\x61"s
                    "a\x61"s
                    "b\xff\xff"s),
            (Json{{"AlarmNames", {"a", "b"}}}));
  EXPECT_EQ(decoded("DescribeAlarms", ""), Json::object());
}

TEST(CborRequest, IsRefusedWhereItIsNoneOrOfTheWrongType) {
  for (const std::string& body : {"\xa1"s, "\xff"s,
                                  "\xa1\x6a"s
                                  "AlarmNames\x61"s
                                  "a"s,
                                  "\x9b\xff\xff\xff\xff\xff\xff\xff\xff"s})
    EXPECT_THROW(decoded("DescribeAlarms", body), ServiceError) << testing::PrintToString(body);
}

TEST(CborRequest, ThatNestsWithoutEndDoesNotReachTheStack) {
  for (const char item : {'\x81', '\xc1', '\x9f', '\xa1'}) try {
      decoded("DescribeAlarms", std::string(3'000'000, item));
      FAIL() << "accepted";
    } catch (const ServiceError& error) {
      EXPECT_EQ(error.code(), "SerializationException");
    }
}

TEST(CborAnswer, WritesDoublesAsFloatsAndTimesWithTheirTag) {
  const Operation& operation = require_operation(cloudwatch(), "GetMetricStatistics");
  const http::Response response = encode_response(
      cloudwatch(), operation,
      {{"Label", "m"}, {"Datapoints", {{{"Timestamp", "2013-03-21T20:04:00.000Z"}, {"Sum", 3}}}}}, "id",
      Dialect::cbor());
  EXPECT_EQ(response.headers.get("smithy-protocol"), "rpc-v2-cbor");
  EXPECT_EQ(response.headers.get("Content-Type"), "application/cbor");
  EXPECT_EQ(response.body,
            "\xbf\x65"s
            "Label\x61"s
            "m\x6a"s
            "Datapoints\x9f\xbf\x69"s
            "Timestamp\xc1\x1a\x51\x4b\x67\xb0\x63"s
            "Sum\xfa\x40\x40\x00\x00\xff\xff\xff"s);
}

TEST(CborAnswer, OfAnOperationThatAnswersNothingHasNoBody) {
  const http::Response response = encode_response(
      cloudwatch(), require_operation(cloudwatch(), "PutMetricData"), Json::object(), "id", Dialect::cbor());
  EXPECT_EQ(response.body, "");
  EXPECT_FALSE(response.headers.has("Content-Type"));
}

TEST(CborError, HasItsShapeAndTheCodeOfTheQueryProtocol) {
  const http::Response response =
      encode_error(cloudwatch(), ServiceError("DashboardNotFoundError", "none"), "id", Dialect::cbor());
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers.get("x-amzn-query-error"), "ResourceNotFound;Sender");
  EXPECT_EQ(Json::from_cbor(response.body),
            (Json{{"__type", "com.amazonaws.cloudwatch#DashboardNotFoundError"}, {"message", "none"}}));
}

TEST(CborError, OfACodeThatTwoShapesShareIsTheOneOfThatName) {
  const http::Response response =
      encode_error(cloudwatch(), ServiceError("ResourceNotFound", "none"), "id", Dialect::cbor());
  EXPECT_THAT(response.body, HasSubstr("com.amazonaws.cloudwatch#ResourceNotFound"));
}

}  // namespace
}  // namespace aurora::aws
