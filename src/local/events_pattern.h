// Event patterns of EventBridge
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html).
#pragma once
#include <string>

#include "base/json.h"

namespace aurora::local {

// Throws aws::ServiceError "InvalidEventPatternException" that says what is wrong with the pattern. Known are
// exact values, prefix, suffix, equals-ignore-case, anything-but (values, prefix, suffix), exists, numeric,
// wildcard and $or; others are refused rather than never matched.
void check_event_pattern(const Json& pattern);

// Whether every field that the pattern names has one of its values. The pattern has passed the check above.
bool matches_event(const Json& pattern, const Json& event);

}  // namespace aurora::local
