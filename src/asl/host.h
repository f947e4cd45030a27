// What an execution gets from the world besides events: chance and names. Tests pass their own, and
// then every execution is reproducible.
#pragma once
#include <cstdint>
#include <string>

namespace aurora::asl {

class Host {
 public:
  virtual ~Host() = default;
  // Uniform in [0, 1).
  virtual double random() = 0;
  virtual std::string uuid() = 0;
  // The token by which a callback names the task that `strand` waits for.
  virtual std::string task_token(int strand, std::int64_t ticket) = 0;
};

}  // namespace aurora::asl
