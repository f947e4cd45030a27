// The periods of bin(5m) and datefloor(@timestamp, 1h).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "local/insights/value.h"

namespace aurora::local::insights {

struct Period {
  enum class Unit { kMilliseconds, kMonths };
  Unit unit = Unit::kMilliseconds;
  std::int64_t count = 1;
};

// "5m", "1h", "250ms", "2 mo": ms, s, m, h, d, w, mo, q and y, and their longer names. Nothing for what is
// none.
std::optional<Period> parse_period(std::string_view text);

// The begin of the period that holds `moment`, in UTC; weeks begin on Monday.
Moment floor_to(Moment moment, const Period& period);
// The end of it, or `moment` itself when it is a begin.
Moment ceil_to(Moment moment, const Period& period);

}  // namespace aurora::local::insights
