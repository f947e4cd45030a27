#include "local/lambda/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::local {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class FunctionLogTest : public ::testing::Test {
 protected:
  ManualClock clock_{TimePoint(1795242051s)};  // 2026-11-21T06:20:51Z
  std::vector<std::string> lines_;
  FunctionLog log_{"f", "us-west-2", "stream", clock_,
                   [this](const std::string& function, const std::string& region, const std::string& stream,
                          TimePoint when, const std::string& line) {
                     EXPECT_EQ(function + region + stream, "fus-west-2stream");
                     EXPECT_EQ(when, clock_.now());
                     lines_.push_back(line);
                   }};
};

TEST_F(FunctionLogTest, LinesAreWholeHoweverTheOutputIsCut) {
  log_.output("on");
  log_.output("e\n\ntwo\nthr");
  EXPECT_THAT(lines_, ElementsAre("one", "", "two"));
  log_.line("END");
  EXPECT_THAT(lines_, ElementsAre("one", "", "two", "thr", "END"));
}

TEST_F(FunctionLogTest, EndlessLineIsCutToWhatTheLogTakes) {
  log_.output(std::string(600 * 1024, 'x'));
  ASSERT_EQ(lines_.size(), 2u);
  EXPECT_LE(lines_[0].size(), 262118u);
  log_.flush();
  EXPECT_EQ(lines_[0].size() + lines_[1].size() + lines_[2].size(), 600u * 1024);
}

TEST_F(FunctionLogTest, TailIsTheLastFourKilobytesOfThisInvocation) {
  log_.line("before");
  log_.begin_tail();
  log_.line(std::string(4000, 'a'));
  log_.line(std::string(200, 'b'));
  EXPECT_EQ(log_.tail(), std::string(3894, 'a') + "\n" + std::string(200, 'b') + "\n");
}

TEST(ReportLine, ReadsAsLambdaWritesIt) {
  EXPECT_EQ(
      report_line(
          {.request_id = "r", .duration = 12345us, .memory_mb = 128, .memory_used_kb = 4097, .init = 1500us}),
      "REPORT RequestId: r\tDuration: 12.35 ms\tBilled Duration: 14 ms\tMemory Size: 128 MB\t"
      "Max Memory Used: 5 MB\tInit Duration: 1.50 ms\t");
  EXPECT_EQ(report_line({.request_id = "r", .duration = 3s, .memory_mb = 128, .status = "timeout"}),
            "REPORT RequestId: r\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 1 MB\tStatus: timeout");
}

TEST(LogStream, CarriesDayAndVersion) {
  EXPECT_THAT(new_log_stream(TimePoint(1795242051s), "$LATEST"),
              ::testing::MatchesRegex("2026/11/21/\\[\\$LATEST\\][0-9a-f]{32}"));
}

}  // namespace
}  // namespace aurora::local
