#include "lambda/runtime.h"

#include <charconv>

namespace aurora::lambda {
namespace {

using namespace std::chrono_literals;

constexpr char kRoot[] = "/2018-06-01/runtime";
// A function waits for work as long as it takes; the platform freezes or ends it.
constexpr std::chrono::hours kPatience{24 * 365};
constexpr int kFailuresInARowMax = 3;

Error too_large(std::size_t size) {
  return Error("Function.ResponseSizeTooLarge",
               fmt::format("the answer of {} bytes exceeds Lambda's {}", size, kPayloadBytesMax),
               "ask for less at a time");
}

TimePoint parse_deadline(const http::Headers& headers) {
  const std::string text = headers.get_or("Lambda-Runtime-Deadline-Ms", "");
  std::int64_t milliseconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  return TimePoint(std::chrono::milliseconds(milliseconds));
}

Invocation parse_invocation(const http::Headers& headers) {
  return {headers.get_or("Lambda-Runtime-Aws-Request-Id", ""),
          headers.get_or("Lambda-Runtime-Invoked-Function-Arn", ""), parse_deadline(headers),
          headers.get_or("Lambda-Runtime-Trace-Id", "")};
}

}  // namespace

Json error_object(const Error& error) {
  const std::string separator = error.hint().empty() ? "" : " ";
  Json object{{"errorType", error.name()},
              {"errorMessage", error.message() + separator + error.hint()},
              {"stackTrace", Json::array()}};
  if (!error.hint().empty()) object["hint"] = error.hint();
  return object;
}

Runtime::Runtime(const std::string& api_host, http::Transport& transport)
    : api_(http::Url::parse("http://" + api_host)), transport_(transport) {}

int Runtime::run(const Handler& handler) {
  bool reached = false;
  for (int failures = 0; failures < kFailuresInARowMax;) {
    http::Response invocation;
    try {
      invocation = next();
    } catch (const http::TransportError& error) {
      if (error.name() == "ConnectionRefused") return reached ? 0 : 1;
      ++failures;
      continue;
    }
    reached = true;
    // The documentation calls 500 a state that cannot be recovered from.
    if (invocation.status >= 500) return 1;
    if (invocation.status != 200) {
      ++failures;
      continue;
    }
    failures = 0;
    if (!serve(invocation, handler)) return 1;
  }
  return 1;
}

http::Response Runtime::next() {
  return transport_.send(request("GET", "/invocation/next"), {.timeout = kPatience});
}

bool Runtime::serve(const http::Response& invocation, const Handler& handler) {
  const Invocation context = parse_invocation(invocation.headers);
  const std::string path = "/invocation/" + context.request_id;
  const auto fail = [&](const Error& error) {
    return post(path + "/error", dump_json(error_object(error)), error.name());
  };
  std::string answer;
  try {
    answer = dump_json(handler(parse_json(invocation.body, "the event"), context));
  } catch (const Error& error) {
    return fail(error);
  } catch (const std::exception& error) {
    return fail(
        Error("InternalError", error.what(), "this is a defect of aurora-restore; report it with the log"));
  }
  if (answer.size() > kPayloadBytesMax) return fail(too_large(answer.size()));
  return post(path + "/response", std::move(answer), "");
}

bool Runtime::post(const std::string& path, std::string body, const std::string& error_type) {
  http::Request posted = request("POST", path);
  posted.headers.add("Content-Type", "application/json");
  if (!error_type.empty()) posted.headers.add("Lambda-Runtime-Function-Error-Type", error_type);
  posted.body = std::move(body);
  for (int attempt = 0; attempt < kFailuresInARowMax; ++attempt) {
    try {
      // A refused answer (400, 413) came too late or is too large; the next invocation can still be served.
      return transport_.send(posted, {}).status < 500;
    } catch (const http::TransportError&) {
      // Lambda takes one answer for each invocation, so that repeating it does no harm.
    }
  }
  return false;
}

void Runtime::report_init_error(const Error& error) {
  post("/init/error", dump_json(error_object(error)), error.name());
}

http::Request Runtime::request(std::string method, const std::string& path) const {
  http::Request request;
  request.method = std::move(method);
  request.host = api_.host;
  request.port = api_.port;
  request.path = kRoot + path;
  return request;
}

}  // namespace aurora::lambda
