#include "local/lambda/pool.h"

#include <algorithm>

namespace aurora::local {
namespace {

// An instance that died while idle is noticed when the next event finds it gone; more than a few in a row
// means that something ends them all.
constexpr int kDeliveryAttempts = 4;

aws::ServiceError throttled() {
  aws::ServiceError::Details details;
  details.code = "TooManyRequestsException";
  details.message = "Rate Exceeded.";
  details.status = 429;
  details.members = {{"Reason", "ConcurrentInvocationLimitExceeded"}, {"Type", "User"}};
  return aws::ServiceError(std::move(details));
}

aws::ServiceError stopping() {
  return {"ServiceException", "The service is being stopped; invoke again when it is back.", 500};
}

}  // namespace

InstancePool::InstancePool(FunctionSpec spec, Instance::Surroundings surroundings, std::size_t instances_max)
    : spec_(std::move(spec)), surroundings_(std::move(surroundings)), instances_max_(instances_max) {}

InvocationOutcome InstancePool::invoke(const FunctionSettings& settings, const std::string& request_id,
                                       const std::string& payload) {
  for (int attempt = 0; attempt < kDeliveryAttempts; ++attempt) {
    std::unique_ptr<Instance> instance = acquire(settings);
    InvocationOutcome outcome = instance->invoke(request_id, payload);
    release(std::move(instance));
    if (outcome.kind == InvocationOutcome::Kind::kStopped) throw stopping();
    if (outcome.kind != InvocationOutcome::Kind::kNotDelivered) return outcome;
  }
  throw aws::ServiceError("ServiceException", "The function's processes end before they take an event.", 500);
}

std::unique_ptr<Instance> InstancePool::acquire(const FunctionSettings& settings) {
  std::list<Idle> outdated;  // ended after the lock is given back
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) throw stopping();
    if (auto warm = take_idle(settings.revision, outdated)) {
      busy_.push_back(warm.get());
      return warm;
    }
    if (busy_.size() + starting_ >= instances_max_) throw throttled();
    ++starting_;
  }
  std::unique_ptr<Instance> fresh;
  try {
    fresh = std::make_unique<Instance>(spec_, settings, surroundings_);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --starting_;
    throw;
  }
  const std::lock_guard lock(mutex_);
  --starting_;
  if (stopped_) throw stopping();
  busy_.push_back(fresh.get());
  return fresh;
}

// The instance used last is the warmest. Those that are dead, or run with settings of the past, go.
std::unique_ptr<Instance> InstancePool::take_idle(const std::string& revision, std::list<Idle>& outdated) {
  while (!idle_.empty()) {
    Idle& last = idle_.back();
    if (last.instance->usable() && last.instance->revision() == revision) {
      std::unique_ptr<Instance> instance = std::move(last.instance);
      idle_.pop_back();
      return instance;
    }
    outdated.splice(outdated.end(), idle_, std::prev(idle_.end()));
  }
  return nullptr;
}

void InstancePool::release(std::unique_ptr<Instance> instance) {
  const std::lock_guard lock(mutex_);
  std::erase(busy_, instance.get());
  if (stopped_ || !instance->usable()) return;
  idle_.push_back({std::move(instance), surroundings_.clock->monotonic()});
}

void InstancePool::end_idle_since(Duration when) {
  std::list<Idle> ended;
  const std::lock_guard lock(mutex_);
  for (auto idle = idle_.begin(); idle != idle_.end();) {
    const auto next = std::next(idle);
    if (idle->since < when || !idle->instance->usable()) ended.splice(ended.end(), idle_, idle);
    idle = next;
  }
}

void InstancePool::stop() {
  std::list<Idle> ended;
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  ended.swap(idle_);
  for (Instance* instance : busy_) instance->stop();
}

}  // namespace aurora::local
