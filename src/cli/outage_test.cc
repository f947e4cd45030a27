#include "cli/outage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/client.h"
#include "base/dates.h"

namespace aurora::cli {
namespace {

using testing::ElementsAre;

class OutageTest : public ::testing::Test {
 protected:
  ManualClock clock{*parse_iso("2026-11-28T03:00:00Z")};
  std::vector<std::string> told;
  Outage outage{clock, [this](const std::string& text) { told.push_back(text); }, "trying again."};
  const aws::Unreachable away{"ConnectionRefused", "nobody listens", true};
};

TEST_F(OutageTest, IsToldWhenItBeginsAndWhenItIsOver) {
  EXPECT_TRUE(outage.bears(away));
  EXPECT_TRUE(outage.bears(away));
  outage.over();
  outage.over();
  EXPECT_THAT(told, ElementsAre("nobody listens; trying again.", "The endpoint answers again."));
}

TEST_F(OutageTest, IsGivenUpAfterAMinute) {
  EXPECT_TRUE(outage.bears(away));
  clock.advance(std::chrono::seconds(60));
  EXPECT_TRUE(outage.bears(away));
  clock.advance(std::chrono::seconds(1));
  EXPECT_FALSE(outage.bears(away));
}

TEST_F(OutageTest, StartingEndpointsAndThrottlingPassRefusalsDoNot) {
  EXPECT_TRUE(may_pass(aws::ServiceError("ServiceUnavailable", "The endpoint is starting.", 503)));
  EXPECT_TRUE(may_pass(aws::ServiceError("ThrottlingException", "Rate exceeded", 400)));
  EXPECT_FALSE(may_pass(aws::ServiceError("AccessDeniedException", "not you", 400)));
  EXPECT_FALSE(may_pass(Error("InvalidInput", "no")));
  EXPECT_FALSE(outage.bears(Error("InvalidInput", "no")));
  EXPECT_TRUE(told.empty());
}

}  // namespace
}  // namespace aurora::cli
