// Retries in the SDKs' standard mode: full jitter, a budget for all calls together, and the server's own
// word on how long to wait.
#pragma once
#include <functional>
#include <mutex>

#include "aws/error.h"
#include "aws/model.h"
#include "base/clock.h"
#include "http/transport.h"

namespace aurora::aws {

// What the decorators of one call need to know of it.
struct CallContext {
  const Service& service;
  const Operation& operation;
  std::string region;
  bool repeatable = false;  // see idempotency.h
};

enum class FailureKind {
  kNone,
  kThrottled,  // the service refused the call without doing anything
  kTransient,  // it is not known what became of it
  kNotSent,    // the server never saw it
  kClockSkew,  // refused because the clocks differ
  kTerminal,   // the same call would fail again
};

FailureKind kind_of(const ServiceError& error);
FailureKind kind_of(const http::TransportError& error);

// Shared by the calls of one client: when much fails, retries stop adding to the load. Thread-safe.
class RetryBudget {
 public:
  explicit RetryBudget(int capacity = 500) : capacity_(capacity), tokens_(capacity) {}
  // False when the budget is used up.
  bool take(FailureKind kind);
  // A call that succeeded gives back what its last retry cost, and a little where it needed none.
  void give_back(FailureKind last_retry);
  int tokens() const;

 private:
  static int cost(FailureKind kind);
  const int capacity_;
  mutable std::mutex mutex_;
  int tokens_;
};

// How far the services' clock is from ours, as their answers showed. Thread-safe.
class ClockSkew {
 public:
  Duration offset() const;
  // Learns from the Date of an answer; true when the clocks differ enough to explain a refusal.
  bool learn(const http::Response& response, TimePoint now);

 private:
  mutable std::mutex mutex_;
  Duration offset_{0};
};

struct RetryOptions {
  int attempts_max = 3;
  Duration delay_base = std::chrono::milliseconds(100);
  Duration throttled_delay_base = std::chrono::seconds(1);
  Duration delay_max = std::chrono::seconds(20);
  // Uniform in [0, 1); from the system's random source where it is empty.
  std::function<double()> random = {};
};

struct RetryState {
  RetryBudget budget;
  ClockSkew skew;
};

// Sends until an answer is final. The last attempt's answer or TransportError is the caller's. Throws
// Cancelled when told to stop while waiting.
class RetryTransport final : public http::Transport {
 public:
  RetryTransport(http::Transport& next, const CallContext& context, const RetryOptions& options, Clock& clock,
                 RetryState& state)
      : next_(next), context_(context), options_(options), clock_(clock), state_(state) {}

  using Transport::send;
  http::Response send(const http::Request& request, const http::SendOptions& options) override;

 private:
  FailureKind judge(const http::Response& response) const;
  bool may_retry(FailureKind kind, int attempt);
  void wait(FailureKind kind, int attempt, const http::Headers& headers, const std::stop_token& stop);

  http::Transport& next_;
  const CallContext& context_;
  const RetryOptions& options_;
  Clock& clock_;
  RetryState& state_;
};

// The wait before attempt `attempt` + 1 (attempts count from 1), for a random number in [0, 1).
Duration retry_delay(const RetryOptions& options, FailureKind kind, int attempt, double random);
// What Retry-After or x-amz-retry-after asks for; zero where they are absent.
Duration requested_delay(const http::Headers& headers, TimePoint now);

}  // namespace aurora::aws
