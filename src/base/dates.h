// Dates as text. All times are UTC.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace aurora {

std::string format_iso_seconds(TimePoint when);  // 2026-11-21T06:20:51Z
std::string format_iso_millis(TimePoint when);   // 2026-11-21T06:20:51.123Z
std::string format_iso_micros(TimePoint when);   // 2026-11-21T06:20:51.123456Z
std::string format_date(TimePoint when);         // 2026-11-21
std::string format_basic(TimePoint when);        // 20261121T062051Z, as in x-amz-date
std::string format_http_date(TimePoint when);    // Sat, 21 Nov 2026 06:20:51 GMT (RFC 9110)
// strftime's conversions (%Y-%m-%d), in UTC.
std::string format_strftime(TimePoint when, const std::string& format);

// RFC 3339 with "Z" or an offset, any number of fraction digits; also a date alone (midnight).
std::optional<TimePoint> parse_iso(std::string_view text);
std::optional<TimePoint> parse_basic(std::string_view text);
std::optional<TimePoint> parse_http_date(std::string_view text);
// YYYY-MM-DD, a date that exists.
std::optional<std::chrono::year_month_day> parse_date(std::string_view text);

double to_epoch_seconds(TimePoint when);
TimePoint from_epoch_seconds(double seconds);

// "2h 05m", "3m 12s", "4.2 s", "120 ms"
std::string human_duration(Duration duration);

}  // namespace aurora
