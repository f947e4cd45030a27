// Tables of text.
#pragma once
#include <string>
#include <vector>

#include "cli/style.h"

namespace aurora::cli {

// Columns as wide as their widest cell, two spaces apart. On a tty the last column is cut where the line
// would be broken; in a pipe nothing is cut.
class Table {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // Cells may hold colours; there is one for each column.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  std::string text(const Style& style) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// Lines of "label  value", labels as wide as the widest. On a tty long values are broken between words.
std::string label_lines(const std::vector<std::pair<std::string, std::string>>& lines, const Style& style,
                        std::size_t indent = 0);

}  // namespace aurora::cli
