// Timestamps of the state language: RFC 3339 with an upper-case T and, where there is no offset, an
// upper-case Z.
#pragma once
#include <compare>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace aurora::asl {

struct Timestamp {
  std::int64_t seconds = 0;  // since 1970, UTC
  std::int32_t nanoseconds = 0;
  auto operator<=>(const Timestamp&) const = default;
  // Rounded up to the next microsecond, so that a wait never ends early. Years far away are clamped.
  TimePoint time_point() const;
};

// Nothing for text in another form and for dates that do not exist.
std::optional<Timestamp> parse_timestamp(std::string_view text);

}  // namespace aurora::asl
