// Counts attempts at the network's edge: below the retries, so that each attempt is one.
#pragma once
#include <atomic>
#include <cstdint>

#include "http/transport.h"

namespace aurora::aws {

// Attempts that were sent, and how many of them were refused for their rate. Thread-safe.
struct CallCounter {
  std::atomic<std::int64_t> calls{0};
  std::atomic<std::int64_t> throttles{0};
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
