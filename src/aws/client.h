// Calls of any AWS operation by its model: encode, send through the transport it was given, decode.
#pragma once
#include <string>
#include <string_view>

#include "aws/error.h"
#include "base/json.h"
#include "http/transport.h"

namespace aurora::aws {

// No answer of the service came.
using Unreachable = http::TransportError;

// The calling side of every service. Thread-safe. Input and output are JSON with the members of the
// operation's model ("DBClusterIdentifier"); blobs are their raw bytes in a string; timestamps are ISO
// 8601 text in UTC ("2026-11-21T06:20:51.123Z"); absent members are absent, never null.
//
// `service` is the name that endpoint and signature go by, as in botocore's data folders: "rds",
// "dynamodb", "stepfunctions", "lambda", "sns", "sqs", "secretsmanager", "ssm", "kms", "logs", "s3", "sts".
//
// Throws ServiceError for an error of the service, http::TransportError when no answer came, Error
// "InvalidParameter" when `input` does not fit the model (before anything is sent).
class Api {
 public:
  virtual ~Api() = default;
  virtual Json call(std::string_view service, std::string_view region, std::string_view operation,
                    const Json& input) = 0;
};

}  // namespace aurora::aws
