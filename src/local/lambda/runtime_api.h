// The platform's side of the Lambda Runtime API for one function instance: hands out invocations, takes
// answers. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "http/message.h"

namespace aurora::local {

inline constexpr std::size_t kSyncPayloadBytesMax = 6 * 1024 * 1024;

struct RuntimeJob {
  std::string request_id;
  std::string payload;
  std::string function_arn;
  TimePoint deadline;
};

struct RuntimeAnswer {
  bool failed = false;
  std::string payload;
};

// Thread-safe. One job at a time: submit() only when the last one was answered.
class RuntimeApi {
 public:
  // The handler of the instance's HTTP server.
  http::Response handle(const http::Request& request, std::stop_token stop);

  enum class Init { kReady, kFailed, kEnded, kTimedOut };
  // Waits until the function asks for its first job, or cannot start.
  Init wait_ready(Duration limit);
  // What the function said when it could not start; nothing when it just ended.
  std::optional<std::string> init_error() const;

  void submit(RuntimeJob job);
  enum class Wait { kAnswered, kEnded, kTimedOut };
  Wait wait_answer(Duration limit);
  // The answer that wait_answer() told of.
  RuntimeAnswer take_answer();
  // Whether the function has been given the job at hand; when not, nothing of it has happened.
  bool delivered() const;

  // The process is gone or is to go: ends every wait.
  void end();

 private:
  http::Response next(std::stop_token stop);
  http::Response take_result(const std::string& request_id, RuntimeAnswer answer);
  http::Response take_init_error(const http::Request& request);

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool ready_ = false;
  bool ended_ = false;
  bool delivered_ = false;
  std::optional<RuntimeJob> job_;
  std::optional<RuntimeAnswer> answer_;
  std::optional<std::string> init_error_;
};

}  // namespace aurora::local
