#include "local/stepfunctions/tasks.h"

#include <gtest/gtest.h>

namespace aurora::local::stepfunctions {
namespace {

// Keeps the call, and answers or throws what it was given.
class FakeRouter final : public Router {
 public:
  Json call(const Call& call) override {
    last = call;
    if (failure) throw *failure;
    return answer;
  }
  Call last;
  Json answer = Json::object();
  std::optional<aws::ServiceError> failure;
};

class TaskInvokerTest : public ::testing::Test {
 protected:
  TaskAnswer invoke(const std::string& resource, const std::string& input) {
    ServiceTaskInvoker invoker(router_);
    return invoker.invoke({.strand = 0,
                           .ticket = 1,
                           .resource = asl::parse_resource(resource),
                           .input = input,
                           .credentials = {}},
                          "us-west-2", {});
  }
  FakeRouter router_;
};

constexpr char kFunction[] = "arn:aws:lambda:eu-west-1:123456789012:function:f";
constexpr char kInvoke[] = "arn:aws:states:::lambda:invoke";

TEST_F(TaskInvokerTest, AFunctionIsInvokedInItsOwnRegionWithTheInputAsItIs) {
  router_.answer = {{"StatusCode", 200}, {"Payload", R"({ "a": 1 })"}};
  const TaskAnswer answer = invoke(kFunction, R"({ "b": 2 })");
  EXPECT_TRUE(answer.succeeded);
  EXPECT_EQ(answer.output, R"({ "a": 1 })");
  EXPECT_EQ(router_.last.region, "eu-west-1");
  EXPECT_EQ(router_.last.operation, "Invoke");
  EXPECT_EQ(router_.last.input.at("FunctionName"), kFunction);
  EXPECT_EQ(router_.last.input.at("Payload"), R"({ "b": 2 })");
}

TEST_F(TaskInvokerTest, AFunctionsErrorKeepsItsTextByArnAndLosesItsSpacesByInvoke) {
  router_.answer = {{"FunctionError", "Unhandled"},
                    {"Payload", R"({"errorType": "E", "errorMessage": "m"})"}};
  EXPECT_EQ(invoke(kFunction, "{}").error, "E");
  EXPECT_EQ(invoke(kFunction, "{}").cause, R"({"errorType": "E", "errorMessage": "m"})");
  EXPECT_EQ(invoke(kInvoke, R"({"FunctionName":"f"})").cause, R"({"errorType":"E","errorMessage":"m"})");
}

TEST_F(TaskInvokerTest, AnErrorWithoutTypeIsUnknown) {
  router_.answer = {{"FunctionError", "Unhandled"}, {"Payload", R"({"errorMessage":"Task timed out"})"}};
  EXPECT_EQ(invoke(kFunction, "{}").error, "Lambda.Unknown");
}

TEST_F(TaskInvokerTest, InvokeWrapsTheAnswerAsAwsDoes) {
  router_.answer = {{"StatusCode", 200}, {"ExecutedVersion", "$LATEST"}, {"Payload", R"({"a":1})"}};
  const Json output = Json::parse(invoke(kInvoke, R"({"FunctionName":"f","Payload":{"x":1}})").output);
  EXPECT_EQ(router_.last.input.at("Payload"), R"({"x":1})");
  EXPECT_EQ(output.at("Payload").dump(), R"({"a":1})");
  EXPECT_EQ(output.at("StatusCode"), 200);
  EXPECT_EQ(output.at("ExecutedVersion"), "$LATEST");
  EXPECT_EQ(output.at("SdkHttpMetadata").at("HttpHeaders").at("Content-Length"), "7");
  EXPECT_EQ(output.at("SdkHttpMetadata").at("AllHttpHeaders").at("X-Amz-Executed-Version").dump(),
            R"(["$LATEST"])");
  EXPECT_TRUE(output.at("SdkResponseMetadata").contains("RequestId"));
}

TEST_F(TaskInvokerTest, ErrorsOfServicesAreNamedAsAwsNamesThem) {
  router_.failure.emplace("ResourceNotFoundException", "Function not found: f", 404);
  EXPECT_EQ(invoke(kFunction, "{}").error, "Lambda.ResourceNotFoundException");
  router_.failure.emplace("TooManyRequestsException", "Rate Exceeded.", 429);
  EXPECT_EQ(invoke(kInvoke, R"({"FunctionName":"f"})").error, "Lambda.TooManyRequestsException");
  router_.failure.emplace("NotFound", "Topic does not exist", 404);
  const TaskAnswer answer = invoke("arn:aws:states:::sns:publish", R"({"TopicArn":"t","Message":{"a":1}})");
  EXPECT_EQ(router_.last.input.at("Message"), R"({"a":1})");
  EXPECT_EQ(answer.error, "SNS.NotFoundException");
  EXPECT_EQ(answer.cause,
            "Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: " +
                router_.last.request_id + "; Proxy: null)");
  router_.failure.emplace("ValidationException", "bad");
  EXPECT_EQ(invoke("arn:aws:states:::dynamodb:putItem", "{}").error, "DynamoDB.AmazonDynamoDBException");
}

TEST_F(TaskInvokerTest, KnowsWhatItCanCarryOut) {
  const auto knows = [](const char* arn) { return ServiceTaskInvoker::knows(asl::parse_resource(arn)); };
  EXPECT_TRUE(knows(kFunction));
  EXPECT_TRUE(knows("arn:aws:states:::sqs:sendMessage.waitForTaskToken"));
  EXPECT_FALSE(knows("arn:aws:states:::states:startExecution.sync:2"));
  EXPECT_FALSE(knows("arn:aws:states:us-east-1:123456789012:activity:a"));
  EXPECT_FALSE(knows("arn:aws:states:::dynamodb:scan"));
}

}  // namespace
}  // namespace aurora::local::stepfunctions
