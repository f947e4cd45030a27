// What a Task's Resource names.
#pragma once
#include <string>
#include <string_view>

namespace aurora::asl {

struct Resource {
  enum class Kind { kLambdaFunction, kIntegration, kActivity, kOther };
  enum class Pattern { kRequestResponse, kSync, kWaitForTaskToken };
  Kind kind = Kind::kOther;
  std::string arn;      // as it was written
  std::string service;  // of an integration: "lambda", "sns", "aws-sdk:dynamodb"
  std::string action;   // "invoke", without the pattern's suffix
  std::string name;     // "invoke.waitForTaskToken", as histories show it
  Pattern pattern = Pattern::kRequestResponse;
};

Resource parse_resource(std::string_view arn);

}  // namespace aurora::asl
