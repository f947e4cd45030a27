// Counts attempts at the network's edge: below the retries, so that each attempt is one, and below the
// signing, whose scope names the service.
#pragma once
#include <atomic>
#include <cstdint>

#include "http/transport.h"

namespace aurora::aws {

// Attempts that were sent, and how many of them were refused for their rate; and by service what is paid for
// by request. Thread-safe.
struct CallCounter {
  std::atomic<std::int64_t> calls{0};
  std::atomic<std::int64_t> throttles{0};
  std::atomic<std::int64_t> rds{0};
  std::atomic<std::int64_t> dynamodb{0};
  // DynamoDB's request units by the sizes of requests and answers, in halves of a unit: an estimate, since
  // the size of an item is not told.
  std::atomic<std::int64_t> dynamodb_read_halves{0};
  std::atomic<std::int64_t> dynamodb_write_halves{0};
  std::atomic<std::int64_t> sns{0};
  std::atomic<std::int64_t> sqs{0};
};

class CountingTransport final : public http::Transport {
 public:
  // Both outlive this.
  CountingTransport(http::Transport& next, CallCounter& counter) : next_(next), counter_(counter) {}

  using Transport::send;
  http::Response send(const http::Request& request, const http::SendOptions& options) override;

 private:
  http::Transport& next_;
  CallCounter& counter_;
};

}  // namespace aurora::aws
