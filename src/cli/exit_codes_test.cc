#include "cli/exit_codes.h"

#include <gtest/gtest.h>

#include "base/files.h"

namespace aurora::cli {
namespace {

TEST(ExitCodes, EachNumberHasOneRowInOrder) {
  int expected = 0;
  for (const ExitCodeRow& row : exit_code_table()) EXPECT_EQ(static_cast<int>(row.code), expected++);
  EXPECT_EQ(expected, 7);
}

TEST(ExitCodes, ErrorsOfEverySourceHaveTheirCode) {
  EXPECT_EQ(exit_code_of_error("UsageError"), ExitCode::kBadInput);
  EXPECT_EQ(exit_code_of_error("InvalidInput"), ExitCode::kBadInput);
  EXPECT_EQ(exit_code_of_error("ConnectionRefused"), ExitCode::kUnreachable);
  EXPECT_EQ(exit_code_of_error("ExpiredTokenException"), ExitCode::kUnreachable);
  EXPECT_EQ(exit_code_of_error("SnapshotNotFound"), ExitCode::kNotFound);
  EXPECT_EQ(exit_code_of_error("PortInUse"), ExitCode::kRefused);
  EXPECT_EQ(exit_code_of_error("TargetProtected"), ExitCode::kFailed);
  EXPECT_EQ(exit_code_of_error("VerificationFailed"), ExitCode::kFailed);
  EXPECT_EQ(exit_code_of_error("SomethingNew"), ExitCode::kFailed);
}

TEST(ExitCodes, DocumentHasTheSameTable) {
  const std::string document = read_file(AURORA_SOURCE_DIR "/docs/CLI.md");
  for (const ExitCodeRow& row : exit_code_table()) {
    const std::string line = fmt::format("| {} | {} |\n", static_cast<int>(row.code), row.meaning);
    EXPECT_NE(document.find(line), std::string::npos) << "docs/CLI.md lacks: " << line;
  }
}

}  // namespace
}  // namespace aurora::cli
