#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>

#include "base/error.h"
#include "base/files.h"

namespace aurora::cli {
namespace {

void write_all(int fd, std::string_view text, std::string_view stream) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EPIPE) {
      throw Error("OutputClosed", "the reader of the output went away");
    } else if (errno != EINTR && errno != EAGAIN) {
      throw_file_error(stream, "write to", errno);
    }
  }
}

}  // namespace

void SystemTerminal::out(std::string_view text) {
  write_all(STDOUT_FILENO, text, "standard output");
}

void SystemTerminal::err(std::string_view text) {
  try {
    write_all(STDERR_FILENO, text, "standard error");
  } catch (const Error&) {
    // Notes that nobody can read any more are no reason to end the work.
  }
}

StreamTraits SystemTerminal::traits_of(int fd) const {
  StreamTraits traits;
  traits.tty = ::isatty(fd) == 1 && !settings_.dumb;
  traits.colour = settings_.colour_for(traits.tty);
  traits.unicode = settings_.unicode;
  winsize size{};
  if (settings_.columns > 0) {
    traits.width = settings_.columns;
  } else if (traits.tty && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    traits.width = size.ws_col;
  }
  return traits;
}

StreamTraits SystemTerminal::out_traits() const {
  return traits_of(STDOUT_FILENO);
}
StreamTraits SystemTerminal::err_traits() const {
  return traits_of(STDERR_FILENO);
}

std::optional<std::string> SystemTerminal::ask(std::string_view question) {
  if (::isatty(STDIN_FILENO) != 1) return std::nullopt;
  err(question);
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  return line;
}

std::string SystemTerminal::read_input() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

}  // namespace aurora::cli
