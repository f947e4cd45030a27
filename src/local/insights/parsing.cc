#include "local/insights/parsing.h"

#include <re2/re2.h>

namespace aurora::local::insights {
namespace {

using Parts = std::vector<std::pair<std::string, std::string>>;

// Each wildcard takes as little as it can; one at the end takes the rest.
Parts by_literals(const ParseCommand& command, std::string_view text) {
  std::size_t at = text.find(command.literals.front());
  if (at == std::string_view::npos) return {};
  at += command.literals.front().size();
  Parts parts;
  for (std::size_t i = 0; i < command.names.size(); ++i) {
    const std::string& following = command.literals[i + 1];
    const bool takes_rest = following.empty() && i + 1 == command.names.size();
    const std::size_t end = takes_rest ? text.size() : text.find(following, at);
    if (end == std::string_view::npos) return {};
    parts.emplace_back(command.names[i], text.substr(at, end - at));
    at = end + following.size();
  }
  return parts;
}

Parts by_expression(const ParseCommand& command, std::string_view text) {
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(command.pattern->NumberOfCapturingGroups()) +
                                       1);
  const re2::StringPiece subject(text.data(), text.size());
  if (!command.pattern->Match(subject, 0, text.size(), re2::RE2::UNANCHORED, groups.data(),
                              static_cast<int>(groups.size())))
    return {};
  Parts parts;
  for (const auto& [number, name] : command.pattern->CapturingGroupNames()) {
    const re2::StringPiece& group = groups[static_cast<std::size_t>(number)];
    if (group.data() != nullptr) parts.emplace_back(name, std::string(group.data(), group.size()));
  }
  return parts;
}

}  // namespace

Parts parsed_parts(const ParseCommand& command, std::string_view text) {
  return command.pattern ? by_expression(command, text) : by_literals(command, text);
}

}  // namespace aurora::local::insights
