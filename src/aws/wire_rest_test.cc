// REST JSON (Lambda) and REST XML (S3) against literal bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/wire.h"

namespace aurora::aws {
namespace {

using testing::HasSubstr;

const Service& lambda() {
  return require_service("lambda");
}
const Service& s3() {
  return require_service("s3");
}

// Members in any order.
nlohmann::json unordered(const Json& value) {
  return value;
}

http::Request encoded(const Service& service, std::string_view operation, const Json& input) {
  return encode_request(service, require_operation(service, operation), input);
}

http::Request request_line(std::string method, std::string path, std::string query = "") {
  http::Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.query = std::move(query);
  return request;
}

std::string matched(const Service& service, const http::Request& request) {
  const Operation* operation = match_operation(service, request);
  return operation ? std::string(operation->name) : "nothing";
}

TEST(RestJsonRequest, BindsUriQueryHeadersAndBody) {
  const Json input = {{"FunctionName", "arn:aws:lambda:us-west-2:1:function:f"},
                      {"InvocationType", "RequestResponse"},
                      {"Payload", R"({"a":1})"},
                      {"Qualifier", "$LATEST"}};
  const http::Request request = encoded(lambda(), "Invoke", input);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path,
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-west-2%3A1%3Afunction%3Af/invocations");
  EXPECT_EQ(request.query, "Qualifier=%24LATEST");
  EXPECT_EQ(request.headers.get("X-Amz-Invocation-Type"), "RequestResponse");
  EXPECT_EQ(request.body, R"({"a":1})");
  EXPECT_EQ(matched(lambda(), request), "Invoke");
  EXPECT_EQ(unordered(decode_request(lambda(), require_operation(lambda(), "Invoke"), request)),
            unordered(input));
}

TEST(RestJsonRequest, BodyHoldsOnlyWhatHasNoOtherPlace) {
  const Json input = {{"FunctionName", "f"}, {"Timeout", 30}, {"Environment", {{"Variables", {{"A", "b"}}}}}};
  const http::Request request = encoded(lambda(), "UpdateFunctionConfiguration", input);
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.path, "/2015-03-31/functions/f/configuration");
  EXPECT_EQ(request.body, R"({"Timeout":30,"Environment":{"Variables":{"A":"b"}}})");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(decode_request(lambda(), require_operation(lambda(), "UpdateFunctionConfiguration"), request),
            input);
}

TEST(RestJsonRequest, ListsRepeatInTheQuery) {
  const Json input = {{"Resource", "arn:aws:lambda:r:1:function:f"}, {"TagKeys", {"a", "b c"}}};
  const http::Request request = encoded(lambda(), "UntagResource", input);
  EXPECT_EQ(request.query, "tagKeys=a&tagKeys=b%20c");
  EXPECT_EQ(unordered(decode_request(lambda(), require_operation(lambda(), "UntagResource"), request)),
            unordered(input));
}

TEST(RestJsonRequest, WithoutItsLabelIsRefused) {
  EXPECT_THROW(encoded(lambda(), "GetFunction", Json::object()), Error);
  EXPECT_THROW(encoded(lambda(), "GetFunction", {{"FunctionName", ""}}), Error);
}

TEST(RestJsonMatch, TellsLambdasPathsApart) {
  EXPECT_EQ(matched(lambda(), request_line("GET", "/2015-03-31/functions/")), "ListFunctions");
  EXPECT_EQ(matched(lambda(), request_line("GET", "/2015-03-31/functions")), "ListFunctions");
  EXPECT_EQ(matched(lambda(), request_line("POST", "/2015-03-31/functions")), "CreateFunction");
  EXPECT_EQ(matched(lambda(), request_line("GET", "/2015-03-31/functions/f")), "GetFunction");
  EXPECT_EQ(matched(lambda(), request_line("GET", "/2015-03-31/functions/f/configuration")),
            "GetFunctionConfiguration");
  EXPECT_EQ(matched(lambda(), request_line("GET", "/2015-03-31/functions/f/versions")),
            "ListVersionsByFunction");
  EXPECT_EQ(matched(lambda(), request_line("GET", "/2015-03-31/elsewhere")), "nothing");
}

TEST(RestJsonResponse, BindsStatusHeadersAndPayload) {
  const Json output = {
      {"StatusCode", 200}, {"FunctionError", "Unhandled"}, {"Payload", R"({"errorType":"X"})"}};
  const http::Response response =
      encode_response(lambda(), require_operation(lambda(), "Invoke"), output, "id");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("X-Amz-Function-Error"), "Unhandled");
  EXPECT_EQ(response.headers.get("x-amzn-RequestId"), "id");
  EXPECT_EQ(response.body, R"({"errorType":"X"})");
  EXPECT_EQ(unordered(decode_response(lambda(), require_operation(lambda(), "Invoke"), response)),
            unordered(output));
}

