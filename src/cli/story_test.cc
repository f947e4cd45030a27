#include "cli/story.h"

#include <gtest/gtest.h>

#include "base/dates.h"

namespace aurora::cli {
namespace {

// An event as GetExecutionHistory gives it, `second` seconds after 07:00.
Json event(int id, int second, const std::string& type, Json details = {},
           const std::string& key = "stateEnteredEventDetails") {
  Json result{{"timestamp", fmt::format("2026-11-21T07:00:{:02}.000Z", second)}, {"type", type}, {"id", id}};
  if (!details.is_null()) result[key] = std::move(details);
  return result;
}
Json entered(int id, int second, const std::string& type, const std::string& name) {
  return event(id, second, type + "StateEntered", {{"name", name}, {"input", "{}"}});
}
Json exited(int id, int second, const std::string& name, const std::string& output = "{}") {
  return event(id, second, "TaskStateExited", {{"name", name}, {"output", output}},
               "stateExitedEventDetails");
}
Json failed(int id, int second, const std::string& error, const std::string& cause) {
  return event(id, second, "TaskFailed", {{"resourceType", "lambda"}, {"error", error}, {"cause", cause}},
               "taskFailedEventDetails");
}

Story told(const std::vector<Json>& events) {
  Story story;
  for (const Json& one : events) story.add(one);
  return story;
}

TEST(Story, LooksAndWaitsOfOneStepAreOneStep) {
  const Story story = told({event(1, 0, "ExecutionStarted"), entered(2, 0, "Task", "CopySnapshot"),
                            exited(3, 1, "CopySnapshot"), entered(4, 1, "Task", "CheckCopyStatus"),
                            exited(5, 2, "CheckCopyStatus"), entered(6, 2, "Choice", "CopyDone"),
                            entered(7, 2, "Wait", "WaitForCopy"), entered(8, 12, "Task", "CheckCopyStatus"),
                            exited(9, 13, "CheckCopyStatus"), entered(10, 13, "Choice", "CopyDone"),
                            entered(11, 14, "Task", "DeleteRds")});
  ASSERT_EQ(story.steps().size(), 3u);
  const Step& look = story.steps()[1];
  EXPECT_EQ(look.name, "check_copy_status");
  EXPECT_EQ(look.looks, 2);
  EXPECT_EQ(look.status, StepStatus::kSucceeded);
  EXPECT_EQ(look.finished - look.started, std::chrono::seconds(12));
  EXPECT_EQ(story.steps()[2].status, StepStatus::kRunning);
  EXPECT_EQ(story.last_event_id(), 11);
}

TEST(Story, StepWaitsWhileItsWaitStateRuns) {
  const Story story = told({entered(1, 0, "Task", "CheckCopyStatus"), exited(2, 1, "CheckCopyStatus"),
                            entered(3, 1, "Wait", "WaitForCopy")});
  EXPECT_EQ(story.steps().back().status, StepStatus::kWaiting);
}

TEST(Story, RetriedFailureIsNoFailure) {
  const Story story =
      told({entered(1, 0, "Task", "CopySnapshot"), event(2, 0, "TaskScheduled"),
            failed(3, 1, "AwsThrottled", "slow down"), event(4, 2, "TaskScheduled"),
            event(5, 3, "TaskSucceeded"), exited(6, 3, "CopySnapshot", R"({"message":"Copied"})")});
  EXPECT_EQ(story.steps().back().status, StepStatus::kSucceeded);
  EXPECT_EQ(story.steps().back().retries, 1);
  EXPECT_EQ(story.steps().back().error, "");
  EXPECT_EQ(story.steps().back().message, "Copied");
}

TEST(Story, CaughtFailureMarksItsStepAndTheRollbackFollows) {
  const Story story =
      told({event(1, 0, "ExecutionStarted"), entered(2, 0, "Task", "SnapshotCheck"),
            failed(3, 1, "SnapshotNotFound",
                   R"({"errorType":"SnapshotNotFound","errorMessage":"none of that day"})"),
            exited(4, 1, "SnapshotCheck"), entered(5, 1, "Task", "HandleFailure"),
            exited(6, 2, "HandleFailure"), entered(7, 2, "Fail", "RestoreFailed"),
            event(8, 2, "ExecutionFailed", {{"error", "SnapshotNotFound"}, {"cause", "none of that day"}},
                  "executionFailedEventDetails")});
  ASSERT_EQ(story.steps().size(), 2u);
  EXPECT_EQ(story.steps()[0].status, StepStatus::kFailed);
  EXPECT_EQ(story.steps()[0].cause, "none of that day");
  EXPECT_EQ(story.steps()[1].status, StepStatus::kSucceeded);
  EXPECT_EQ(story.outcome(), Story::Outcome::kFailed);
  EXPECT_EQ(story.error(), "SnapshotNotFound");
  EXPECT_EQ(*story.finished() - *story.started(), std::chrono::seconds(2));
}

TEST(Story, ARedrivenExecutionGoesOnAndItsReportIsNoStep) {
  const Story story = told(
      {event(1, 0, "ExecutionStarted"), entered(2, 0, "Task", "VerifyRestore"),
       failed(3, 1, "VerificationFailed", "no"), exited(4, 1, "VerifyRestore"),
       entered(5, 1, "Task", "HandleFailure"),
       exited(6, 2, "HandleFailure", R"({"message":"of before","rollback":{"answer":{"message":"Kept"}}})"),
       entered(7, 2, "Task", "ReportFailure"), failed(8, 2, "VerificationFailed", "no"),
       event(9, 2, "ExecutionFailed", {{"error", "VerificationFailed"}}, "executionFailedEventDetails"),
       event(10, 9, "ExecutionRedriven"), event(11, 9, "TaskScheduled"), event(12, 9, "TaskSucceeded"),
       exited(13, 9, "ReportFailure"), entered(14, 9, "Task", "VerifyRestore")});
  ASSERT_EQ(story.steps().size(), 3u);
  EXPECT_EQ(story.steps()[1].status, StepStatus::kSucceeded);
  EXPECT_EQ(story.steps()[1].message, "Kept");
  EXPECT_EQ(story.steps()[2].name, "verify_restore");
  EXPECT_EQ(story.outcome(), Story::Outcome::kRunning);
  EXPECT_EQ(story.error(), "");
}

TEST(Story, StoppedExecutionAbortsTheStepAtWork) {
  const Story story =
      told({entered(1, 0, "Task", "RestoreSnapshot"),
            event(2, 5, "ExecutionAborted", {{"error", "ManualCancellation"}, {"cause", "by hand"}},
                  "executionAbortedEventDetails")});
  EXPECT_EQ(story.steps().back().status, StepStatus::kAborted);
  EXPECT_EQ(story.steps().back().finished - story.steps().back().started, std::chrono::seconds(5));
  EXPECT_EQ(story.outcome(), Story::Outcome::kAborted);
}

TEST(FunctionErrors, HintIsToldOnce) {
  const FunctionError error = read_function_error(
      {{"errorType", "Boom"}, {"errorMessage", "It broke. Mend it."}, {"hint", "Mend it."}});
  EXPECT_EQ(error.message, "It broke.");
  EXPECT_EQ(error.hint, "Mend it.");
}

TEST(StepNames, FollowTheStates) {
  EXPECT_EQ(step_name_of_state("SetupDbUsers"), "setup_db_users");
  EXPECT_EQ(step_title("copy_snapshot"), "Copy the snapshot");
  EXPECT_EQ(step_title("something_new"), "something_new");
}

}  // namespace
}  // namespace aurora::cli
