#include "cli/live.h"

#include <fmt/format.h>

namespace aurora::cli {

// The cursor rests at the beginning of the line below the moving ones.
std::string LiveLines::erase_sequence() const {
  return drawn_ == 0 ? "" : fmt::format("\033[{}A\033[J", drawn_);
}

std::string LiveLines::moving_text() const {
  // Without automatic wrapping a line that is too long for the window is cut by the terminal, so that
  // each line takes exactly one row.
  std::string text = "\033[?7l";
  for (const std::string& line : moving_) text += line + "\n";
  return text + "\033[?7h";
}

void LiveLines::keep(const std::string& line) {
  if (!terminal_.err_traits().tty) {
    terminal_.err(line + "\n");
    return;
  }
  terminal_.err(erase_sequence() + line + "\n" + moving_text());
  drawn_ = moving_.size();
}

void LiveLines::move(std::vector<std::string> lines) {
  if (!terminal_.err_traits().tty) return;
  if (lines == moving_ && drawn_ == moving_.size()) return;
  moving_ = std::move(lines);
  terminal_.err(erase_sequence() + moving_text());
  drawn_ = moving_.size();
}

void LiveLines::clear() {
  if (drawn_ > 0) terminal_.err(erase_sequence());
  drawn_ = 0;
  moving_.clear();
}

}  // namespace aurora::cli
