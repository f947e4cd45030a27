// The instances of one function: kept warm, started when all are busy, ended when idle for long.
#pragma once
#include <list>
#include <memory>
#include <mutex>

#include "local/lambda/instance.h"

namespace aurora::local {

// Thread-safe.
class InstancePool {
 public:
  InstancePool(FunctionSpec spec, Instance::Surroundings surroundings, std::size_t instances_max);

  // Runs one invocation on a free instance. Throws TooManyRequestsException (429) when all are busy, and
  // ServiceException when the pool is stopped before an answer came.
  InvocationOutcome invoke(const FunctionSettings& settings, const std::string& request_id,
                           const std::string& payload);
  // Ends the instances that nobody has used since `when` (Clock::monotonic) and those that have died.
  void end_idle_since(Duration when);
  // Ends every instance; running invocations fail.
  void stop();

  const FunctionSpec& spec() const { return spec_; }

 private:
  struct Idle {
    std::unique_ptr<Instance> instance;
    Duration since{0};
  };

  std::unique_ptr<Instance> acquire(const FunctionSettings& settings);
  std::unique_ptr<Instance> take_idle(const std::string& revision, std::list<Idle>& outdated);
  void release(std::unique_ptr<Instance> instance);

  const FunctionSpec spec_;
  const Instance::Surroundings surroundings_;
  const std::size_t instances_max_;
  std::mutex mutex_;
  std::list<Idle> idle_;
  std::vector<Instance*> busy_;
  std::size_t starting_ = 0;
  bool stopped_ = false;
};

}  // namespace aurora::local
