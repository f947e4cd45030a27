// Calls of RDS that fail when a test says so, and answers that show another status than the truth.
#pragma once
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "aws/client.h"
#include "base/text.h"

namespace aurora::restore::testing {

class FaultyApi final : public aws::Api {
 public:
  enum class When { kBefore, kAfter };

  explicit FaultyApi(aws::Api& real) : real_(real) {}

  // The n-th call from now on that changes something in RDS (from 1) fails once: before it did anything with
  // a refusal, after it did with no answer.
  void fail_change(int n, When when) {
    changes_ = 0;
    fail_at_ = n;
    when_ = when;
  }
  // Every call of `operation` fails with `error` until it is cleared.
  void refuse(std::string operation, std::optional<aws::ServiceError> error) {
    refused_ = std::move(operation);
    refusal_ = std::move(error);
  }
  // Elements of `list` in RDS's answers show `status` as their `member`, where `wanted` says so.
  void show(std::string list, std::string member, Json status,
            std::function<bool(const Json& element)> wanted) {
    list_ = std::move(list);
    member_ = std::move(member);
    status_ = std::move(status);
    wanted_ = std::move(wanted);
  }
  void stop_showing() { list_.clear(); }
  void stop_failing() { fail_at_ = 0; }

  int changes() const { return changes_; }
  bool failed() const { return failed_; }
  const std::string& failed_call() const { return failed_call_; }
  // The inputs of all calls of `operation` so far.
  std::vector<Json> inputs_of(std::string_view operation) const {
    std::vector<Json> found;
    for (const auto& [name, input] : inputs_)
      if (name == operation) found.push_back(input);
    return found;
  }

  Json call(std::string_view service, std::string_view region, std::string_view operation,
            const Json& input) override {
    if (service != "rds") return real_.call(service, region, operation, input);
    {
      const std::lock_guard lock(mutex_);  // the preflight looks at several things at once
      inputs_.emplace_back(operation, input);
    }
    if (refusal_ && operation == refused_) throw aws::ServiceError(*refusal_);
    const bool change = !operation.starts_with("Describe") && !operation.starts_with("List");
    const bool fails = change && ++changes_ == fail_at_;
    if (fails) {
      failed_ = true;
      failed_call_ = std::string(operation);
      if (when_ == When::kBefore) throw aws::ServiceError("InvalidParameterValue", "refused by the test");
    }
    Json answer = real_.call(service, region, operation, input);
    if (fails) throw http::TransportError("ConnectionClosed", "the answer was lost by the test", false);
    if (!list_.empty() && answer.contains(list_))
      for (Json& element : answer[list_])
        if (wanted_(element)) element[member_] = status_;
    return answer;
  }

 private:
  aws::Api& real_;
  std::mutex mutex_;
  int changes_ = 0;
  int fail_at_ = 0;
  When when_ = When::kBefore;
  bool failed_ = false;
  std::string failed_call_;
  std::string refused_;
  std::optional<aws::ServiceError> refusal_;
  std::string list_;
  std::string member_;
  Json status_;
  std::function<bool(const Json&)> wanted_;
  std::vector<std::pair<std::string, Json>> inputs_;
};

}  // namespace aurora::restore::testing
