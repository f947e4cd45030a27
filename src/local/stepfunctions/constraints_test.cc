#include "local/stepfunctions/constraints.h"

#include <gtest/gtest.h>

namespace aurora::local::stepfunctions {
namespace {

std::string refusal(const std::string& operation, const Json& input) {
  Call call;
  call.operation = operation;
  call.input = input;
  try {
    check_constraints(call);
    return "taken";
  } catch (const aws::ServiceError& e) {
    return e.code() + ": " + e.message();
  }
}

TEST(Constraints, AreNamedInAwsWords) {
  EXPECT_EQ(
      refusal("ListStateMachines", {{"maxResults", 1001}}),
      "ValidationException: 1 validation error detected: Value '1001' at 'maxResults' failed to satisfy "
      "constraint: Member must have value less than or equal to 1000");
  EXPECT_EQ(refusal("ListExecutions", {{"statusFilter", "succeeded"}}),
            "ValidationException: 1 validation error detected: Value 'succeeded' at 'statusFilter' failed to "
            "satisfy constraint: Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, "
            "ABORTED, FAILED, RUNNING]");
}

TEST(Constraints, DifferByOperation) {
  EXPECT_EQ(refusal("ListExecutions", {{"nextToken", std::string(3000, 'x')}}), "taken");
  EXPECT_NE(refusal("ListStateMachines", {{"nextToken", std::string(1025, 'x')}}), "taken");
  EXPECT_NE(refusal("ValidateStateMachineDefinition", {{"maxResults", 101}}), "taken");
}

TEST(Constraints, ASecretValueIsNotShown) {
  const std::string said = refusal("StartExecution", {{"input", std::string(262'145, 's')}});
  EXPECT_EQ(
      said,
      "ValidationException: 1 validation error detected: Value at 'input' failed to satisfy constraint: "
      "Member must have length less than or equal to 262144");
}

TEST(Constraints, APartOfAnEnumeratedNameIsNone) {
  EXPECT_NE(refusal("ListExecutions", {{"redriveFilter", "NOT"}}), "taken");
  EXPECT_EQ(refusal("ListExecutions", {{"redriveFilter", "REDRIVEN"}}), "taken");
}

}  // namespace
}  // namespace aurora::local::stepfunctions
