// The real transport: HTTP/1.1 over TCP and TLS with Boost.Asio, Boost.Beast and OpenSSL.
#pragma once
#include <memory>
#include <string>

#include "http/transport.h"

namespace aurora::http {

struct BeastTransportOptions {
  // Roots that server certificates must chain to: a PEM file, a hashed directory (c_rehash), or both.
  // Without either the system's own. Loaded when the first TLS connection is made.
  std::string ca_file = {};
  std::string ca_directory = {};
  // Idle connections kept for each scheme, host and port, and how long one may have been idle and still be
  // used again (zero: never); servers close them after a minute or less, and a frozen function finds them dead.
  std::size_t idle_connections_max = 8;
  std::chrono::milliseconds idle_max{20000};
};

// Keeps connections alive. A pooled connection that turns out dead before any byte of a request was sent
// is replaced without anybody noticing; everything else is the caller's to judge (TransportError).
// A stop requested while an exchange runs ends it with Cancelled.
class BeastTransport final : public Transport {
 public:
  explicit BeastTransport(BeastTransportOptions options = {});
  ~BeastTransport() override;

  using Transport::send;
  Response send(const Request& request, const SendOptions& options) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aurora::http
