#include "local/stepfunctions/mock.h"

#include <gtest/gtest.h>

namespace aurora::local::stepfunctions {
namespace {

std::string problem(const std::string& action, const std::string& result,
                    FieldValidation validation = FieldValidation::kStrict) {
  return mock_problem(asl::parse_resource("arn:aws:states:::" + action), Json::parse(result), validation);
}

TEST(MockResult, IsHeldAgainstTheServicesModel) {
  EXPECT_EQ(problem("sqs:sendMessage", R"({"MessageId":"m","MD5OfMessageBody":"d"})"), "");
  EXPECT_EQ(problem("sqs:sendMessage", R"({"MessageId":5})"), "Field 'MessageId' must be a string");
  EXPECT_EQ(problem("dynamodb:putItem", R"({"ConsumedCapacity":{"CapacityUnits":"1"}})"),
            "Field 'CapacityUnits' must be a number");
  EXPECT_EQ(problem("dynamodb:getItem", R"({"Item":{"k":{"S":1}}})"), "Field 'S' must be a string");
  EXPECT_EQ(problem("sqs:sendMessage", "[]"), "The result must be an object");
}

TEST(MockResult, MembersAreNamedWithACapital) {
  const char* small = R"({"executionArn":"a","startDate":"d"})";
  EXPECT_EQ(problem("aws-sdk:sfn:startExecution", R"({"ExecutionArn":"a","StartDate":"d"})"), "");
  EXPECT_EQ(problem("aws-sdk:sfn:startExecution", small), "Required field 'ExecutionArn' is missing");
  EXPECT_EQ(problem("aws-sdk:sfn:startExecution", small, FieldValidation::kPresent), "");
}

TEST(MockResult, AFunctionsPayloadIsAnything) {
  EXPECT_EQ(problem("lambda:invoke", R"({"Payload":{"a":1},"StatusCode":200})"), "");
  EXPECT_EQ(problem("lambda:invoke", R"({"StatusCode":"200"})"), "Field 'StatusCode' must be a number");
}

TEST(MockResult, OfAServiceWithoutAModelIsAnything) {
  EXPECT_EQ(problem("glue:startJobRun", R"({"JobRunId":5})"), "");
}

}  // namespace
}  // namespace aurora::local::stepfunctions
