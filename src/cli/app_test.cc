#include "cli/app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class App : public testing::Test {
 protected:
  TestCommandLine line;
};

TEST_F(App, HelpTeachesOnStandardOutput) {
  EXPECT_EQ(line.run({"--help"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("Examples"));
  EXPECT_THAT(line.out(), HasSubstr("Exit codes"));
  EXPECT_EQ(line.err(), "");
}

TEST_F(App, EveryCommandHasHelpWithItsSummary) {
  for (const Command& command : commands()) {
    std::vector<std::string> words = split(command.text.path, ' ');
    words.push_back("--help");
    EXPECT_EQ(line.run(words), ExitCode::kDone) << command.text.path;
    EXPECT_THAT(line.out(), HasSubstr(command.text.summary));
    EXPECT_THAT(line.out(), HasSubstr("Exit codes"));
    EXPECT_THAT(line.out(), Not(HasSubstr("\033")));
    EXPECT_THAT(line.out(), Not(HasSubstr("{} "))) << "the program's name was not filled in";
  }
}

TEST_F(App, UnknownCommandSuggestsTheNearest) {
  EXPECT_EQ(line.run({"statsu"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("Did you mean: aurora-restore status"));
  EXPECT_EQ(line.run({"local", "strat"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("Did you mean: aurora-restore local start"));
}

TEST_F(App, UnknownOptionSuggestsTheNearest) {
  EXPECT_EQ(line.run({"run", "--snapshot-dat", "today"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("did you mean --snapshot-date?"));
  EXPECT_TRUE(line.api.calls.empty()) << "nothing may be started by a command line that is not understood";
}

TEST_F(App, MissingArgumentIsNamed) {
  EXPECT_EQ(line.run({"status"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("OPERATION is missing"));
}

TEST_F(App, SurplusWordIsNamed) {
  EXPECT_EQ(line.run({"version", "now"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("version does not take \"now\""));
}

TEST_F(App, EmptyValueIsRefusedBecauseItsVariableWasNotSet) {
  EXPECT_EQ(line.run({"run", "--snapshot", ""}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("empty"));
  EXPECT_TRUE(line.api.calls.empty());
}

TEST_F(App, NumbersAndChoicesAreCheckedBeforeAnythingRuns) {
  EXPECT_EQ(line.run({"list", "--limit", "many"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("from 1 to 1000"));
  EXPECT_EQ(line.run({"list", "--status", "faild"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("did you mean failed?"));
  EXPECT_TRUE(line.api.calls.empty());
}

TEST_F(App, GlobalOptionsStandBeforeOrAfterTheCommand) {
  EXPECT_EQ(line.run({"--port", "4777", "local", "env"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("AWS_ENDPOINT_URL=http://127.0.0.1:4777"));
  EXPECT_EQ(line.run({"local", "env", "--port", "4888"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("AWS_ENDPOINT_URL=http://127.0.0.1:4888"));
}

TEST_F(App, VersionIsTheProgramsOwn) {
  EXPECT_EQ(line.run({"version"}), ExitCode::kDone);
  EXPECT_EQ(line.out(), "aurora-restore 9.9.9\n");
  EXPECT_EQ(line.run({"--version"}), ExitCode::kDone);
  EXPECT_EQ(line.out(), "aurora-restore 9.9.9\n");
}

TEST_F(App, EndpointThatIsDownSaysHowToStartIt) {
  line.api.on("dynamodb.Query", [](const Json&) -> Json {
    throw aws::Unreachable("ConnectionRefused", "127.0.0.1:4566 refuses the connection", true);
  });
  EXPECT_EQ(line.run({"list"}), ExitCode::kUnreachable);
  EXPECT_THAT(line.err(), HasSubstr("ConnectionRefused: 127.0.0.1:4566 refuses the connection"));
  EXPECT_THAT(line.err(), HasSubstr("local start"));
}

TEST_F(App, ErrorsAreColouredOnAColourTerminalOnly) {
  line.terminal.err_stream.colour = true;
  line.run({"nonsense"});
  EXPECT_THAT(line.err(), HasSubstr("\033["));
  line.terminal.err_stream.colour = false;
  line.run({"nonsense"});
  EXPECT_THAT(line.err(), Not(HasSubstr("\033[")));
}

}  // namespace
}  // namespace aurora::cli
