// The real endpoint as a process of its own, on a data directory that goes with it.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <memory>

#include "aws/client.h"
#include "http/beast_transport.h"

namespace aurora::bench {

class EndpointProcess {
 public:
  // Throws Error "NoAnswer" when the endpoint does not serve within half a minute.
  EndpointProcess(std::filesystem::path executable, std::filesystem::path directory);
  ~EndpointProcess();
  EndpointProcess(const EndpointProcess&) = delete;
  EndpointProcess& operator=(const EndpointProcess&) = delete;

  // kill -9, and returns when the process is gone. start() begins a new one on the same data.
  void kill();
  void start();

  // A client of it, with its own connections: one a thread.
  struct Caller {
    http::BeastTransport network;
    std::unique_ptr<aws::Client> client;
    Json call(std::string_view operation, const Json& input) const {
      return client->call("stepfunctions", "us-west-2", operation, input);
    }
  };
  std::unique_ptr<Caller> caller();

  long resident_kb() const;

 private:
  void wait_until_it_serves();

  const std::filesystem::path executable_, directory_;
  SystemClock clock_;
  pid_t pid_ = 0;
  std::string url_;
};

}  // namespace aurora::bench
