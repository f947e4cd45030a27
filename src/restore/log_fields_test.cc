#include "restore/log_fields.h"

#include <gtest/gtest.h>

#include "base/dates.h"

namespace aurora::restore {
namespace {

struct WorkInLogTest : testing::Test {
  Json last() { return Json::parse(lines.back()); }

  ManualClock clock{*parse_iso("2026-11-21T03:15:00Z"), false};
  std::vector<std::string> lines;
  WorkInLog work;
  Log log{clock, LogLevel::kDebug, work.sink([this](const std::string& line) { lines.push_back(line); })};
};

TEST_F(WorkInLogTest, AddsOperationAndStepToLinesOfOthers) {
  work.begin("op-\"1\"", "copy_snapshot");
  log.debug("AWS call", {{"service", "rds"}});
  EXPECT_EQ(last()["operation_id"], "op-\"1\"");
  EXPECT_EQ(last()["step"], "copy_snapshot");
  EXPECT_EQ(last()["service"], "rds");
  EXPECT_EQ(last()["message"], "AWS call");
}

TEST_F(WorkInLogTest, LeavesLinesAloneBetweenInvocations) {
  log.info("first");
  work.begin("op-1", "cleanup");
  work.end();
  log.info("last");
  for (const std::string& line : lines) EXPECT_FALSE(Json::parse(line).contains("operation_id")) << line;
}

}  // namespace
}  // namespace aurora::restore
