#include "cli/error_catalog.h"

#include <algorithm>

#include "base/text.h"

namespace aurora::cli {
namespace {

// "[ASL.md](ASL.md)" is of use in the document only; elsewhere the file is named.
std::string without_links(std::string text) {
  for (std::size_t at = text.find("](");; at = text.find("](", at)) {
    const std::size_t open = at == std::string::npos ? at : text.rfind('[', at);
    const std::size_t close = at == std::string::npos ? at : text.find(')', at);
    if (open == std::string::npos || close == std::string::npos) return text;
    const std::string target = text.substr(at + 2, close - at - 2);
    text.replace(open, close + 1 - open, "docs/" + target);
    at = open;
  }
}

// The cells of a row, without the bars around it.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  for (const std::string& cell : split(std::string_view(line).substr(1, line.size() - 2), '|'))
    cells.push_back(without_links(std::string(trim(cell))));
  return cells;
}

std::string stem(std::string_view name) {
  std::string text = to_lower(name);
  for (const std::string_view ending : {"fault", "exception"})
    if (text.size() > ending.size() && text.ends_with(ending)) text.resize(text.size() - ending.size());
  return text;
}

}  // namespace

std::vector<ErrorEntry> parse_errors_document(std::string_view text) {
  std::vector<ErrorEntry> entries;
  std::string stands;
  bool wants_stands = false;
  for (const std::string& line : split(text, '\n')) {
    if (line.starts_with("## ")) {
      stands.clear();
      wants_stands = true;
    } else if (line.starts_with("### ") || line.starts_with("|")) {
      wants_stands = false;
    } else if (wants_stands && line.empty()) {
      wants_stands = stands.empty();
    } else if (wants_stands) {
      stands += (stands.empty() ? "" : " ") + line;
    }
    if (!line.starts_with("| `") || !line.ends_with("|")) continue;
    std::vector<std::string> cells = cells_of(line);
    cells.resize(4);
    const std::string name = replace_all(cells[0], "`", "");
    entries.push_back({.name = name,
                       .meaning = cells[1],
                       .stands = stands,
                       .retried = cells[2],
                       .what_to_do = cells[3],
                       .exit_code = exit_code_of_error(name)});
  }
  return entries;
}

const std::vector<ErrorEntry>& error_catalog() {
  static const std::vector<ErrorEntry> kCatalog = parse_errors_document(errors_document());
  return kCatalog;
}

const ErrorEntry* find_error(std::string_view name) {
  const auto& entries = error_catalog();
  for (const ErrorEntry& entry : entries)
    if (entry.name == name) return &entry;
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const ErrorEntry& entry) { return stem(entry.name) == stem(name); });
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace aurora::cli