TEST(RestJsonResponse, TakesTheModelsStatus) {
  const http::Response response =
      encode_response(lambda(), require_operation(lambda(), "DeleteAlias"), Json::object(), "id");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
}

TEST(RestJsonError, NamesItselfInAHeader) {
  const http::Response response =
      encode_error(lambda(), ServiceError("ResourceNotFoundException", "no f"), "id");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers.get("x-amzn-ErrorType"), "ResourceNotFoundException");
  EXPECT_EQ(response.body, R"({"Type":"User","Message":"no f"})");
  const ServiceError error = decode_error(lambda(), require_operation(lambda(), "GetFunction"), response);
  EXPECT_EQ(error.code(), "ResourceNotFoundException");
  EXPECT_EQ(error.message(), "no f");
}

TEST(S3Match, TellsSubResourcesApart) {
  const auto is = [](const char* method, const char* path, const char* query, const char* name) {
    EXPECT_EQ(matched(s3(), request_line(method, path, query)), name)
        << method << " " << path << "?" << query;
  };
  is("GET", "/", "", "ListBuckets");
  is("GET", "/bucket", "", "ListObjects");
  is("GET", "/bucket/", "list-type=2&prefix=a%2F", "ListObjectsV2");
  is("GET", "/bucket", "location", "GetBucketLocation");
  is("GET", "/bucket", "location=", "GetBucketLocation");
  is("GET", "/bucket", "tagging", "GetBucketTagging");
  is("PUT", "/bucket", "tagging", "PutBucketTagging");
  is("PUT", "/bucket", "", "CreateBucket");
  is("HEAD", "/bucket", "", "HeadBucket");
  is("DELETE", "/bucket", "", "DeleteBucket");
  is("POST", "/bucket", "delete", "DeleteObjects");
  is("GET", "/bucket/a/b", "", "GetObject");
  is("GET", "/bucket/a/b", "tagging", "GetObjectTagging");
  is("HEAD", "/bucket/a", "", "HeadObject");
  is("PUT", "/bucket/a", "", "PutObject");
  is("PUT", "/bucket/a", "partNumber=1&uploadId=u", "UploadPart");
  is("POST", "/bucket/a", "uploads", "CreateMultipartUpload");
  is("POST", "/bucket/a", "uploadId=u", "CompleteMultipartUpload");
  is("DELETE", "/bucket/a", "uploadId=u", "AbortMultipartUpload");
  is("DELETE", "/bucket/a", "", "DeleteObject");
  is("GET", "/bucket/a", "uploadId=u", "ListParts");
  is("PATCH", "/bucket/a", "", "nothing");
  http::Request copy = request_line("PUT", "/bucket/a");
  copy.headers.set("x-amz-copy-source", "/other/b");
  EXPECT_EQ(matched(s3(), copy), "CopyObject");
  copy.query = "partNumber=1&uploadId=u";
  EXPECT_EQ(matched(s3(), copy), "UploadPartCopy");
}

TEST(S3Request, KeysKeepTheirSlashesAndMetadataItsPrefix) {
  const Json input = {{"Body", std::string("\0data", 5)},
                      {"Bucket", "bucket"},
                      {"Key", "a b//c+d/"},
                      {"ContentType", "text/plain"},
                      {"Metadata", {{"op", "1"}}}};
  http::Request request = encoded(s3(), "PutObject", input);
  EXPECT_EQ(request.path, "/bucket/a%20b//c%2Bd/");
  EXPECT_EQ(request.headers.get("x-amz-meta-op"), "1");
  EXPECT_EQ(request.headers.get("Content-Type"), "text/plain");
  EXPECT_EQ(request.body, std::string("\0data", 5));
  EXPECT_EQ(unordered(decode_request(s3(), require_operation(s3(), "PutObject"), request)), unordered(input));
}

