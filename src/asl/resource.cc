#include "asl/resource.h"

#include "base/text.h"

namespace aurora::asl {

// arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]; arn:aws:states:::SERVICE:ACTION[.PATTERN];
// arn:aws:states:REGION:ACCOUNT:activity:NAME.
Resource parse_resource(std::string_view arn) {
  Resource resource;
  resource.arn = arn;
  const std::vector<std::string> parts = split(arn, ':');
  if (parts.size() < 7 || parts[0] != "arn") return resource;
  if (parts[2] == "lambda" && parts[5] == "function") {
    resource.kind = Resource::Kind::kLambdaFunction;
  } else if (parts[2] == "states" && parts[5] == "activity") {
    resource.kind = Resource::Kind::kActivity;
  } else if (parts[2] == "states" && parts[3].empty() && parts[4].empty()) {
    resource.kind = Resource::Kind::kIntegration;
    const bool sdk = parts[5] == "aws-sdk" && parts.size() > 7;
    resource.service = sdk ? parts[5] + ":" + parts[6] : parts[5];
    resource.name = join({parts.begin() + (sdk ? 7 : 6), parts.end()}, ":");
    const std::size_t dot = resource.name.find('.');
    resource.action = resource.name.substr(0, dot);
    const std::string suffix = dot == std::string::npos ? "" : resource.name.substr(dot + 1);
    if (suffix == "waitForTaskToken") resource.pattern = Resource::Pattern::kWaitForTaskToken;
    if (suffix.starts_with("sync")) resource.pattern = Resource::Pattern::kSync;
  }
  return resource;
}

}  // namespace aurora::asl
