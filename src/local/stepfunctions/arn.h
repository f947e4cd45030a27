// ARNs of state machines, of their versions ("...:stateMachine:name:3") and of their aliases
// ("...:stateMachine:name:PROD").
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "local/service.h"

namespace aurora::local::stepfunctions {

struct MachineArn {
  std::string text;     // as it was given
  std::string machine;  // without the qualifier
  std::optional<std::int64_t> version;
  std::string alias;

  bool is_qualified() const { return version || !alias.empty(); }
};

// Throws InvalidArn for what is no such ARN, and ValidationException for the ARN of a distributed map.
MachineArn parse_machine_arn(const std::string& arn);
// The same, but only of a machine itself: ValidationException for a version or an alias.
std::string unqualified_arn(const Call& call, const std::string& arn);
// Throws InvalidArn for what is no ARN of this kind of resource ("execution").
void check_arn(const std::string& arn, std::string_view resource);

}  // namespace aurora::local::stepfunctions
