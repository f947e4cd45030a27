// Output in which the last lines move: lines that stay, and below them lines that are redrawn.
#pragma once
#include <string>
#include <vector>

#include "cli/terminal.h"

namespace aurora::cli {

// Writes to standard error. On a tty the moving lines are replaced at each call; elsewhere only lines
// that stay are written.
class LiveLines {
 public:
  explicit LiveLines(Terminal& terminal) : terminal_(terminal) {}
  ~LiveLines() { clear(); }
  LiveLines(const LiveLines&) = delete;
  LiveLines& operator=(const LiveLines&) = delete;

  // A line that stays, above the moving ones.
  void keep(const std::string& line);
  void move(std::vector<std::string> lines);
  // Takes the moving lines away.
  void clear();

 private:
  std::string erase_sequence() const;
  std::string moving_text() const;

  Terminal& terminal_;
  std::vector<std::string> moving_;
  std::size_t drawn_ = 0;
};

}  // namespace aurora::cli
