#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/error_catalog.h"
#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;

TEST(Explain, TellsMeaningStandRetryCureAndCode) {
  TestCommandLine line;
  EXPECT_EQ(line.run({"explain", "SnapshotNotFound", "--env", "prod"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("No snapshot of that name or day"));
  EXPECT_THAT(line.out(), HasSubstr("Nothing was created or destroyed"));
  EXPECT_THAT(line.out(), HasSubstr("`aurora-restore --env prod snapshots`"));
  EXPECT_THAT(line.out(), HasSubstr("4: not found"));
  EXPECT_TRUE(line.api.calls.empty()) << "an explanation needs no connection";
}

TEST(Explain, MissNamesTheNearest) {
  TestCommandLine line;
  EXPECT_EQ(line.run({"explain", "SnapshotNotFuond"}), ExitCode::kNotFound);
  EXPECT_THAT(line.err(), HasSubstr("Did you mean SnapshotNotFound?"));
}

TEST(Explain, AloneListsEveryError) {
  TestCommandLine line;
  EXPECT_EQ(line.run({"explain"}), ExitCode::kDone);
  for (const ErrorEntry& entry : error_catalog()) EXPECT_THAT(line.out(), HasSubstr("\n" + entry.name + " "));
  EXPECT_EQ(line.run({"explain", "--output", "yaml", "TargetLocked"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("exit_code: 6\n"));
}

}  // namespace
}  // namespace aurora::cli
