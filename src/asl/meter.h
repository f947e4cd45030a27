// What the evaluation of a state's paths and functions may cost, so that no filter, descent or template
// takes a machine's time or memory, whatever it is given.
#pragma once
#include "base/json.h"

namespace aurora::asl {

class Meter {
 public:
  // A tenth of a second or so; what fits a payload and is asked for in earnest stays far below.
  static constexpr std::size_t kVisitsMax = 10'000'000;
  // Many times a payload, because what is made on the way may be larger than what comes out.
  static constexpr std::size_t kBytesMax = 8 << 20;

  // `count` values are looked at. Throws Error "States.Runtime" beyond kVisitsMax.
  void visit(std::size_t count = 1) {
    visits_ += count;
    if (visits_ > kVisitsMax) fail_visits();
  }
  // `value` is copied into a result. Throws Error "States.DataLimitExceeded" beyond kBytesMax.
  void keep(const Json& value);

 private:
  [[noreturn]] void fail_visits() const;

  std::size_t visits_ = 0;
  std::size_t bytes_ = 0;
};

// About as many bytes as the value has as text.
std::size_t text_size(const Json& value);

}  // namespace aurora::asl
