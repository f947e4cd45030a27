#include "cli/machine/narrative.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/machines.h"

namespace aurora::cli {
namespace {

std::string told(const Rehearsal& run) {
  return tell_execution(run.events, Style({.tty = false, .colour = false, .unicode = false, .width = 80}));
}

TEST(Narrative, TellsAttemptsWaitsChoicesAndTheEnd) {
  EXPECT_EQ(told(rehearsed(loop_machine(), R"({"Copy": [
              {"error": "Busy", "cause": "come later"}, {"output": {"done": false}, "after_seconds": 4},
              {"output": {"done": true}}]})",
                           R"({"n":1})")),
            "      +0 s  starts with {\"n\":1}\n"
            "      +0 s  Copy\n"
            "              x Busy: come later\n"
            "      +2 s    attempt 2 after 2 s\n"
            "              answers after 4 s {\"done\":false}\n"
            "      +6 s  IsDone -> Pause\n"
            "      +6 s  Pause waits 30 s\n"
            "     +36 s  Copy\n"
            "              answers {\"done\":true}\n"
            "     +36 s  IsDone -> Done\n"
            "     +36 s  Done\n"
            "     +36 s  + succeeded after 36 s\n");
}

TEST(Narrative, TellsCatchesAndWhyItFailed) {
  EXPECT_EQ(told(rehearsed(loop_machine(), R"({"Copy": "never"})")),
            "      +0 s  starts with {}\n"
            "      +0 s  Copy\n"
            "              x no answer within 1m 00s: States.Timeout\n"
            "              caught, goes on with Undo\n"
            "   +1m 00s  Undo\n"
            "   +1m 00s  Failed\n"
            "   +1m 00s  x failed after 1m 00s: CopyFailed: it was undone\n");
}

TEST(Narrative, TellsBranchByBranchAndItemByItem) {
  EXPECT_EQ(
      told(rehearsed(nested_machine(),
                     R"({"Send": [{"output": 1, "after_seconds": 2}, {"output": 2, "after_seconds": 1}]})",
                     R"({"list":["a","b"]})")),
      "      +0 s  starts with {\"list\":[\"a\",\"b\"]}\n"
      "      +0 s  Both\n"
      "                branch 1\n"
      "      +0 s          Each\n"
      "                      2 items\n"
      "                        item 0\n"
      "      +0 s                  Send\n"
      "                              answers after 2 s 1\n"
      "                        item 1\n"
      "      +0 s                  Send\n"
      "                              answers after 1 s 2\n"
      "                branch 2\n"
      "      +0 s          Rest waits 5 s\n"
      "      +5 s  + succeeded after 5 s\n");
}

TEST(Narrative, AParallelThatIsTriedAgainIsToldAgain) {
  const std::string text =
      told(rehearsed(nested_machine(), R"({"Send": [{"error": "Busy"}, {"output": 1, "repeat": true}]})",
                     R"({"list":[1]})"));
  EXPECT_THAT(text, testing::HasSubstr("      +1 s    attempt 2 after 1 s\n                branch 1\n"));
  EXPECT_THAT(text, testing::HasSubstr("      +6 s  + succeeded after 6 s\n"));
}

TEST(Narrative, ABranchThatFailsByItselfIsToldInItsPlace) {
  EXPECT_EQ(told(rehearsed(failing_branch_machine(), "{}")),
            "      +0 s  starts with {}\n"
            "      +0 s  Both\n"
            "                branch 1\n"
            "      +0 s          Slow waits\n"
            "                branch 2\n"
            "      +0 s          Short waits 2 s\n"
            "      +2 s          Break\n"
            "      +3 s    attempt 2 after 1 s\n"
            "                branch 1\n"
            "      +3 s          Slow waits\n"
            "                branch 2\n"
            "      +3 s          Short waits 2 s\n"
            "      +5 s          Break\n"
            "              x failed\n"
            "              caught, goes on with After\n"
            "      +5 s  After\n"
            "      +5 s  + succeeded after 5 s\n");
}

TEST(Narrative, TakesEventsThatNobodyShouldHaveWritten) {
  const std::vector<Json> events = {Json(7),
                                    Json::object(),
                                    {{"id", 3}, {"previousEventId", 3}, {"type", "MapIterationFailed"}},
                                    {{"id", 4}, {"previousEventId", 9}, {"type", "ParallelStateExited"}}};
  told({.status = asl::ExecutionStatus::kRunning,
        .start = {},
        .end = {},
        .output = {},
        .error = {},
        .cause = {},
        .events = events,
        .problem = {}});
}

}  // namespace
}  // namespace aurora::cli
