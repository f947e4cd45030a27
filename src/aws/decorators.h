// Transports that stand between the retries and the network.
#pragma once
#include "aws/credentials.h"
#include "aws/retry.h"
#include "base/log.h"

namespace aurora::aws {

// Logs each attempt: what was called, what came back, how long it took. Stands above the signature, and
// logs neither bodies nor headers.
class LogTransport final : public http::Transport {
 public:
  LogTransport(http::Transport& next, const CallContext& context, const Log& log, const Clock& clock)
      : next_(next), context_(context), log_(log), clock_(clock) {}

  using Transport::send;
  http::Response send(const http::Request& request, const http::SendOptions& options) override;

 private:
  http::Transport& next_;
  const CallContext& context_;
  const Log& log_;
  const Clock& clock_;
};

// Signs each attempt afresh, by the services' clock.
class SigningTransport final : public http::Transport {
 public:
  SigningTransport(http::Transport& next, const CallContext& context, CredentialsProvider& credentials,
                   const Clock& clock, const ClockSkew& skew)
      : next_(next), context_(context), credentials_(credentials), clock_(clock), skew_(skew) {}

  using Transport::send;
  http::Response send(const http::Request& request, const http::SendOptions& options) override;

 private:
  http::Transport& next_;
  const CallContext& context_;
  CredentialsProvider& credentials_;
  const Clock& clock_;
  const ClockSkew& skew_;
};

}  // namespace aurora::aws
