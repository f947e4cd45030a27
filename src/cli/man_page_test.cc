#include "cli/man_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

TEST(ManPage, EveryCommandHasItsPart) {
  const std::string page = man_page("1.2.3");
  for (const Command& command : commands())
    EXPECT_THAT(page, testing::HasSubstr(".SS \"" + roff_text(command.text.path) + "\"\n"));
  EXPECT_THAT(page, testing::HasSubstr("aurora\\-restore 1.2.3"));
}

TEST(ManPage, EveryOptionOfACommandIsInIt) {
  const std::string page = man_page("1");
  for (const DeclaredOption& option : declared_options(*find_command("run")))
    EXPECT_THAT(page, testing::HasSubstr("\\fB" + roff_text(option.names.back()) + "\\fR"));
}

TEST(ManPage, NoTextIsTakenForARequest) {
  EXPECT_EQ(roff_text(".so /etc/passwd"), "\\&.so /etc/passwd");
  EXPECT_EQ(roff_text("'a' \"b\" \\n --set ~x"), "\\(aqa\\(aq \\(dqb\\(dq \\en \\-\\-set \\(tix");
}

TEST(ManPage, IsPlainAscii) {
  const std::string page = man_page("1");
  EXPECT_TRUE(
      std::all_of(page.begin(), page.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
}

TEST(ManPage, CommandPrintsIt) {
  TestCommandLine line;
  EXPECT_EQ(line.run({"man"}), ExitCode::kDone);
  EXPECT_EQ(line.out(), man_page("9.9.9"));
}

}  // namespace
}  // namespace aurora::cli
