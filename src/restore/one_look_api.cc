#include "restore/one_look_api.h"

#include <fmt/format.h>

namespace aurora::restore {
namespace {

// A step that goes on longer looks again.
constexpr std::chrono::seconds kFresh{3};

// "There is none" is an answer like any other; throttling, or a connection that broke, is none.
bool is_answer(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const aws::ServiceError& e) {
    return e.code().find("NotFound") != std::string::npos;
  } catch (...) {
    return false;
  }
}

}  // namespace

Json OneLookApi::change(std::string_view service, std::string_view region, std::string_view operation,
                        const Json& input) {
  // Before, and after because of looks meanwhile; a call without an answer may have taken effect too.
  forget();
  try {
    Json answer = api_.call(service, region, operation, input);
    forget();
    return answer;
  } catch (...) {
    forget();
    throw;
  }
}

void OneLookApi::forget() {
  const std::lock_guard lock(mutex_);
  seen_.clear();
}

Json OneLookApi::call(std::string_view service, std::string_view region, std::string_view operation,
                      const Json& input) {
  if (service != "rds") return api_.call(service, region, operation, input);
  if (!operation.starts_with("Describe")) return change(service, region, operation, input);
  const std::string key = fmt::format("{} {} {}", region, operation, dump_json(input));
  std::promise<Json> promise;
  std::shared_future<Json> answer = promise.get_future().share();
  bool is_seen = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = seen_.find(key);
    is_seen = found != seen_.end() && clock_.monotonic() - found->second.at < kFresh;
    if (is_seen)
      answer = found->second.answer;
    else
      seen_[key] = {answer, clock_.monotonic()};
  }
  if (is_seen) return answer.get();
  try {
    promise.set_value(api_.call(service, region, operation, input));
  } catch (...) {
    // Whoever waits gets the error too.
    promise.set_exception(std::current_exception());
    const std::lock_guard lock(mutex_);
    if (!is_answer(std::current_exception())) seen_.erase(key);
  }
  return answer.get();
}

}  // namespace aurora::restore
