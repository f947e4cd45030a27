// What Step Functions' model allows its members to hold, refused in AWS's words.
#pragma once
#include "aws/error.h"
#include "local/service.h"

namespace aurora::local::stepfunctions {

// ValidationException "1 validation error detected: Value '<value>' at '<member>' failed to satisfy
// constraint: Member must <constraint>"; without the value where it may be secret.
aws::ServiceError violation(std::string_view member, std::string_view constraint);
aws::ServiceError violation(std::string_view member, std::string_view constraint, std::string_view value);

// Lengths, ranges and enumerations of the members that stand at the top of an input. Throws a violation.
void check_constraints(const Call& call);

// A state machine has at most 50 tags. Throws TooManyTags.
void check_tag_count(const Json& tags);

}  // namespace aurora::local::stepfunctions
