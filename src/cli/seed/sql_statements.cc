#include "base/text.h"
#include "cli/seed/demo_sql.h"

namespace aurora::cli {
namespace {

bool is_only_comments(std::string_view text) {
  for (const std::string& line : split(text, '\n'))
    if (const std::string_view trimmed = trim(line); !trimmed.empty() && !trimmed.starts_with("--"))
      return false;
  return true;
}

}  // namespace

std::vector<std::string> sql_statements(std::string_view script, const std::map<std::string, int>& values) {
  std::vector<std::string> statements;
  const auto add = [&](std::string_view text) {
    if (is_only_comments(text)) return;
    std::string statement(trim(text));
    for (const auto& [name, value] : values)
      statement = replace_all(statement, ":" + name, std::to_string(value));
    statements.push_back(std::move(statement));
  };
  std::size_t begin = 0;
  while (begin < script.size()) {
    const std::size_t end = script.find(";\n\n", begin);
    if (end == std::string_view::npos) {
      add(script.substr(begin));
      break;
    }
    add(script.substr(begin, end + 1 - begin));
    begin = end + 3;
  }
  return statements;
}

}  // namespace aurora::cli
