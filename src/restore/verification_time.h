// How long one call of a function may go on with work that comes in portions.
#pragma once
#include "base/clock.h"
#include "restore/step.h"

namespace aurora::restore {

class CallTime {
 public:
  explicit CallTime(const StepContext& context) : clock_(context.clock), started_(clock_.monotonic()) {
    // Where nobody says when the process ends: Lambda's longest.
    constexpr std::chrono::seconds kLongest{900};
    constexpr std::chrono::seconds kReserve{20};
    const Duration given =
        context.deadline == TimePoint() ? Duration(kLongest) : context.deadline - clock_.now();
    left_ = std::max<Duration>(given - kReserve, std::chrono::seconds(5));
  }

  Duration elapsed() const { return clock_.monotonic() - started_; }
  // Another portion may be begun: a quarter of the time is for beginning, so that what was begun last can
  // end.
  bool may_begin() const { return elapsed() < left_ / 4; }
  Duration begin_until() const { return started_ + left_ / 4; }
  // What there is left in all, never below a second.
  Duration left() const { return std::max<Duration>(left_ - elapsed(), std::chrono::seconds(1)); }
  bool is_over() const { return elapsed() >= left_; }
  // The longest that one of `parts` statements after each other may take, whenever it was begun.
  std::chrono::seconds longest_statement(int parts = 1) const {
    return std::chrono::duration_cast<std::chrono::seconds>(left_ * 3 / 4 / parts);
  }

 private:
  const Clock& clock_;
  const Duration started_;
  Duration left_{};
};

}  // namespace aurora::restore
