#include "local/stepfunctions/settings.h"

#include <gtest/gtest.h>

#include "aws/error.h"

namespace aurora::local::stepfunctions {
namespace {

std::string refusal(const Json& input) {
  Call call;
  call.input = input;
  try {
    return "taken: " + settings_of(call).dump();
  } catch (const aws::ServiceError& e) {
    return e.code() + ": " + e.message();
  }
}

TEST(MachineSettings, AreKeptAsTheyWereGiven) {
  EXPECT_EQ(refusal(Json::parse(R"({"name":"m","tracingConfiguration":{"enabled":true},)"
                                R"("encryptionConfiguration":{"type":"AWS_OWNED_KEY"}})")),
            R"(taken: {"tracingConfiguration":{"enabled":true},)"
            R"("encryptionConfiguration":{"type":"AWS_OWNED_KEY"}})");
}

TEST(MachineSettings, LoggingNeedsOneDestination) {
  constexpr char kRefused[] =
      "InvalidLoggingConfiguration: Invalid Logging Configuration: Must specify exactly one Log Destination.";
  EXPECT_EQ(refusal(Json::parse(R"({"loggingConfiguration":{"level":"ALL"}})")), kRefused);
  EXPECT_EQ(refusal(Json::parse(R"({"loggingConfiguration":{"level":"OFF","destinations":[{},{}]}})")),
            kRefused);
  EXPECT_EQ(refusal(Json::parse(R"({"loggingConfiguration":{"level":"OFF"}})")),
            R"(taken: {"loggingConfiguration":{"level":"OFF"}})");
}

TEST(MachineSettings, KeysOfOnesOwnAreRefused) {
  EXPECT_TRUE(refusal(Json::parse(R"({"encryptionConfiguration":{"type":"CUSTOMER_MANAGED_KMS_KEY"}})"))
                  .starts_with("InvalidEncryptionConfiguration: "));
}

TEST(MachineSettings, ShowAwsDefaults) {
  Json answer = Json::object();
  show_settings(answer, Json::parse(R"({"tracingConfiguration":{"enabled":true}})"));
  EXPECT_EQ(answer.dump(), R"({"loggingConfiguration":{"level":"OFF","includeExecutionData":false},)"
                           R"("tracingConfiguration":{"enabled":true}})");
}

}  // namespace
}  // namespace aurora::local::stepfunctions
