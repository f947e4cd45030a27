// The custom runtime of AWS Lambda: asks for the next invocation, has it handled, posts the answer.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
#pragma once
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "http/transport.h"

namespace aurora::lambda {

// The largest event and answer that Lambda carries synchronously.
inline constexpr std::size_t kPayloadBytesMax = 6 * 1024 * 1024;

struct Invocation {
  std::string request_id;
  std::string function_arn;
  // When Lambda will end the process.
  TimePoint deadline;
  std::string trace_id;
};

// Answers, or throws: an Error is reported under its name, which Retry and Catch match.
using Handler = std::function<Json(const Json& event, const Invocation& invocation)>;

// The JSON that Lambda shows for a failed invocation. People see errorMessage only, so it ends with the
// hint; `hint` repeats it for programs.
Json error_object(const Error& error);

// One function instance's side of the Runtime API.
class Runtime {
 public:
  // `api_host` is AWS_LAMBDA_RUNTIME_API: host and port.
  Runtime(const std::string& api_host, http::Transport& transport);

  // Handles invocations until the Runtime API goes away. Returns the exit code: 0 when it went away between
  // invocations, which is how an instance is ended; 1 when it could not be used.
  int run(const Handler& handler);

  // Tells that the function cannot start. Best effort: whoever calls it ends with an error anyway.
  void report_init_error(const Error& error);

 private:
  http::Response next();
  // False when the Runtime API is of no more use.
  bool serve(const http::Response& invocation, const Handler& handler);
  bool post(const std::string& path, std::string body, const std::string& error_type);
  http::Request request(std::string method, const std::string& path) const;

  http::Url api_;
  http::Transport& transport_;
};

}  // namespace aurora::lambda
