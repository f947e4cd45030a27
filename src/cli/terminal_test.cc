#include "cli/terminal.h"

#include <gtest/gtest.h>

namespace aurora::cli {
namespace {

TEST(TerminalSettings, ColourOnTtyOnly) {
  EXPECT_TRUE(TerminalSettings{}.colour_for(true));
  EXPECT_FALSE(TerminalSettings{}.colour_for(false));
}

TEST(TerminalSettings, NoColorWinsOverForce) {
  EXPECT_FALSE((TerminalSettings{.no_color = true, .force_color = true}.colour_for(true)));
}

TEST(TerminalSettings, ForceColoursAPipe) {
  EXPECT_TRUE(TerminalSettings{.force_color = true}.colour_for(false));
}

TEST(TerminalSettings, DumbTerminalHasNoColour) {
  EXPECT_FALSE(TerminalSettings{.dumb = true}.colour_for(true));
}

}  // namespace
}  // namespace aurora::cli
