#include "cli/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <set>

#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;

bool takes_output(const Command& command) {
  const auto options = declared_options(command);
  return std::any_of(options.begin(), options.end(), [](const DeclaredOption& option) {
    return std::find(option.names.begin(), option.names.end(), "--output") != option.names.end() &&
           option.choices == std::vector<std::string>{"table", "json", "yaml"};
  });
}

TEST(Output, EveryCommandThatListsTakesTableJsonAndYaml) {
  std::set<std::string> listing;
  for (const Command& command : commands()) {
    if (!command.text.lists) continue;
    listing.insert(command.text.path);
    EXPECT_TRUE(takes_output(command)) << command.text.path << " lists and has no --output table|json|yaml";
  }
  for (const char* path :
       {"plan", "status", "list", "history", "orphans", "invoke", "snapshots", "secret", "local status",
        "local fault list", "asl validate", "doctor", "explain", "version", "help"})
    EXPECT_TRUE(listing.contains(path)) << path;
}

TEST(Output, RowsAreOneALineOrOneYamlList) {
  TestCommandLine line;
  EXPECT_EQ(line.run({"help", "--output", "json"}), ExitCode::kDone);
  EXPECT_EQ(static_cast<std::size_t>(std::count(line.out().begin(), line.out().end(), '\n')),
            commands().size());
  EXPECT_EQ(line.run({"version", "--output", "yaml"}), ExitCode::kDone);
  EXPECT_EQ(line.out(), "version: \"9.9.9\"\n");
  EXPECT_EQ(line.run({"version", "-o", "json"}), ExitCode::kDone);
  EXPECT_EQ(line.out(), "{\"version\":\"9.9.9\"}\n");
  EXPECT_EQ(line.run({"help", "run", "--json"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("\"--snapshot-date\""));
}

class ShownTime : public testing::Test {
 protected:
  void SetUp() override {
    if (const char* zone = std::getenv("TZ")) before_ = zone;
    ::setenv("TZ", "Europe/Berlin", 1);
    ::tzset();
  }
  void TearDown() override {
    before_.empty() ? ::unsetenv("TZ") : ::setenv("TZ", before_.c_str(), 1);
    ::tzset();
  }
  std::string shown(bool tty) {
    line.terminal.out_stream.tty = tty;
    line.api.answer(
        "dynamodb.GetItem",
        {{"Item", {{"operation_id", {{"S", "op-1"}}}, {"start_time", {{"S", "2026-11-21T06:52:09Z"}}}}}});
    line.api.fail("stepfunctions.DescribeExecution", "ExecutionDoesNotExist");
    EXPECT_EQ(line.run({"status", "op-1"}), ExitCode::kDone) << line.err();
    return line.out();
  }

  TestCommandLine line;
  std::string before_;
};

TEST_F(ShownTime, IsTheReadersOnATerminal) {
  EXPECT_THAT(shown(true), HasSubstr("2026-11-21 07:52:09 CET"));
}

TEST_F(ShownTime, IsUtcInAPipe) {
  EXPECT_THAT(shown(false), HasSubstr("2026-11-21T06:52:09Z"));
}

}  // namespace
}  // namespace aurora::cli
