// When to look next at something that RDS works on: a function of what is known about the wait.
//
// A look costs three state transitions, an invocation and a call or two of RDS; a look that comes late costs
// time. Three kinds of knowledge keep both small:
//  - percent (copies): most of what is left is waited for at once, and the last look lies just behind the
//  end;
//  - what earlier restores took, or what the size makes likely: no look before the earliest likely end but a
//    few, then looks so close that half a gap is less than 5 % of the wait;
//  - age alone: each gap is a part of the time waited so far, so that late looks are late in proportion.
// Gaps are bounded, so that a failure is seen within kGapMax whatever was expected.
#pragma once
#include <optional>

#include "base/clock.h"

namespace aurora::restore {

inline constexpr std::chrono::seconds kGapMin{1};
inline constexpr std::chrono::minutes kGapMax{40};

struct KnownWait {
  double elapsed_seconds = 0;  // since the wait began
  double size_gib = 0;
  // When it will be over, counted from its beginning.
  double least_seconds = 0;
  double most_seconds = 0;
  bool learned = false;  // from earlier waits; otherwise an assumption that may be far off
  // Of the work, 0 to 100, as RDS shows it, when it moved since the last look.
  std::optional<int> percent = {};
};

// Seconds until the next look, kGapMin to kGapMax.
double seconds_to_next_look(const KnownWait& wait);

}  // namespace aurora::restore
