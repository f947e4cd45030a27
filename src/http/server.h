// A small HTTP/1.1 server on loopback: one thread a connection, because handlers may wait (a Lambda
// function polls for its next event, an SQS client for a message).
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "http/message.h"

namespace aurora::http {

// May run on many threads at once. `stop` is requested when the server stops or the client goes away
// is noticed; long waits must watch it. An exception that leaves the handler becomes a 500.
using Handler = std::function<Response(const Request& request, std::stop_token stop)>;

struct ServerOptions {
  std::string address = "127.0.0.1";
  unsigned short port = 0;  // 0: the kernel chooses
  std::size_t connections_max = 1024;
  std::size_t body_bytes_max = 64 * 1024 * 1024;
  // How long a connection may stand idle between requests, and a client may take for one step of
  // sending a request or of taking its answer.
  std::chrono::milliseconds idle_timeout{120000};
  std::chrono::milliseconds step_timeout{30000};
};

class Server {
 public:
  // Listens when the constructor returns. Throws Error "PortInUse" (naming the port and what to do),
  // "AddressNotAvailable", or "ListenFailed".
  Server(ServerOptions options, Handler handler);
  ~Server();  // stop()
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  unsigned short port() const;
  // Takes no new connection, asks handlers to stop, and returns when the last one has.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aurora::http
