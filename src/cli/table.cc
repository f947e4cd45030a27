#include "cli/table.h"

#include <algorithm>

#include "base/error.h"

namespace aurora::cli {
namespace {

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  AURORA_INVARIANT(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::text(const Style& style) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
    widths.push_back(width);
  }
  const auto line_of = [&](const std::vector<std::string>& cells) {
    std::string line;
    std::size_t used = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += "  ";
      std::string cell = columns_[i].align == Align::kRight ? pad_left(cells[i], widths[i]) : cells[i];
      const bool last = i + 1 == cells.size();
      const auto room = static_cast<std::size_t>(std::max(style.traits().width, 20));
      if (last && style.traits().tty && room > used + 8 && display_width(cell) > room - used)
        cell = cut_to_width(cell, room - used, style.traits().unicode);
      line += last ? cell : pad_right(cell, widths[i]);
      used += widths[i] + 2;
    }
    return without_trailing_spaces(line) + "\n";
  };
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  std::string titles_line = line_of(titles);
  titles_line.pop_back();
  std::string text = style.bold(titles_line) + "\n";
  for (const auto& row : rows_) text += line_of(row);
  return text;
}

std::string label_lines(const std::vector<std::pair<std::string, std::string>>& lines, const Style& style,
                        std::size_t indent) {
  std::size_t width = 0;
  for (const auto& line : lines) width = std::max(width, display_width(line.first));
  const std::size_t column = indent + width + 2;
  const auto window = static_cast<std::size_t>(std::max(style.traits().width, 40));
  std::string text;
  for (const auto& [label, value] : lines) {
    // In a pipe a line stays one line, for whoever searches in it.
    const bool wraps = style.traits().tty && window > column + 20;
    text += std::string(indent, ' ') + style.dim(pad_right(label, width)) + "  " +
            (wraps ? wrap_words(value, window - column, column) : value) + "\n";
  }
  return text;
}

}  // namespace aurora::cli
