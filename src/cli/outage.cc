#include "cli/outage.h"

#include "aws/client.h"
#include "aws/retry.h"

namespace aurora::cli {
namespace {

// An endpoint that was killed is back within seconds; a network that is away longer is worth a message.
constexpr std::chrono::seconds kGiveUpAfter{60};

}  // namespace

bool may_pass(const Error& error) {
  if (dynamic_cast<const aws::Unreachable*>(&error) != nullptr) return true;
  const auto* answered = dynamic_cast<const aws::ServiceError*>(&error);
  if (answered == nullptr) return false;
  const aws::FailureKind kind = aws::kind_of(*answered);
  return kind == aws::FailureKind::kThrottled || kind == aws::FailureKind::kTransient;
}

bool Outage::ask(const std::function<void()>& question) {
  try {
    question();
    over();
  } catch (const Cancelled&) {
    return false;
  } catch (const Error& error) {
    if (!bears(error)) throw;
  }
  return true;
}

bool Outage::bears(const Error& error) {
  if (!answered_ || !may_pass(error)) return false;
  const TimePoint now = clock_.now();
  if (since_) return now - *since_ <= kGiveUpAfter;
  since_ = now;
  tell_(error.message() + "; " + remark_);
  return true;
}

void Outage::over() {
  answered_ = true;
  if (since_) tell_("The endpoint answers again.");
  since_.reset();
}

}  // namespace aurora::cli
