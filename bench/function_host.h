// A stand-in for Lambda and for the AWS services that check_copy_status calls, made to cost as little as
// possible: what is measured is the function.
#pragma once
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "http/server.h"
#include "tls_front.h"

namespace aurora::bench {

// One start of a function, from the spawn to the answer.
struct Start {
  double first_poll_ms = 0;  // the first request for work arrives
  double first_call_ms = 0;  // the first call of an AWS service arrives
  double answered_ms = 0;    // the answer has arrived
  double processor_ms = 0;   // what the function's threads had of processors until then
  long memory_kb = 0;        // the most that was resident until then
  bool failed = false;
  std::string answer;
  std::vector<std::string> calls;
};

class FunctionHost {
 public:
  // `state`: what DynamoDB holds of the operation, as GetItem answers it.
  explicit FunctionHost(const std::filesystem::path& state);

  // Starts `command` with `environment` added to what Lambda gives, hands it one event, and ends it.
  // Throws Error "NoAnswer" when nothing was answered within half a minute.
  // With an identity the AWS services are behind TLS; Lambda's own API never is.
  Start start_once(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                   const TlsIdentity* identity = nullptr);

 private:
  http::Response handle(const http::Request& request, std::stop_token stop);
  http::Response next(std::stop_token stop);
  http::Response call(const http::Request& request);
  double elapsed_ms() const;

  const std::string state_;
  SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  Duration began_{0};
  Start current_;
  bool given_ = false;
  bool answered_ = false;
};

}  // namespace aurora::bench