TEST(S3Request, XmlBodiesHaveRootNamespaceAndChecksum) {
  const Json input = {{"Bucket", "b"},
                      {"Delete", {{"Objects", {{{"Key", "a&b"}}, {{"Key", "c"}}}}, {"Quiet", true}}}};
  const http::Request request = encoded(s3(), "DeleteObjects", input);
  EXPECT_EQ(request.query, "delete");
  EXPECT_EQ(request.body,
            "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&amp;b</Key></Object>"
            "<Object><Key>c</Key></Object><Quiet>true</Quiet></Delete>");
  EXPECT_EQ(request.headers.get("Content-MD5"), "5cmJc5UMNMGGoFBzXV4S8w==");
  EXPECT_EQ(unordered(decode_request(s3(), require_operation(s3(), "DeleteObjects"), request)),
            unordered(input));
}

TEST(S3Request, ThatIsNoXmlIsMalformed) {
  http::Request request = request_line("POST", "/b", "delete");
  request.body = "<Delete>";
  try {
    decode_request(s3(), require_operation(s3(), "DeleteObjects"), request);
    FAIL() << "no error";
  } catch (const ServiceError& error) {
    EXPECT_EQ(error.code(), "MalformedXML");
  }
}

TEST(S3Response, ListsObjectsFlat) {
  const Json output = {
      {"IsTruncated", false},
      {"Contents",
       {{{"Key", "a"}, {"LastModified", "2026-11-21T06:20:51.000Z"}, {"ETag", "\"e\""}, {"Size", 5}}}},
      {"Name", "b"},
      {"KeyCount", 1}};
  const Operation& operation = require_operation(s3(), "ListObjectsV2");
  const http::Response response = encode_response(s3(), operation, output, "id");
  EXPECT_EQ(
      response.body,
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
      "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<IsTruncated>false</IsTruncated><Contents><Key>a</Key><LastModified>2026-11-21T06:20:51Z</"
      "LastModified>"
      "<ETag>\"e\"</ETag><Size>5</Size></Contents><Name>b</Name><KeyCount>1</KeyCount></ListBucketResult>");
  EXPECT_EQ(response.headers.get("x-amz-request-id"), "id");
  EXPECT_EQ(unordered(decode_response(s3(), operation, response)), unordered(output));
}

TEST(S3Response, ObjectsCarryHeadersAndRawBody) {
  const Json output = {{"Body", std::string("\xff\0", 2)},
                       {"LastModified", "2026-11-21T06:20:51.000Z"},
                       {"ContentLength", 2},
                       {"ETag", "\"e\""},
                       {"ContentType", "text/plain"},
                       {"Metadata", {{"op", "1"}}}};
  const Operation& operation = require_operation(s3(), "GetObject");
  const http::Response response = encode_response(s3(), operation, output, "id");
  EXPECT_EQ(response.headers.get("Last-Modified"), "Sat, 21 Nov 2026 06:20:51 GMT");
  EXPECT_EQ(response.headers.get("Content-Type"), "text/plain");
  EXPECT_EQ(response.headers.get("x-amz-meta-op"), "1");
  EXPECT_EQ(response.body, std::string("\xff\0", 2));
  const Json read = decode_response(s3(), operation, response);
  for (const auto& [name, value] : output.items()) EXPECT_EQ(read[name], value) << name;
}

TEST(S3Response, EmptyObjectHasAnEmptyBody) {
  const http::Response response{.status = 200, .headers = {}, .body = ""};
  EXPECT_EQ(decode_response(s3(), require_operation(s3(), "GetObject"), response)["Body"], "");
}

TEST(S3Response, BucketLocationIsItsOwnRoot) {
  const Operation& operation = require_operation(s3(), "GetBucketLocation");
  const http::Response response =
      encode_response(s3(), operation, {{"LocationConstraint", "us-west-2"}}, "id");
  EXPECT_THAT(response.body,
              HasSubstr("<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">us-west-2<"));
  EXPECT_EQ(decode_response(s3(), operation, response), Json({{"LocationConstraint", "us-west-2"}}));
}

TEST(S3Error, IsABareElement) {
  const http::Response response =
      encode_error(s3(), ServiceError("NoSuchKey", "The specified key does not exist.", 404), "id");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>"
            "<Message>The specified key does not exist.</Message><RequestId>id</RequestId></Error>");
  const ServiceError error = decode_error(s3(), require_operation(s3(), "GetObject"), response);
  EXPECT_EQ(error.code(), "NoSuchKey");
  EXPECT_EQ(error.details().request_id, "id");
}

TEST(S3Error, OfAHeadIsNamedByItsStatus) {
  const http::Response response{.status = 404, .headers = {}, .body = ""};
  EXPECT_EQ(decode_error(s3(), require_operation(s3(), "HeadObject"), response).code(), "NotFound");
}

}  // namespace
}  // namespace aurora::aws
