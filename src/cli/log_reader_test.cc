#include "cli/log_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;

const TimePoint kNow = *parse_iso("2026-11-21T06:52:09Z");

TEST(KnownSteps, TakeHyphensAndSuggestTheNearest) {
  EXPECT_EQ(known_steps({"copy-snapshot"}), std::vector<std::string>{"copy_snapshot"});
  EXPECT_EQ(known_steps({}).size(), 11u);
  try {
    known_steps({"copy_snapshots"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.hint(), "Did you mean copy_snapshot?");
  }
}

// The reader by way of its command: the fake Api answers FilterLogEvents by group.
class LogReaderTest : public testing::Test {
 protected:
  LogReaderTest() {
    line.api.on("logs.FilterLogEvents", [this](const Json& input) -> Json {
      const std::string group = input.at("logGroupName");
      if (!logs.contains(group)) throw aws::ServiceError("ResourceNotFoundException", "no");
      return {{"events", logs.at(group)}};
    });
    line.api.answer("sts.GetCallerIdentity", {{"Account", "999988887777"}});
  }
  void log(const std::string& step, int second, const std::string& message) {
    auto& events = logs["/aws/lambda/aurora-restore-" + step];
    events.push_back({{"logStreamName", "s"},
                      {"timestamp", 1795243900000 + 1000 * second},
                      {"message", message},
                      {"eventId", step + std::to_string(events.size())}});
  }

  TestCommandLine line;
  std::map<std::string, std::vector<Json>> logs;
};

TEST_F(LogReaderTest, MergesFunctionsByTimeAndLeavesOutWhatIsNoWord) {
  log("copy-snapshot-dev", 2, R"({"level":"INFO","message":"second","step":"copy_snapshot","percent":40})");
  log("copy-snapshot-dev", 4, R"({"level":"INFO","message":"m","_aws":{"Timestamp":1}})");
  log("snapshot-check-dev", 1, R"({"level":"WARNING","message":"first"})");
  log("snapshot-check-dev", 1, "REPORT RequestId: r\tDuration: 1 ms");
  log("snapshot-check-dev", 3, "Runtime exited with error: exit status 1\n");
  EXPECT_EQ(line.run({"logs"}), ExitCode::kDone);
  EXPECT_EQ(
      line.out(),
      "TIME                  LEVEL    STEP                  MESSAGE\n"
      "2026-11-21T06:51:41Z  WARNING  snapshot_check        first\n"
      "2026-11-21T06:51:42Z  INFO     copy_snapshot         second  percent=40\n"
      "2026-11-21T06:51:43Z           snapshot_check        Runtime exited with error: exit status 1\n");
  EXPECT_EQ(line.run({"logs", "--metrics", "--step", "copy-snapshot", "--json"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr(R"("fields":{"_aws":{"Timestamp":1}}})"));
}

TEST_F(LogReaderTest, ShowsTheNewestWhenThereAreTooMany) {
  for (int i = 0; i < 5; ++i)
    log("cleanup-dev", i, R"({"level":"INFO","message":"m)" + std::to_string(i) + "\"}");
  EXPECT_EQ(line.run({"logs", "-n", "2", "--output", "yaml"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("message: m4"));
  EXPECT_THAT(line.out(), testing::Not(HasSubstr("message: m2")));
  EXPECT_THAT(line.err(), HasSubstr("Only the newest 2 lines"));
}

TEST_F(LogReaderTest, AsksForLevelsByAPattern) {
  log("cleanup-dev", 1, R"({"level":"ERROR","message":"m"})");
  EXPECT_EQ(line.run({"logs", "--level", "warning", "--step", "cleanup", "--since", "10m"}), ExitCode::kDone);
  const Json input = line.api.calls_of("logs.FilterLogEvents").at(0).input;
  EXPECT_EQ(input["filterPattern"], R"({ ($.level = "WARNING" || $.level = "ERROR") })");
  EXPECT_EQ(input["startTime"], 1795243329000);
  EXPECT_EQ(line.run({"logs", "--errors", "--step", "cleanup"}), ExitCode::kDone);
  EXPECT_EQ(line.api.calls_of("logs.FilterLogEvents").at(1).input["filterPattern"],
            R"({ ($.level = "ERROR") })");
}

TEST_F(LogReaderTest, KeepsBelowTheRateOfAws) {
  for (const char* step : {"cleanup-prod", "snapshot-check-prod"}) log(step, 1, "x");
  const TimePoint before = line.clock.now();
  EXPECT_EQ(line.run({"logs", "--env", "prod"}), ExitCode::kDone);
  EXPECT_GE(line.clock.now() - before, std::chrono::milliseconds(10 * 100)) << "eleven calls, ten a second";
}

TEST_F(LogReaderTest, SaysThatNoFunctionHasALog) {
  EXPECT_EQ(line.run({"logs"}), ExitCode::kNotFound);
  EXPECT_THAT(line.err(), HasSubstr("PipelineNotFound"));
}

}  // namespace
}  // namespace aurora::cli
