// The filter policies of SNS subscriptions (Amazon SNS guide, "Subscription filter policies").
#pragma once
#include <string>

#include "base/json.h"

namespace aurora::local {

// Throws Error "InvalidParameter" for a policy that AWS would not take.
void check_filter_policy(const Json& policy);
// `attributes` are a message's MessageAttributes, by name {DataType, StringValue}.
bool filter_accepts_attributes(const Json& policy, const Json& attributes);
// `body` is the parsed message; a message that is no JSON object is accepted by no policy.
bool filter_accepts_body(const Json& policy, const Json& body);

}  // namespace aurora::local
