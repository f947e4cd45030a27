// Stretched durations of RDS's work as text, for rehearsing the real thing: "copy=90s,restore=10m".
#pragma once
#include <string>

#include "local/rds/context.h"

namespace aurora::local {

// Kinds: create, instance, snapshot, copy, restore, modify, remove. Durations: a number with ms, s, m or h.
// Empty text is the natural pace. Throws Error "InvalidPace" that names what is wrong and what is allowed.
rds::Pace parse_pace(const std::string& text);

}  // namespace aurora::local
