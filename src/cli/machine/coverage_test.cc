#include "cli/machine/coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/machines.h"

namespace aurora::cli {
namespace {

using testing::ElementsAre;

TEST(Coverage, NamesEveryPartThatNothingWentThrough) {
  Coverage coverage(loop_machine());
  EXPECT_EQ(coverage.total(), 10u);
  EXPECT_THAT(
      coverage.missing(),
      ElementsAre("state Copy", "retry Copy of Busy", "catch Copy of any error to Undo", "state IsDone",
                  "choice IsDone to Done (done = true)", "choice IsDone to Pause (otherwise)", "state Pause",
                  "state Done", "state Undo", "state Failed"));
  coverage.add(rehearsed(loop_machine(), R"({"Copy": {"output": {"done": true}}})").events);
  EXPECT_THAT(coverage.missing(),
              ElementsAre("retry Copy of Busy", "catch Copy of any error to Undo",
                          "choice IsDone to Pause (otherwise)", "state Pause", "state Undo", "state Failed"));
  coverage.add(rehearsed(loop_machine(), R"({"Copy": [{"error": "Busy"}, {"error": "Broken"}]})").events);
  EXPECT_THAT(coverage.missing(), ElementsAre("choice IsDone to Pause (otherwise)", "state Pause"));
}

TEST(Coverage, FindsARetryOfAParallelByTheErrorInside) {
  Coverage coverage(nested_machine());
  coverage.add(rehearsed(nested_machine(), R"({"Send": {"output": 1}})", R"({"list":[1]})").events);
  EXPECT_THAT(coverage.missing(), ElementsAre("retry Both of Busy"));
  coverage.add(
      rehearsed(nested_machine(), R"({"Send": [{"error": "Busy"}, {"output": 1}]})", R"({"list":[1]})")
          .events);
  EXPECT_THAT(coverage.missing(), ElementsAre());
}

}  // namespace
}  // namespace aurora::cli
