// Which calls may be sent again when it is not known what became of the first one.
#pragma once
#include "aws/model.h"
#include "base/json.h"

namespace aurora::aws {

// True for reads, for writes that leave the same when they run twice and answer alike, and for calls that
// carry an idempotency token. Other calls are repeated only when an answer proves that nothing happened.
bool may_repeat(const Service& service, const Operation& operation, const Json& input);

}  // namespace aurora::aws
