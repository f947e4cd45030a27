// What the command parse cuts out of a text.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "local/insights/query.h"

namespace aurora::local::insights {

// By name; empty when the text does not match.
std::vector<std::pair<std::string, std::string>> parsed_parts(const ParseCommand& command,
                                                              std::string_view text);

}  // namespace aurora::local::insights
