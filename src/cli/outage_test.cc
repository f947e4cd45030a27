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
  bool fails(const Error& error) {
    return outage.ask([&] { throw error; });
  }
  bool away() {
    return outage.ask([] { throw aws::Unreachable("ConnectionRefused", "nobody listens", true); });
  }
  bool answers() {
    return outage.ask([] {});
  }
};

TEST_F(OutageTest, IsToldWhenItBeginsAndWhenItIsOver) {
  EXPECT_TRUE(away());
  EXPECT_TRUE(outage.lasts());
  EXPECT_TRUE(away());
  EXPECT_TRUE(answers());
  EXPECT_TRUE(answers());
  EXPECT_FALSE(outage.lasts());
  EXPECT_THAT(told, ElementsAre("nobody listens; trying again.", "The endpoint answers again."));
}

TEST_F(OutageTest, IsGivenUpAfterAMinute) {
  EXPECT_TRUE(away());
  clock.advance(std::chrono::seconds(60));
  EXPECT_TRUE(away());
  clock.advance(std::chrono::seconds(1));
  EXPECT_THROW(away(), aws::Unreachable);
}

TEST_F(OutageTest, WhatNeverAnsweredIsNotBorne) {
  Outage never(clock, {}, "trying again.", false);
  EXPECT_THROW(never.ask([] { throw aws::Unreachable("ConnectionRefused", "nobody listens", true); }),
               aws::Unreachable);
}

TEST_F(OutageTest, CtrlCCutsAQuestionShort) {
  EXPECT_FALSE(outage.ask([] { throw Cancelled("Ctrl-C"); }));
}

TEST_F(OutageTest, StartingEndpointsAndThrottlingPassRefusalsDoNot) {
  EXPECT_TRUE(may_pass(aws::ServiceError("ServiceUnavailable", "The endpoint is starting.", 503)));
  EXPECT_TRUE(may_pass(aws::ServiceError("ThrottlingException", "Rate exceeded", 400)));
  EXPECT_FALSE(may_pass(aws::ServiceError("AccessDeniedException", "not you", 400)));
  EXPECT_THROW(fails(Error("InvalidInput", "no")), Error);
  EXPECT_TRUE(told.empty());
}

}  // namespace
}  // namespace aurora::cli
