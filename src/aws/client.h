// Calls of any AWS operation by its model: encode, send through the transport it was given, decode.
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/error.h"
#include "aws/retry.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
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
  // The same services under other credentials, an assumed role's for instance. What it gives lives no longer
  // than this. Throws Error "NotSupported" where calls are made without credentials.
  virtual std::unique_ptr<Api> with_credentials(std::shared_ptr<CredentialsProvider> credentials);
};

struct ClientConfig {
  Environment environment = {};
  // A profile asked for by name; else AWS_PROFILE, else "default".
  std::string profile = {};
  // For every service, and for single ones by name; both go before what the environment says.
  std::string endpoint_url = {};
  std::map<std::string, std::string> endpoint_urls = {};
  RetryOptions retry = {};
  std::chrono::milliseconds connect_timeout{3100};
  // Of one attempt; calls that wait at the service (Invoke, long polls) get what they need.
  std::chrono::milliseconds timeout{60000};
  std::string user_agent = "aurora-restore";
};

// The real Api. Transport, clock and log outlive it; without `credentials` it uses the usual chain. An
// empty `region` means the configured one.
class Client final : public Api {
 public:
  Client(ClientConfig config, http::Transport& network, Clock& clock, Log log = Log::none(),
         std::shared_ptr<CredentialsProvider> credentials = {});
  ~Client() override;

  Json call(std::string_view service, std::string_view region, std::string_view operation,
            const Json& input) override;
  std::unique_ptr<Api> with_credentials(std::shared_ptr<CredentialsProvider> credentials) override;

  // The same, ended when `stop` is requested.
  Json call(std::string_view service, std::string_view region, std::string_view operation, const Json& input,
            std::stop_token stop);

  // A request that carries its signature in its query, for somebody else to send within `valid`.
  http::Request presign(std::string_view service, std::string_view region, std::string_view operation,
                        const Json& input, std::chrono::seconds valid);

  std::string region() const;

 private:
  http::Request encoded(const CallContext& context, const Json& input) const;
  http::Response send(const CallContext& context, const http::Request& request,
                      const http::SendOptions& options);
  std::string region_or_default(std::string_view region) const;

  const ClientConfig config_;
  const EndpointConfig endpoints_;
  http::Transport& network_;
  Clock& clock_;
  const Log log_;
  std::shared_ptr<CredentialsProvider> credentials_;
  RetryState retry_state_;
};

}  // namespace aurora::aws
