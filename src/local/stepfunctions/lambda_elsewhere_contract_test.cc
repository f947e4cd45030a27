// Tasks for Lambda at another endpoint, over loopback, against a Lambda of this test's own.
#include <gmock/gmock.h>

#include "aws/sigv4_verify.h"
#include "http/beast_transport.h"
#include "http/server.h"
#include "local/stepfunctions/lambda_elsewhere.h"
#include "local/stepfunctions/tasks.h"
#include "local/testing/endpoint_fixture.h"

namespace aurora::local::stepfunctions {
namespace {

using ::testing::HasSubstr;

// Answers as Lambda does, to requests that are signed with the local credentials only.
class OtherLambda {
 public:
  OtherLambda()
      : server_({}, [this](const http::Request& request, std::stop_token) { return answer(request); }) {}
  ~OtherLambda() { server_.stop(); }

  std::string url() const { return fmt::format("http://127.0.0.1:{}", server_.port()); }
  std::string path() const {
    const std::lock_guard lock(mutex_);
    return path_;
  }

 private:
  http::Response answer(const http::Request& request) {
    const auto credentials = [](std::string_view id) -> std::optional<aws::Credentials> {
      const aws::Credentials known = testing::local_credentials();
      return id == known.access_key_id ? std::optional(known) : std::nullopt;
    };
    aws::verify_request(request, credentials, clock_.now());
    {
      const std::lock_guard lock(mutex_);
      path_ = request.path;
    }
    if (request.path.find("missing") != std::string::npos)
      return {.status = 404,
              .headers = {{"Content-Type", "application/json"},
                          {"x-amzn-ErrorType", "ResourceNotFoundException"}},
              .body = R"({"Message":"Function not found"})"};
    http::Response response{.status = 200, .headers = {{"X-Amz-Executed-Version", "7"}}, .body = {}};
    if (request.body == R"({"fail":true})") {
      response.headers.set("X-Amz-Function-Error", "Unhandled");
      response.body = R"({"errorType":"TargetExists","errorMessage":"there"})";
    } else {
      response.body = R"({"got":)" + request.body + "}";
    }
    return response;
  }

  SystemClock clock_;
  mutable std::mutex mutex_;
  std::string path_;
  http::Server server_;
};

class Nowhere final : public Router {
 public:
  Json call(const Call& call) override { return {{"here", call.service}}; }
};

class LambdaElsewhereOverLoopback : public ::testing::Test {
 protected:
  static aws::ClientConfig config_for(const std::string& url) {
    aws::ClientConfig config;
    config.endpoint_url = url;
    config.retry.attempts_max = 1;
    return config;
  }
  TaskAnswer run(const std::string& resource, const std::string& input) {
    return invoker_.invoke({.resource = asl::parse_resource(resource), .input = input, .credentials = {}},
                           "us-west-2", {});
  }

  SystemClock clock_;
  OtherLambda other_;
  http::BeastTransport network_;
  aws::Client client_{config_for(other_.url()), network_, clock_, Log::none(),
                      std::make_shared<aws::StaticCredentials>(testing::local_credentials())};
  Nowhere here_;
  LambdaElsewhere router_{client_, here_};
  ServiceTaskInvoker invoker_{router_};
};

constexpr char kFunction[] = "arn:aws:lambda:us-west-2:123456789012:function:f";

TEST_F(LambdaElsewhereOverLoopback, AFunctionIsInvokedThere) {
  const TaskAnswer answer = run(kFunction, R"({"a":1})");
  EXPECT_TRUE(answer.succeeded) << answer.cause;
  EXPECT_EQ(answer.output, R"({"got":{"a":1}})");
  EXPECT_THAT(other_.path(), HasSubstr("/2015-03-31/functions/arn"));
}

TEST_F(LambdaElsewhereOverLoopback, AnIntegrationShowsItsPayloadAndVersion) {
  const TaskAnswer answer =
      run("arn:aws:states:::lambda:invoke", R"({"FunctionName":"f","Payload":{"b":2}})");
  ASSERT_TRUE(answer.succeeded) << answer.cause;
  const Json output = Json::parse(answer.output);
  EXPECT_EQ(output.at("Payload").dump(), R"({"got":{"b":2}})");
  EXPECT_EQ(output.at("ExecutedVersion"), "7");
  EXPECT_EQ(output.at("StatusCode"), 200);
}

TEST_F(LambdaElsewhereOverLoopback, FailuresOfFunctionsAndOfLambdaKeepTheirNames) {
  EXPECT_EQ(run(kFunction, R"({"fail":true})").error, "TargetExists");
  const TaskAnswer missing = run("arn:aws:states:::lambda:invoke", R"({"FunctionName":"missing"})");
  EXPECT_EQ(missing.error, "Lambda.ResourceNotFoundException");
  EXPECT_THAT(missing.cause, HasSubstr("Function not found (Service: AWSLambda; Status Code: 404"));
}

TEST_F(LambdaElsewhereOverLoopback, OtherServicesStayHere) {
  const TaskAnswer answer = run("arn:aws:states:::sqs:sendMessage", R"({"QueueUrl":"q","MessageBody":"m"})");
  EXPECT_THAT(answer.output, HasSubstr(R"("here":"sqs")"));
}

TEST(LambdaElsewhereWithoutIt, SaysThatLambdaCannotBeReached) {
  SystemClock clock;
  http::BeastTransport network;
  aws::ClientConfig config;
  config.endpoint_url = "http://127.0.0.1:9";
  config.retry.attempts_max = 1;
  aws::Client client(std::move(config), network, clock, Log::none(),
                     std::make_shared<aws::StaticCredentials>(testing::local_credentials()));
  Nowhere here;
  LambdaElsewhere router(client, here);
  ServiceTaskInvoker invoker(router);
  const TaskAnswer answer = invoker.invoke(
      {.resource = asl::parse_resource(kFunction), .input = "{}", .credentials = {}}, "us-west-2", {});
  EXPECT_EQ(answer.error, "Lambda.SdkClientException");
}

}  // namespace
}  // namespace aurora::local::stepfunctions
