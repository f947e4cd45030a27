#include "local/stepfunctions/settings.h"

#include "aws/error.h"

namespace aurora::local::stepfunctions {
namespace {

void check_logging(const Json& logging) {
  const std::size_t destinations = member_or_null(logging, "destinations").size();
  const bool logs = string_or(logging, "level", "OFF") != "OFF";
  if (destinations > 1 || (logs && destinations == 0))
    throw aws::ServiceError("InvalidLoggingConfiguration",
                            "Invalid Logging Configuration: Must specify exactly one Log Destination.");
}

void check_encryption(const Json& encryption) {
  if (string_or(encryption, "type", "AWS_OWNED_KEY") != "AWS_OWNED_KEY")
    throw aws::ServiceError("InvalidEncryptionConfiguration",
                            "Invalid Encryption Configuration: the local endpoint encrypts no executions; "
                            "leave type at AWS_OWNED_KEY.");
}

}  // namespace

Json settings_of(const Call& call) {
  check_logging(member_or_null(call.input, "loggingConfiguration"));
  check_encryption(member_or_null(call.input, "encryptionConfiguration"));
  Json settings = Json::object();
  for (const char* key : {"loggingConfiguration", "tracingConfiguration", "encryptionConfiguration"})
    if (call.input.contains(key)) settings[key] = call.input[key];
  return settings;
}

void show_settings(Json& answer, const Json& settings) {
  answer["loggingConfiguration"] = {{"level", "OFF"}, {"includeExecutionData", false}};
  answer["tracingConfiguration"] = {{"enabled", false}};
  answer.update(settings);
}

}  // namespace aurora::local::stepfunctions
