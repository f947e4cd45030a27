#include "local/stepfunctions.h"

#include <gmock/gmock.h>

#include <condition_variable>

#include "local/stepfunctions/token.h"
#include "local/testing/stepfunctions_fixture.h"

namespace aurora::local {
namespace {

using testing::kCallback;
using testing::kPass;
using testing::kTask;
using testing::kWait;
using StepFunctionsTest = testing::StepFunctionsFixture;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(StepFunctionsTest, AnExecutionRunsAndItsHistoryCanBeRead) {
  const std::string machine = create(kPass);
  EXPECT_EQ(machine, "arn:aws:states:us-west-2:123456789012:stateMachine:m");
  const std::string execution = start(machine);
  EXPECT_EQ(execution, "arn:aws:states:us-west-2:123456789012:execution:m:run");
  const Json described = describe(execution);
  EXPECT_EQ(described.at("status"), "SUCCEEDED");
  EXPECT_EQ(described.at("output"), R"({"a":1})");
  EXPECT_EQ(described.at("startDate"), "2023-11-14T22:13:20.000Z");
  EXPECT_THAT(types(execution),
              ElementsAre("ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"));
}

TEST_F(StepFunctionsTest, HistoryComesInPagesAndBackwards) {
  const std::string execution = start(create(kPass));
  Json page = call("GetExecutionHistory", {{"executionArn", execution}, {"maxResults", 3}});
  EXPECT_EQ(page.at("events").size(), 3U);
  page = call("GetExecutionHistory",
              {{"executionArn", execution}, {"maxResults", 3}, {"nextToken", page.at("nextToken")}});
  EXPECT_EQ(page.at("events").at(0).at("type"), "ExecutionSucceeded");
  EXPECT_FALSE(page.contains("nextToken"));
  page = call("GetExecutionHistory", {{"executionArn", execution},
                                      {"maxResults", 1},
                                      {"reverseOrder", true},
                                      {"includeExecutionData", false}});
  EXPECT_EQ(page.at("events").at(0).at("executionSucceededEventDetails").dump(), "{}");
  EXPECT_THAT(error_of("GetExecutionHistory", {{"executionArn", execution}, {"nextToken", "x"}}),
              HasSubstr("InvalidToken: "));
}

TEST_F(StepFunctionsTest, TheSameNameAndInputIsTheSameExecutionWhileItRuns) {
  const std::string machine = create(kWait);
  const std::string execution = start(machine);
  EXPECT_EQ(start(machine), execution);
  EXPECT_THAT(error_of("StartExecution", {{"stateMachineArn", machine}, {"name", "run"}, {"input", "[]"}}),
              "ExecutionAlreadyExists: Execution Already Exists: '" + execution + "'");
  clock_.advance(std::chrono::seconds(60));
  EXPECT_EQ(ended(execution).at("status"), "SUCCEEDED");
  EXPECT_THAT(error_of("StartExecution", {{"stateMachineArn", machine}, {"name", "run"}, {"input", "{}"}}),
              HasSubstr("ExecutionAlreadyExists"));
}

TEST_F(StepFunctionsTest, RefusesBadNamesInputsAndArns) {
  const std::string machine = create(kPass);
  EXPECT_THAT(error_of("StartExecution", {{"stateMachineArn", machine}, {"name", "a b"}}),
              "InvalidName: Invalid Name: 'a b'");
  EXPECT_THAT(error_of("StartExecution", {{"stateMachineArn", machine}, {"name", std::string(81, 'a')}}),
              HasSubstr("InvalidName"));
  EXPECT_THAT(error_of("StartExecution", {{"stateMachineArn", machine}, {"input", "{"}}),
              HasSubstr("InvalidExecutionInput"));
  EXPECT_THAT(error_of("StartExecution",
                       {{"stateMachineArn", machine}, {"input", "\"" + std::string(262'143, 'x') + "\""}}),
              HasSubstr("ValidationException"));
  EXPECT_THAT(error_of("StartExecution", {{"stateMachineArn", machine + "x"}}),
              HasSubstr("StateMachineDoesNotExist"));
  EXPECT_THAT(error_of("DescribeExecution", {{"executionArn", machine}}), HasSubstr("InvalidArn"));
  EXPECT_THAT(error_of("StartSyncExecution", {}), ::testing::Not(HasSubstr("answered")));
}

TEST_F(StepFunctionsTest, ATaskIsRetriedAfterItsInterval) {
  invoker_.fail(1);
  const std::string machine = create(
      R"("A":{"Type":"Task","Resource":"arn:aws:lambda:us-west-2:123456789012:function:f","End":true,
         "Retry":[{"ErrorEquals":["E"],"IntervalSeconds":30}]})");
  const std::string execution = start(machine, "run", "[1]");
  invoker_.inputs(1);
  while (types(execution).back() != "LambdaFunctionFailed") std::this_thread::yield();
  clock_.advance(std::chrono::seconds(30));
  EXPECT_EQ(ended(execution).at("output"), "[1]");
  EXPECT_THAT(
      types(execution),
      ElementsAre("ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted",
                  "LambdaFunctionFailed", "LambdaFunctionScheduled", "LambdaFunctionStarted",
                  "LambdaFunctionSucceeded", "TaskStateExited", "ExecutionSucceeded"));
}

TEST_F(StepFunctionsTest, AWaitThatFellDueWhileTheProcessWasDeadEndsAtOnce) {
  const std::string execution = start(create(kWait));
  clock_.advance(std::chrono::seconds(10));
  kill_and_restart();
  EXPECT_EQ(describe(execution).at("status"), "RUNNING");
  service_.reset();
  clock_.advance(std::chrono::hours(1));
  open(current_);
  EXPECT_EQ(ended(execution).at("status"), "SUCCEEDED");
}

TEST_F(StepFunctionsTest, ATaskThatRanWhenTheProcessWasKilledRunsAgain) {
  invoker_.hold(true);
  const std::string execution = start(create(kTask), "run", "[7]");
  invoker_.inputs(1);
  kill_and_restart();
  invoker_.hold(false);
  EXPECT_EQ(ended(execution).at("output"), "[7]");
  EXPECT_THAT(
      types(execution),
      ElementsAre("ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted",
                  "LambdaFunctionFailed", "LambdaFunctionScheduled", "LambdaFunctionStarted",
                  "LambdaFunctionSucceeded", "TaskStateExited", "ExecutionSucceeded"));
}

TEST_F(StepFunctionsTest, ACallbackIsHeardAcrossARestart) {
  const std::string execution = start(create(kCallback));
  const std::string token = Json::parse(invoker_.inputs(1).at(0)).at("Payload").at("token");
  while (types(execution).back() != "TaskSubmitted") std::this_thread::yield();
  kill_and_restart();
  EXPECT_THAT(error_of("SendTaskSuccess", {{"taskToken", "nonsense"}, {"output", "1"}}),
              HasSubstr("InvalidToken"));
  EXPECT_THAT(error_of("SendTaskSuccess", {{"taskToken", token}, {"output", "{"}}),
              HasSubstr("InvalidOutput"));
  clock_.advance(std::chrono::seconds(50));
  call("SendTaskHeartbeat", {{"taskToken", token}});
  clock_.advance(std::chrono::seconds(50));
  call("SendTaskSuccess", {{"taskToken", token}, {"output", R"({"done":true})"}});
  EXPECT_EQ(ended(execution).at("output"), R"({"done":true})");
  EXPECT_THAT(error_of("SendTaskSuccess", {{"taskToken", token}, {"output", "1"}}),
              HasSubstr("TaskTimedOut"));
}

TEST_F(StepFunctionsTest, ACallbackCanFailItsTask) {
  const std::string execution = start(create(kCallback));
  const std::string token = Json::parse(invoker_.inputs(1).at(0)).at("Payload").at("token");
  call("SendTaskFailure", {{"taskToken", token}, {"error", "Refused"}, {"cause", "No."}});
  const Json described = ended(execution);
  EXPECT_EQ(described.at("error"), "Refused");
  EXPECT_EQ(described.at("cause"), "No.");
}

TEST_F(StepFunctionsTest, StoppingEndsAnExecutionOnce) {
  const std::string execution = start(create(kWait));
  const Json stopped =
      call("StopExecution", {{"executionArn", execution}, {"error", "Why"}, {"cause", "So."}});
  EXPECT_TRUE(stopped.contains("stopDate"));
  const Json described = describe(execution);
  EXPECT_EQ(described.at("status"), "ABORTED");
  EXPECT_EQ(described.at("error"), "Why");
  clock_.advance(std::chrono::seconds(5));
  EXPECT_EQ(call("StopExecution", {{"executionArn", execution}}), stopped);
}

TEST_F(StepFunctionsTest, AFailedExecutionIsRedrivenAlsoAfterARestart) {
  invoker_.fail(1);
  const std::string execution =
      start(create(R"("A":{"Type":"Task","Resource":)"
                   R"("arn:aws:lambda:us-west-2:123456789012:function:f","End":true})"));
  Json described = ended(execution);
  EXPECT_EQ(described.at("status"), "FAILED");
  EXPECT_EQ(described.at("redriveStatus"), "REDRIVABLE");
  kill_and_restart();
  const Json redriven = call("RedriveExecution", {{"executionArn", execution}, {"clientToken", "one"}});
  EXPECT_EQ(call("RedriveExecution", {{"executionArn", execution}, {"clientToken", "one"}}), redriven);
  described = ended(execution);
  EXPECT_EQ(described.at("status"), "SUCCEEDED");
  EXPECT_EQ(described.at("redriveCount"), 1);
  EXPECT_EQ(described.at("redriveDate"), redriven.at("redriveDate"));
  EXPECT_FALSE(described.contains("error"));
  EXPECT_THAT(error_of("RedriveExecution", {{"executionArn", execution}}),
              HasSubstr("ExecutionNotRedrivable"));
}

TEST_F(StepFunctionsTest, AnExecutionIsNotRedrivenAfterFourteenDays) {
  const std::string execution = start(create(R"("A":{"Type":"Fail"})"));
  ended(execution);
  clock_.advance(std::chrono::hours(24 * 14 + 1));
  EXPECT_EQ(describe(execution).at("redriveStatus"), "NOT_REDRIVABLE");
  EXPECT_THAT(error_of("RedriveExecution", {{"executionArn", execution}}),
              HasSubstr("ExecutionNotRedrivable"));
}

TEST_F(StepFunctionsTest, AnExecutionOfAMachineThatIsBeingDeletedIsNotRedriven) {
  const std::string machine =
      create(R"("A":{"Type":"Choice","Choices":[{"Variable":"$.wait","BooleanEquals":true,"Next":"W"}],)"
             R"("Default":"F"},"W":{"Type":"Wait","Seconds":60,"End":true},"F":{"Type":"Fail"})");
  const std::string failed = start(machine, "failed", R"({"wait":false})");
  start(machine, "waits", R"({"wait":true})");
  call("DeleteStateMachine", {{"stateMachineArn", machine}});
  EXPECT_EQ(ended(failed).at("redriveStatusReason"), "State machine is in DELETING status");
  EXPECT_THAT(error_of("RedriveExecution", {{"executionArn", failed}}),
              HasSubstr("ExecutionNotRedrivable: State machine is in DELETING status"));
}

TEST_F(StepFunctionsTest, AnAnswerToATaskThatNeverWasIsToldFromALateOne) {
  const std::string never = stepfunctions::encode_task_token({.execution = 999, .strand = 0, .ticket = 1});
  EXPECT_THAT(error_of("SendTaskSuccess", {{"taskToken", never}, {"output", "1"}}),
              HasSubstr("TaskDoesNotExist"));
  EXPECT_THAT(error_of("SendTaskHeartbeat", {{"taskToken", never}}), HasSubstr("TaskDoesNotExist"));
}

// Hears of what the test wants to hear.
class Ears final : public stepfunctions::StatusListener {
 public:
  bool may_want(const std::string&, std::string_view) override { return true; }
  bool wants(const std::string&, const Json& event) override {
    return event.at("detail").at("status") == "ABORTED";
  }
  void deliver(const std::string&, const Json& event) override {
    const std::lock_guard lock(mutex_);
    if (deaf_) throw Error("Deaf", "not now");
    heard_.push_back(event);
    changed_.notify_all();
  }
  std::vector<Json> heard(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return heard_.size() >= count; });
    return heard_;
  }
  void set_deaf(bool deaf) {
    const std::lock_guard lock(mutex_);
    deaf_ = deaf;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Json> heard_;
  bool deaf_ = false;
};

TEST_F(StepFunctionsTest, TheEndOfAnExecutionIsToldAlsoWhenTheFirstAttemptFails) {
  Ears ears;
  ears.set_deaf(true);
  service_->set_listener(&ears);
  const std::string execution = start(create(kWait), "told", R"({"operation_id":"op-1"})");
  call("StopExecution", {{"executionArn", execution}, {"error", "Why"}});
  ears.set_deaf(false);
  service_ = std::make_unique<StepFunctionsService>(current_, clock_, invoker_);
  service_->set_listener(&ears);
  service_->start();
  const Json event = ears.heard(1).at(0);
  EXPECT_EQ(event.at("detail-type"), "Step Functions Execution Status Change");
  EXPECT_EQ(event.at("detail").at("name"), "told");
  EXPECT_EQ(event.at("detail").at("input"), R"({"operation_id":"op-1"})");
  EXPECT_EQ(event.at("detail").at("error"), "Why");
  service_.reset();
}

TEST_F(StepFunctionsTest, AMachinesTimeoutEndsItsExecutionsAlsoAfterARestart) {
  const std::string execution = start(create(kWait, "m", R"("TimeoutSeconds":20,)"));
  kill_and_restart();
  clock_.advance(std::chrono::seconds(20));
  EXPECT_EQ(ended(execution).at("status"), "TIMED_OUT");
  EXPECT_EQ(types(execution).back(), "ExecutionTimedOut");
}

TEST_F(StepFunctionsTest, ExecutionsAreListedNewestFirstByStatusAndInPages) {
  const std::string machine = create(kWait);
  for (const char* name : {"one", "two", "three"}) {
    start(machine, name);
    clock_.advance(std::chrono::seconds(1));
  }
  call("StopExecution", {{"executionArn", "arn:aws:states:us-west-2:123456789012:execution:m:two"}});
  const auto names = [](const Json& page) {
    std::vector<std::string> list;
    for (const Json& each : page.at("executions")) list.push_back(each.at("name"));
    return list;
  };
  EXPECT_THAT(names(call("ListExecutions", {{"stateMachineArn", machine}, {"statusFilter", "RUNNING"}})),
              ElementsAre("three", "one"));
  const Json first = call("ListExecutions", {{"stateMachineArn", machine}, {"maxResults", 2}});
  EXPECT_THAT(names(first), ElementsAre("three", "two"));
  EXPECT_THAT(
      names(call("ListExecutions", {{"stateMachineArn", machine}, {"nextToken", first.at("nextToken")}})),
      ElementsAre("one"));
}

TEST_F(StepFunctionsTest, CreatingAMachineTwiceIsTheSameOnlyWithTheSameDefinition) {
  const std::string machine = create(kPass);
  EXPECT_EQ(create(kPass), machine);
  EXPECT_THAT(error_of("CreateStateMachine",
                       {{"name", "m"}, {"definition", definition(kWait)}, {"roleArn", "arn:r"}}),
              "StateMachineAlreadyExists: State Machine Already Exists: '" + machine + "'");
}

TEST_F(StepFunctionsTest, RefusesDefinitionsInAwsWords) {
  EXPECT_EQ(error_of("CreateStateMachine",
                     {{"name", "m"}, {"definition", R"({"StartAt":"A"})"}, {"roleArn", "arn:r"}}),
            "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields "
            "are required: "
            "[States] at /'");
  const std::string glue = R"("A":{"Type":"Task","Resource":"arn:aws:states:::glue:startJobRun","End":true})";
  EXPECT_THAT(
      error_of("CreateStateMachine", {{"name", "m"}, {"definition", definition(glue)}, {"roleArn", "arn:r"}}),
      HasSubstr("UNSUPPORTED_FEATURE: The resource 'arn:aws:states:::glue:startJobRun' is not run here"));
}

TEST_F(StepFunctionsTest, ARunningExecutionKeepsTheDefinitionItBeganWith) {
  const std::string machine = create(kWait);
  const std::string execution = start(machine);
  call("UpdateStateMachine", {{"stateMachineArn", machine}, {"definition", definition(kPass)}});
  kill_and_restart();
  EXPECT_EQ(call("DescribeStateMachineForExecution", {{"executionArn", execution}}).at("definition"),
            definition(kWait));
  EXPECT_EQ(describe(start(machine, "new")).at("output"), R"({"a":1})");
  clock_.advance(std::chrono::seconds(60));
  EXPECT_EQ(ended(execution).at("output"), "{}");
}

TEST_F(StepFunctionsTest, AMachineIsDeletedWhenItsLastExecutionEnds) {
  const std::string machine = create(kWait);
  const std::string execution = start(machine);
  call("DeleteStateMachine", {{"stateMachineArn", machine}});
  EXPECT_EQ(call("DescribeStateMachine", {{"stateMachineArn", machine}}).at("status"), "DELETING");
  EXPECT_THAT(error_of("StartExecution", {{"stateMachineArn", machine}}), HasSubstr("StateMachineDeleting"));
  call("StopExecution", {{"executionArn", execution}});
  EXPECT_THAT(error_of("DescribeStateMachine", {{"stateMachineArn", machine}}),
              HasSubstr("StateMachineDoesNotExist"));
  EXPECT_EQ(call("ListStateMachines", {}).at("stateMachines").size(), 0U);
}

TEST_F(StepFunctionsTest, TagsCanBeAddedReadAndRemoved) {
  const std::string machine = create(kPass);
  call("TagResource", {{"resourceArn", machine},
                       {"tags", Json::parse(R"([{"key":"a","value":"1"},{"key":"b","value":"2"}])")}});
  call("UntagResource", {{"resourceArn", machine}, {"tagKeys", Json::array({"a"})}});
  EXPECT_EQ(call("ListTagsForResource", {{"resourceArn", machine}}).dump(),
            R"({"tags":[{"key":"b","value":"2"}]})");
}

TEST_F(StepFunctionsTest, ValidatesDefinitionsWithoutCreatingThem) {
  const Json bad = call("ValidateStateMachineDefinition", {{"definition", "{}"}});
  EXPECT_EQ(
      bad.dump(),
      R"({"result":"FAIL","diagnostics":[{"severity":"ERROR","code":"SCHEMA_VALIDATION_FAILED","message":)"
      R"("These fields are required: [States, StartAt]","location":"/"}],"truncated":false})");
  EXPECT_EQ(call("ValidateStateMachineDefinition", {{"definition", definition(kPass)}}).at("result"), "OK");
}

TEST_F(StepFunctionsTest, ManyExecutionsAtOnceAllEnd) {
  const std::string machine = create(
      R"("A":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Task",
         "Resource":"arn:aws:lambda:us-west-2:123456789012:function:f","End":true}}}})");
  std::vector<std::string> executions;
  for (int i = 0; i < 20; ++i) executions.push_back(start(machine, "run" + std::to_string(i), "[1,2,3,4,5]"));
  for (const std::string& execution : executions) EXPECT_EQ(ended(execution).at("output"), "[1,2,3,4,5]");
}

TEST(TaskToken, IsReadBackAndToldFromOtherText) {
  const std::string token = stepfunctions::encode_task_token({.execution = 7, .strand = 3, .ticket = 9});
  EXPECT_EQ(stepfunctions::decode_task_token(token)->ticket, 9);
  EXPECT_FALSE(stepfunctions::decode_task_token("Nzo6"));
  EXPECT_FALSE(stepfunctions::decode_task_token(token.substr(4)));
}

}  // namespace
}  // namespace aurora::local
