#include "local/lambda/runtime_api.h"

#include "base/json.h"
#include "base/text.h"

namespace aurora::local {
namespace {

constexpr std::string_view kRoot = "/2018-06-01/runtime/";

http::Response json_answer(int status, const Json& body) {
  return {status, {{"Content-Type", "application/json"}}, dump_json(body)};
}

http::Response refusal(int status, std::string_view type, std::string_view message) {
  return json_answer(status, {{"errorMessage", message}, {"errorType", type}});
}

http::Response accepted() {
  return json_answer(202, {{"status", "OK"}});
}

// Lambda makes the error of the header alone when a function posts no usable one.
std::string error_payload(const http::Request& request) {
  const bool usable = Json::accept(request.body) && !request.body.empty();
  if (usable) return request.body;
  return dump_json({{"errorType", request.headers.get_or("Lambda-Runtime-Function-Error-Type", "Unhandled")},
                    {"errorMessage", request.body}});
}

RuntimeAnswer too_large(std::size_t size) {
  return {true,
          dump_json({{"errorType", "Function.ResponseSizeTooLarge"},
                     {"errorMessage", fmt::format("Response payload size ({} bytes) exceeded maximum allowed "
                                                  "payload size ({} bytes).",
                                                  size, kSyncPayloadBytesMax)}})};
}

}  // namespace

http::Response RuntimeApi::handle(const http::Request& request, std::stop_token stop) {
  if (!request.path.starts_with(kRoot)) return refusal(404, "NotFound", "no such path");
  const auto parts = split(std::string_view(request.path).substr(kRoot.size()), '/');
  const bool post = request.method == "POST";
  if (!post && parts.size() == 2 && parts[0] == "invocation" && parts[1] == "next")
    return next(std::move(stop));
  if (post && parts.size() == 2 && parts[0] == "init" && parts[1] == "error") return take_init_error(request);
  if (post && parts.size() == 3 && parts[0] == "invocation") {
    if (parts[2] == "error") return take_result(parts[1], {true, error_payload(request)});
    if (parts[2] == "response" && request.body.size() > kSyncPayloadBytesMax) {
      take_result(parts[1], too_large(request.body.size()));
      return refusal(413, "RequestEntityTooLarge", "the answer is larger than Lambda carries");
    }
    if (parts[2] == "response") return take_result(parts[1], {false, request.body});
  }
  return refusal(404, "NotFound", "no such path");
}

http::Response RuntimeApi::next(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  ready_ = true;
  changed_.notify_all();
  const auto due = [this] { return ended_ || (job_ && !delivered_); };
  if (!changed_.wait(lock, stop, due) || ended_) {
    return refusal(500, "Container", "the instance is being ended");
  }
  delivered_ = true;
  const auto deadline =
      std::chrono::duration_cast<std::chrono::milliseconds>(job_->deadline.time_since_epoch());
  return {200,
          {{"Content-Type", "application/json"},
           {"Lambda-Runtime-Aws-Request-Id", job_->request_id},
           {"Lambda-Runtime-Deadline-Ms", std::to_string(deadline.count())},
           {"Lambda-Runtime-Invoked-Function-Arn", job_->function_arn}},
          job_->payload};
}

http::Response RuntimeApi::take_result(const std::string& request_id, RuntimeAnswer answer) {
  const std::lock_guard lock(mutex_);
  if (!job_ || !delivered_ || job_->request_id != request_id) {
    return refusal(400, "InvalidRequestID", "Invalid request ID");
  }
  answer_ = std::move(answer);
  job_.reset();
  delivered_ = false;
  changed_.notify_all();
  return accepted();
}

http::Response RuntimeApi::take_init_error(const http::Request& request) {
  const std::lock_guard lock(mutex_);
  if (ready_) return refusal(403, "InvalidStateTransition", "the function has started already");
  init_error_ = error_payload(request);
  changed_.notify_all();
  return accepted();
}

RuntimeApi::Init RuntimeApi::wait_ready(Duration limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return ready_ || ended_ || init_error_; });
  if (init_error_) return Init::kFailed;
  if (ended_) return Init::kEnded;
  return ready_ ? Init::kReady : Init::kTimedOut;
}

std::optional<std::string> RuntimeApi::init_error() const {
  const std::lock_guard lock(mutex_);
  return init_error_;
}

void RuntimeApi::submit(RuntimeJob job) {
  const std::lock_guard lock(mutex_);
  job_ = std::move(job);
  answer_.reset();
  delivered_ = false;
  changed_.notify_all();
}

RuntimeApi::Wait RuntimeApi::wait_answer(Duration limit) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, limit, [this] { return ended_ || answer_; });
  if (answer_) return Wait::kAnswered;
  return ended_ ? Wait::kEnded : Wait::kTimedOut;
}

RuntimeAnswer RuntimeApi::take_answer() {
  const std::lock_guard lock(mutex_);
  return std::exchange(answer_, std::nullopt).value();
}

bool RuntimeApi::delivered() const {
  const std::lock_guard lock(mutex_);
  return delivered_;
}

void RuntimeApi::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

}  // namespace aurora::local
