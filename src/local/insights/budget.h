// What one query may keep in memory.
#pragma once
#include <cstddef>

#include "base/error.h"

namespace aurora::local::insights {

class Budget {
 public:
  explicit Budget(std::size_t bytes) : left_(bytes) {}

  // Throws Error "QueryTooLarge" when there is not so much left.
  void take(std::size_t bytes) {
    if (bytes > left_)
      throw Error("QueryTooLarge", "the query keeps more in memory than it may",
                  "Shorten its time range, filter more, or group by fewer values.");
    left_ -= bytes;
  }
  void give_back(std::size_t bytes) { left_ += bytes; }

 private:
  std::size_t left_;
};

}  // namespace aurora::local::insights
