// One request, one answer: the seam through which everything here reaches the network.
#pragma once
#include <chrono>
#include <stop_token>

#include "base/error.h"
#include "http/message.h"

namespace aurora::http {

struct SendOptions {
  std::chrono::milliseconds connect_timeout{3100};
  // Of the whole exchange, connecting included.
  std::chrono::milliseconds timeout{60000};
  std::stop_token stop = {};
};

// No answer came. `not_sent` when it is certain that the server saw nothing of the request (refused
// connection, unknown host), so that even an unsafe request may be repeated.
class TransportError : public Error {
 public:
  TransportError(std::string name, std::string message, bool not_sent, std::string hint = {})
      : Error(std::move(name), std::move(message), std::move(hint)), not_sent_(not_sent) {}
  bool not_sent() const { return not_sent_; }

 private:
  bool not_sent_;
};

// Thread-safe. An HTTP status of 400 or 500 is an answer, not an error. Names of TransportError:
// ConnectionRefused, HostNotFound, ConnectTimeout, Timeout, ConnectionClosed, TlsError, ConnectionError.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Response send(const Request& request, const SendOptions& options) = 0;
  Response send(const Request& request) { return send(request, SendOptions{}); }
};

}  // namespace aurora::http
