// Moments as people type them after --since and --until.
#pragma once
#include <string>
#include <string_view>

#include "base/clock.h"

namespace aurora::cli {

// "90s", "30m", "12h", "7d", "2w": so long ago; "now", "today", "yesterday"; a date or a time, UTC. Throws
// Error "UsageError" that names `option`. As the end of a span a date means its last moment.
TimePoint parse_moment(const std::string& text, std::string_view option, TimePoint now, bool is_end = false);

}  // namespace aurora::cli
