#include "local/stepfunctions/arn.h"

#include <gtest/gtest.h>

#include "aws/error.h"

namespace aurora::local::stepfunctions {
namespace {

constexpr char kMachine[] = "arn:aws:states:us-west-2:123456789012:stateMachine:m";

std::string refusal(const std::string& arn) {
  try {
    parse_machine_arn(arn);
    return "taken";
  } catch (const aws::ServiceError& e) {
    return e.code() + ": " + e.message();
  }
}

TEST(MachineArn, TellsVersionsFromAliases) {
  EXPECT_FALSE(parse_machine_arn(kMachine).is_qualified());
  const MachineArn version = parse_machine_arn(std::string(kMachine) + ":12");
  EXPECT_EQ(version.machine, kMachine);
  EXPECT_EQ(version.version, 12);
  const MachineArn alias = parse_machine_arn(std::string(kMachine) + ":v1.2");
  EXPECT_EQ(alias.machine, kMachine);
  EXPECT_EQ(alias.alias, "v1.2");
  EXPECT_FALSE(alias.version);
}

TEST(MachineArn, AVersionBeyondAllNumbersIsNone) {
  EXPECT_EQ(parse_machine_arn(std::string(kMachine) + ":99999999999999999999").version, 0);
}

TEST(MachineArn, RefusesOtherTextInAwsWords) {
  EXPECT_EQ(refusal("m"), "InvalidArn: Invalid Arn: 'Invalid ARN prefix: m'");
  EXPECT_EQ(refusal("arn:aws:states:us-west-2:123456789012:execution:m:run"),
            "InvalidArn: Invalid Arn: 'Resource type not valid in this context: execution'");
  EXPECT_TRUE(refusal(std::string(kMachine) + "/label").starts_with("ValidationException: "));
  EXPECT_TRUE(refusal(std::string(kMachine) + ":1:2").starts_with("InvalidArn: "));
}

}  // namespace
}  // namespace aurora::local::stepfunctions
