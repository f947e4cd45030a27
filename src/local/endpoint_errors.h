// The refusals that belong to no service of its own, in the words of each protocol.
#pragma once
#include <exception>

#include "aws/error.h"
#include "aws/model.h"
#include "base/log.h"

namespace aurora::local {

// Refusals of signatures are named differently by the services: SignatureDoesNotMatch by the Query ones,
// InvalidSignatureException by those that speak JSON, AccessDenied by S3. Other errors stay as they are.
aws::ServiceError in_words_of(const aws::Service& service, const aws::ServiceError& error);

// What a caller hears of a failure that is none of the service's own refusals. A full disk is for the
// caller to know; what else went wrong is written to `log` with `fields`, and the caller hears
// InternalFailure. A service that is stopping answers ServiceUnavailable.
aws::ServiceError internal_failure(const std::exception& failure, const Log& log, const Json& fields);

}  // namespace aurora::local
