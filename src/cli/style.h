// Colours, symbols and widths of text on a terminal.
#pragma once
#include <string>
#include <string_view>

#include "cli/terminal.h"

namespace aurora::cli {

// Wraps text in ANSI colours where the stream takes them, and chooses symbols that its encoding has.
class Style {
 public:
  explicit Style(StreamTraits traits) : traits_(traits) {}

  std::string bold(std::string_view text) const { return wrap(text, "1"); }
  std::string dim(std::string_view text) const { return wrap(text, "2"); }
  std::string red(std::string_view text) const { return wrap(text, "31"); }
  std::string green(std::string_view text) const { return wrap(text, "32"); }
  std::string yellow(std::string_view text) const { return wrap(text, "33"); }
  std::string cyan(std::string_view text) const { return wrap(text, "36"); }

  std::string ok() const { return green(traits_.unicode ? "✓" : "+"); }
  std::string bad() const { return red(traits_.unicode ? "✗" : "x"); }
  std::string warn() const { return yellow("!"); }
  std::string arrow() const { return traits_.unicode ? "→" : "->"; }
  // One picture of a turning sign, for the given number of a redraw.
  std::string spinner(std::size_t turn) const;

  const StreamTraits& traits() const { return traits_; }

 private:
  std::string wrap(std::string_view text, std::string_view code) const;

  StreamTraits traits_;
};

// Columns that UTF-8 text takes; ANSI colour sequences take none.
std::size_t display_width(std::string_view text);
// Cuts text without colours to at most `width` columns, with a mark where something was cut.
std::string cut_to_width(std::string_view text, std::size_t width, bool unicode);
// Fills with spaces up to `width` columns.
std::string pad_right(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);
// Breaks into lines of at most `width` columns between words; each line after the first begins with
// `indent` spaces.
std::string wrap_words(std::string_view text, std::size_t width, std::size_t indent);

// A word quoted for a POSIX shell; words that need no quotes stay as they are.
std::string shell_quote(std::string_view word);

}  // namespace aurora::cli
