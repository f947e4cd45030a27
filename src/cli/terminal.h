// Where the command line writes: the seam between commands and the two output streams.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace aurora::cli {

// What a stream can show.
struct StreamTraits {
  bool tty = false;      // may be redrawn
  bool colour = false;   // ANSI colours
  bool unicode = false;  // the locale's encoding is UTF-8
  int width = 80;        // columns; matters on a tty only
};

class Terminal {
 public:
  virtual ~Terminal() = default;
  // Standard output carries what was asked for; standard error carries notes, progress and errors.
  virtual void out(std::string_view text) = 0;
  virtual void err(std::string_view text) = 0;
  // Looked up anew at each call, because a window changes its size.
  virtual StreamTraits out_traits() const = 0;
  virtual StreamTraits err_traits() const = 0;
  // A line typed by a person; nothing when standard input is not a tty or ended.
  virtual std::optional<std::string> ask(std::string_view question) = 0;
  // All of standard input, for "--input -".
  virtual std::string read_input() = 0;
};

// How colours are decided, from the environment (https://no-color.org, CLICOLOR_FORCE) and the locale.
struct TerminalSettings {
  bool no_color = false;     // NO_COLOR is set and not empty
  bool force_color = false;  // CLICOLOR_FORCE is set and not "0"
  bool dumb = false;         // TERM=dumb
  bool unicode = false;
  int columns = 0;  // 0: ask the terminal

  bool colour_for(bool tty) const { return !no_color && (force_color || (tty && !dumb)); }
};

// The process's own streams. Throws Error "OutputClosed" when the reader of standard output went away,
// and "DiskFull" or "FileError" when writing fails otherwise.
class SystemTerminal final : public Terminal {
 public:
  explicit SystemTerminal(TerminalSettings settings) : settings_(settings) {}
  void out(std::string_view text) override;
  void err(std::string_view text) override;
  StreamTraits out_traits() const override;
  StreamTraits err_traits() const override;
  std::optional<std::string> ask(std::string_view question) override;
  std::string read_input() override;

 private:
  StreamTraits traits_of(int fd) const;

  TerminalSettings settings_;
};

}  // namespace aurora::cli
