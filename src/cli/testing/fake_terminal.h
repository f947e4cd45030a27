// A terminal for tests: keeps what was written.
#pragma once
#include <deque>
#include <string>

#include "cli/terminal.h"

namespace aurora::cli {

class FakeTerminal final : public Terminal {
 public:
  void out(std::string_view text) override { written_out += text; }
  void err(std::string_view text) override { written_err += text; }
  StreamTraits out_traits() const override { return out_stream; }
  StreamTraits err_traits() const override { return err_stream; }
  std::optional<std::string> ask(std::string_view question) override {
    written_err += question;
    if (answers.empty()) return std::nullopt;
    std::string answer = answers.front();
    answers.pop_front();
    return answer;
  }
  std::string read_input() override { return input; }

  std::string written_out;
  std::string written_err;
  StreamTraits out_stream{.tty = false, .colour = false, .unicode = true, .width = 80};
  StreamTraits err_stream{.tty = false, .colour = false, .unicode = true, .width = 80};
  std::deque<std::string> answers;
  std::string input;
};

}  // namespace aurora::cli
