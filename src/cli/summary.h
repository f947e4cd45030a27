// What a finished restore is summed up as.
#pragma once
#include <string>

#include "cli/follow.h"
#include "cli/style.h"

namespace aurora::cli {

// For machines; absent facts are absent.
Json summary_json(const Operation& operation, const Story& story);

// For people: what was restored, where, how it was proved, how long it took, and how to connect. For a
// failure: which step failed, why, what stands now, and what to do.
std::string summary_text(const Context& context, const World& world, const Operation& operation,
                         const Story& story, const Style& style);

// A line that connects with psql or the mariadb client when typed into a POSIX shell as it stands: the
// password comes from the secret through this program, so that it is in no argument list and no history.
// Empty when the endpoint is not known.
std::string connect_line(const Context& context, const World& world, const Json& state);

}  // namespace aurora::cli
