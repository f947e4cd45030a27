// One connection of the client, plain or TLS, on which exchanges follow one another. Internal to src/http.
#pragma once
#include <memory>
#include <string>

#include "http/transport.h"

namespace boost::asio::ssl {
class context;
}

namespace aurora::http {

// Not thread-safe; the pool gives a connection to one exchange at a time.
class ClientConnection {
 public:
  // A pooled connection was found closed before a byte of the request had left; nothing happened.
  struct Stale {};

  // `tls` is null for plain connections and must outlive the connection otherwise.
  ClientConnection(std::string host, unsigned short port, boost::asio::ssl::context* tls);
  ~ClientConnection();

  // Connects first when it is not connected. Throws TransportError, Cancelled or Stale; afterwards the
  // connection is of no more use.
  Response exchange(const Request& request, const SendOptions& options);
  // Whether the server left it open and nothing unexpected has arrived on it.
  bool reusable();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aurora::http
