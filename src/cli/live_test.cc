#include "cli/live.h"

#include <gtest/gtest.h>

#include "cli/testing/fake_terminal.h"

namespace aurora::cli {
namespace {

TEST(LiveLines, PipeGetsKeptLinesOnlyAndNoEscapes) {
  FakeTerminal terminal;
  {
    LiveLines live(terminal);
    live.move({"50 %"});
    live.keep("done");
    live.move({"60 %"});
  }
  EXPECT_EQ(terminal.written_err, "done\n");
}

TEST(LiveLines, TtyReplacesTheMovingLineAndLeavesNothingBehind) {
  FakeTerminal terminal;
  terminal.err_stream.tty = true;
  {
    LiveLines live(terminal);
    live.move({"50 %"});
    live.keep("done");
  }
  EXPECT_EQ(terminal.written_err,
            "\033[?7l50 %\n\033[?7h"
            "\033[1A\033[Jdone\n\033[?7l50 %\n\033[?7h"
            "\033[1A\033[J");
}

TEST(LiveLines, SameLineIsNotDrawnTwice) {
  FakeTerminal terminal;
  terminal.err_stream.tty = true;
  LiveLines live(terminal);
  live.move({"50 %"});
  const std::string once = terminal.written_err;
  live.move({"50 %"});
  EXPECT_EQ(terminal.written_err, once);
}

}  // namespace
}  // namespace aurora::cli
