#include "cli/style.h"

#include <gtest/gtest.h>

namespace aurora::cli {
namespace {

TEST(Style, ColoursOnlyWhereTheStreamTakesThem) {
  EXPECT_EQ(Style({.colour = true}).green("ok"), "\033[32mok\033[0m");
  EXPECT_EQ(Style({.colour = false}).green("ok"), "ok");
}

TEST(Style, PlainSymbolsWithoutUnicode) {
  EXPECT_EQ(Style({.unicode = false}).ok(), "+");
  EXPECT_EQ(Style({.unicode = true}).ok(), "✓");
  EXPECT_EQ(Style({.unicode = false}).spinner(5), "/");
}

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("Zoë"), 3u);
  EXPECT_EQ(display_width("小林"), 4u);
  EXPECT_EQ(display_width("\033[31mred\033[0m"), 3u);
  EXPECT_EQ(display_width("e\xCC\x81"), 1u) << "a combining accent takes no column";
}

TEST(CutToWidth, MarksWhatWasCutAndKeepsCharactersWhole) {
  EXPECT_EQ(cut_to_width("short", 5, true), "short");
  EXPECT_EQ(cut_to_width("somewhat long", 6, true), "somew…");
  EXPECT_EQ(cut_to_width("somewhat long", 6, false), "somew~");
  EXPECT_EQ(cut_to_width("小林さくら", 6, true), "小林…");
}

TEST(WrapWords, IndentsFollowingLines) {
  EXPECT_EQ(wrap_words("one two three four", 9, 2), "one two\n  three\n  four");
}

TEST(ShellQuote, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_quote("dev/master-credentials"), "dev/master-credentials");
  EXPECT_EQ(shell_quote("a b"), "'a b'");
  EXPECT_EQ(shell_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quote("$(rm)"), "'$(rm)'");
  EXPECT_EQ(shell_quote(""), "''");
}

}  // namespace
}  // namespace aurora::cli
