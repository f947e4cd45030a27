// A transport that calls a handler directly: clients and services in one process without sockets.
#pragma once
#include "http/server.h"
#include "http/transport.h"

namespace aurora::http {

// As thread-safe as its handler. What the handler throws reaches the caller as it is, so that a test fails
// with the reason.
class InProcessTransport final : public Transport {
 public:
  explicit InProcessTransport(Handler handler) : handler_(std::move(handler)) {}

  using Transport::send;
  Response send(const Request& request, const SendOptions& options) override {
    Request arriving = request;
    if (!arriving.headers.has("Host")) {
      Url url;
      url.scheme = request.scheme;
      url.host = request.host;
      url.port = request.port;
      arriving.headers.add("Host", url.authority());
    }
    return handler_(arriving, options.stop);
  }

 private:
  Handler handler_;
};

}  // namespace aurora::http
