#include "local/endpoint.h"

#include "aws/sigv4.h"
#include "base/ids.h"
#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

using ::testing::Test;

class EndpointInProcess : public testing::EndpointFixture {
 protected:
  // A signed request as a client puts it on the wire.
  http::Request request(const std::string& service, const std::string& region, const http::Request& base) {
    http::Request request = base;
    request.host = "127.0.0.1";
    request.port = 4566;
    request.headers.set("Host", "127.0.0.1:4566");
    aws::sign_request(request, local_credentials_, {.region = region, .service = service}, clock.now());
    return request;
  }
  static http::Request json_request(const std::string& target, const std::string& body) {
    http::Request request;
    request.method = "POST";
    request.headers = {{"Content-Type", "application/x-amz-json-1.1"}, {"X-Amz-Target", target}};
    request.body = body;
    return request;
  }
  static http::Request query_request(const std::string& body) {
    http::Request request;
    request.method = "POST";
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
    request.body = body;
    return request;
  }
  http::Response send(const http::Request& request) { return services->endpoint.handle(request, {}); }
  static std::string error_type(const http::Response& response) {
    return string_or(parse_json(response.body, "answer"), "__type", "");
  }

  const aws::Credentials local_credentials_ = testing::local_credentials();
};

TEST_F(EndpointInProcess, SaysThatItIsWellWithoutASignature) {
  http::Request request;
  request.path = "/_aurora/health";
  const http::Response response = send(request);
  EXPECT_EQ(response.status, 200);
  const Json health = parse_json(response.body, "health");
  EXPECT_EQ(health["account"], "123456789012");
  EXPECT_EQ(health["version"], "test");
  EXPECT_EQ(health["services"].size(), 10u);
}

TEST_F(EndpointInProcess, CarriesACallThroughEveryProtocol) {
  const auto api = client();
  api->call("ssm", "us-west-2", "PutParameter", {{"Name", "/a"}, {"Value", "1"}, {"Type", "String"}});
  EXPECT_EQ(api->call("ssm", "us-west-2", "GetParameter", {{"Name", "/a"}})["Parameter"]["Value"], "1");
  EXPECT_EQ(api->call("sns", "us-west-2", "CreateTopic", {{"Name", "t"}})["TopicArn"],
            "arn:aws:sns:us-west-2:123456789012:t");
  const Json url = api->call("sqs", "us-west-2", "CreateQueue", {{"QueueName", "q"}})["QueueUrl"];
  api->call("sqs", "us-west-2", "SendMessage", {{"QueueUrl", url}, {"MessageBody", "m"}});
  EXPECT_EQ(api->call("sqs", "us-west-2", "ReceiveMessage", {{"QueueUrl", url}})["Messages"][0]["Body"], "m");
  api->call("s3", "us-east-1", "CreateBucket", {{"Bucket", "bucket"}});
  api->call("s3", "us-east-1", "PutObject", {{"Bucket", "bucket"}, {"Key", "a b"}, {"Body", "0123"}});
  EXPECT_EQ(api->call("s3", "us-east-1", "GetObject",
                      {{"Bucket", "bucket"}, {"Key", "a b"}, {"Range", "bytes=1-2"}})["Body"],
            "12");
}

// Clients from before 2023, such as Debian's boto3, speak the Query protocol to SQS.
TEST_F(EndpointInProcess, AnswersOldClientsOfSqsInTheirProtocol) {
  const auto ask = [&](const std::string& body) {
    return send(request("sqs", "us-west-2", query_request(body + "&Version=2012-11-05"))).body;
  };
  EXPECT_NE(
      ask("Action=CreateQueue&QueueName=q").find("<QueueUrl>http://127.0.0.1:4566/123456789012/q</QueueUrl>"),
      std::string::npos);
  const std::string url = "&QueueUrl=http%3A%2F%2F127.0.0.1%3A4566%2F123456789012%2Fq";
  EXPECT_NE(ask("Action=SendMessage&MessageBody=hello" + url)
                .find("<MD5OfMessageBody>5d41402abc4b2a76b9719d911017c592<"),
            std::string::npos);
  EXPECT_NE(ask("Action=ReceiveMessage" + url).find("<Body>hello</Body>"), std::string::npos);
  EXPECT_NE(ask("Action=SendMessage&MessageBody=hello" + url + "none")
                .find("AWS.SimpleQueueService.NonExistentQueue"),
            std::string::npos);
}

TEST_F(EndpointInProcess, RefusesAnUnsignedRequestInTheFormOfItsProtocol) {
  const http::Response json = send(json_request("AmazonSSM.DescribeParameters", "{}"));
  EXPECT_EQ(error_type(json), "MissingAuthenticationTokenException");
  const http::Response query = send(query_request("Action=ListTopics&Version=2010-03-31"));
  EXPECT_EQ(query.status, 403);
  EXPECT_NE(query.body.find("<Code>MissingAuthenticationToken</Code>"), std::string::npos);
  http::Request get;
  get.path = "/bucket/key";
  const http::Response s3 = send(get);
  EXPECT_EQ(s3.status, 403);
  EXPECT_NE(s3.body.find("<Code>AccessDenied</Code>"), std::string::npos);
}

TEST_F(EndpointInProcess, RefusesAChangedRequest) {
  http::Request changed =
      request("ssm", "us-west-2", json_request("AmazonSSM.GetParameter", R"({"Name":"/a"})"));
  changed.body = R"({"Name":"/b"})";
  EXPECT_EQ(error_type(send(changed)), "InvalidSignatureException");
  http::Request topics = request("sns", "us-west-2", query_request("Action=ListTopics&Version=2010-03-31"));
  topics.body += "&NextToken=x";
  EXPECT_NE(send(topics).body.find("<Code>SignatureDoesNotMatch</Code>"), std::string::npos);
}

TEST_F(EndpointInProcess, RefusesAnUnknownKeyAndAnOldRequest) {
  aws::Credentials unknown = local_credentials_;
  unknown.access_key_id = "AKIAUNKNOWN000000001";
  try {
    client(unknown)->call("ssm", "us-west-2", "DescribeParameters", Json::object());
    FAIL() << "nobody gave that key out";
  } catch (const aws::ServiceError& error) {
    EXPECT_EQ(error.code(), "UnrecognizedClientException");
  }
  const http::Request old = request("ssm", "us-west-2", json_request("AmazonSSM.DescribeParameters", "{}"));
  clock.advance(std::chrono::minutes(16));
  EXPECT_EQ(error_type(send(old)), "InvalidSignatureException");
}

TEST_F(EndpointInProcess, SaysThatSignaturesOfVersionTwoAreNotTaken) {
  http::Request link;
  link.path = "/bucket/key";
  link.query = "AWSAccessKeyId=AKIALOCALRESTORE0001&Signature=x&Expires=1795242111";
  const http::Response response = send(link);
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("AWS4-HMAC-SHA256"), std::string::npos);
}

TEST_F(EndpointInProcess, RefusesARegionThatDoesNotExist) {
  const http::Response response =
      send(request("ssm", "us-west-9", json_request("AmazonSSM.DescribeParameters", "{}")));
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("us-west-9"), std::string::npos);
}

TEST_F(EndpointInProcess, RefusesServicesAndOperationsItDoesNotCarry) {
  EXPECT_EQ(error_type(send(request("ssm", "us-west-2", json_request("AmazonSSM.SendCommand", "{}")))),
            "UnknownOperationException");
  EXPECT_NE(send(request("sns", "us-west-2", query_request("Action=Nonsense&Version=2010-03-31")))
                .body.find("InvalidAction"),
            std::string::npos);
  EXPECT_EQ(send(request("glacier", "us-west-2", json_request("Glacier.ListVaults", "{}"))).status, 404);
  EXPECT_EQ(refusal("rds", "DescribeDBClusters"), "UnknownService");
}

TEST_F(EndpointInProcess, RefusesInputThatDoesNotFitTheModel) {
  const http::Response response =
      send(request("ssm", "us-west-2", json_request("AmazonSSM.GetParameter", "{}")));
  EXPECT_EQ(error_type(response), "ValidationException");
  EXPECT_NE(response.body.find("Name"), std::string::npos);
  EXPECT_EQ(error_type(send(request("ssm", "us-west-2", json_request("AmazonSSM.GetParameter", "{")))),
            "SerializationException");
}

TEST_F(EndpointInProcess, GivesEveryAnswerAnIdAndADate) {
  for (const http::Response& response :
       {send(request("ssm", "us-west-2", json_request("AmazonSSM.DescribeParameters", "{}"))),
        send(json_request("AmazonSSM.DescribeParameters", "{}"))}) {
    EXPECT_EQ(response.headers.get_or("x-amzn-RequestId", "").size(), 36u);
    EXPECT_EQ(response.headers.get("Date"), "Sat, 21 Nov 2026 06:20:51 GMT");
  }
}

TEST_F(EndpointInProcess, OpensAPresignedLinkUntilItExpires) {
  const auto api = client();
  api->call("s3", "us-east-1", "CreateBucket", {{"Bucket", "bucket"}});
  api->call("s3", "us-east-1", "PutObject", {{"Bucket", "bucket"}, {"Key", "k"}, {"Body", "hello"}});
  http::Request link = api->presign("s3", "us-east-1", "GetObject", {{"Bucket", "bucket"}, {"Key", "k"}},
                                    std::chrono::seconds(60));
  link.headers.set("Host", "127.0.0.1:4566");
  EXPECT_EQ(send(link).body, "hello");
  clock.advance(std::chrono::seconds(61));
  EXPECT_EQ(send(link).status, 403);
}

// A service that fails in a way that is none of its own refusals.
class Failing final : public Service {
 public:
  explicit Failing(std::function<void()> fail) : fail_(std::move(fail)) {}
  Json handle(const Call&) override {
    fail_();
    return Json::object();
  }

 private:
  const std::function<void()> fail_;
};

class EndpointWithFailure : public EndpointInProcess {
 protected:
  http::Response answer_when(std::function<void()> fail) {
    Failing failing(std::move(fail));
    Endpoint endpoint({.version = "test"}, services->keys, clock,
                      Log(clock, LogLevel::kError, [this](const std::string& line) { log += line; }));
    endpoint.add("ssm", failing);
    return endpoint.handle(
        request("ssm", "us-west-2", json_request("AmazonSSM.GetParameter", R"({"Name":"/a"})")), {});
  }
  std::string log;
};

TEST_F(EndpointWithFailure, TellsOfAFullDisk) {
  const http::Response response =
      answer_when([] { throw Error("DiskFull", "no room left on the disk", "Free space on it"); });
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(error_type(response), "DiskFull");
  EXPECT_NE(response.body.find("Free space on it"), std::string::npos);
}

TEST_F(EndpointWithFailure, KeepsOtherFailuresForTheLog) {
  const http::Response response = answer_when([] { throw std::runtime_error("the inner reason"); });
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(error_type(response), "InternalFailure");
  EXPECT_EQ(response.body.find("the inner reason"), std::string::npos);
  EXPECT_NE(log.find("the inner reason"), std::string::npos);
}

TEST_F(EndpointWithFailure, AsksToComeAgainWhileItStops) {
  EXPECT_EQ(answer_when([] { throw Cancelled("stopping"); }).status, 503);
  EXPECT_EQ(log, "");
}

}  // namespace
}  // namespace aurora::local
