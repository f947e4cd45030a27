#include "asl/execution.h"

#include <gmock/gmock.h>

#include "asl/simulation.h"

namespace aurora::asl {
namespace {

using testing::ElementsAre;

constexpr char kFunction[] = "arn:aws:lambda:us-west-2:123456789012:function:f";
const TimePoint kStart{std::chrono::seconds(1'700'000'000)};

std::shared_ptr<const Machine> compile(const std::string& states) {
  return Machine::compile(Json::parse(R"({"StartAt":"A","States":{)" + states + "}}"));
}

ExecutionIdentity identity() {
  return {.arn = "arn:e",
          .name = "run",
          .machine_arn = "arn:m",
          .machine_name = "m",
          .role_arn = "role",
          .region = "us-west-2",
          .start_time = kStart};
}

std::string task(const std::string& name, const std::string& rest) {
  return "\"" + name + R"(":{"Type":"Task","Resource":")" + kFunction + "\"," + rest + "}";
}

using Answer = std::function<SimulatedAnswer(const std::string&, const TaskStart&)>;

Simulation run(const std::string& states, const std::string& input = "{}", Answer answer = {},
               double random = 0.5) {
  FixedHost host(random);
  return simulate(compile(states), *Value::parse(input), {identity(), std::move(answer)}, host);
}

std::vector<std::string> types(const Simulation& simulation) {
  std::vector<std::string> names;
  for (const Event& event : simulation.events) names.emplace_back(event_type_name(event.type));
  return names;
}

SimulatedAnswer answer(const std::string& output) {
  return {.output = output, .error = {}, .cause = {}};
}
SimulatedAnswer failure(const std::string& error) {
  return {.output = {}, .error = error, .cause = "because"};
}

// Fails with the errors in order, then answers 1.
Answer failing(std::vector<std::string> errors) {
  auto next = std::make_shared<std::size_t>(0);
  return [errors = std::move(errors), next](const std::string&, const TaskStart&) {
    return *next < errors.size() ? failure(errors[(*next)++]) : answer("1");
  };
}

double seconds(const Simulation& simulation) {
  return std::chrono::duration<double>(simulation.end - kStart).count();
}

TEST(Execution, HandsAnInputOnByteForByteWhenNothingChangesIt) {
  EXPECT_EQ(run(R"("A":{"Type":"Pass","Next":"B"},"B":{"Type":"Succeed"})", R"({ "a" :  1 })").output,
            R"({ "a" :  1 })");
}

TEST(Execution, RetriesWithBackoffUpToTheLongestDelay) {
  const auto result =
      run(task("A", R"("End":true,"Retry":[{"ErrorEquals":["E"],"IntervalSeconds":3,"MaxAttempts":4,
                                      "BackoffRate":2,"MaxDelaySeconds":10}])"),
          "{}", failing({"E", "E", "E", "E"}));
  EXPECT_EQ(result.output, "1");
  EXPECT_DOUBLE_EQ(seconds(result), 3 + 6 + 10 + 10);
}

TEST(Execution, FullJitterDrawsFromTheWholeDelay) {
  const std::string states =
      task("A", R"("End":true,"Retry":[{"ErrorEquals":["E"],"IntervalSeconds":8,"JitterStrategy":"FULL"}])");
  EXPECT_DOUBLE_EQ(seconds(run(states, "{}", failing({"E"}), 0.25)), 2);
  EXPECT_DOUBLE_EQ(seconds(run(states, "{}", failing({"E"}), 0)), 0);
}

TEST(Execution, CountsAttemptsPerRetrier) {
  const std::string states = task(
      "A",
      R"("End":true,"Retry":[{"ErrorEquals":["E1"],"MaxAttempts":1},{"ErrorEquals":["E2"],"MaxAttempts":1}])");
  EXPECT_EQ(run(states, "{}", failing({"E1", "E2"})).status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(run(states, "{}", failing({"E1", "E1"})).error, "E1");
}

TEST(Execution, TaskFailedMatchesEverythingButTimeouts) {
  const std::string states =
      task("A",
           R"("End":true,"TimeoutSeconds":5,"Catch":[{"ErrorEquals":["States.TaskFailed"],"Next":"B"}])") +
      R"(,"B":{"Type":"Pass","Result":"caught","End":true})";
  EXPECT_EQ(run(states, "{}", failing({"Whatever"})).output, "\"caught\"");
  const Answer never = [](const std::string&, const TaskStart&) {
    return SimulatedAnswer{.output = {}, .error = {}, .cause = {}, .never = true};
  };
  EXPECT_EQ(run(states, "{}", never).error, "States.Timeout");
}

TEST(Execution, ACatchersOutputSkipsOutputPath) {
  const auto result = run(task("A", R"("OutputPath":"$.none","ResultPath":"$.r","End":true,
                                      "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"B"}])") +
                              R"(,"B":{"Type":"Succeed"})",
                          R"({"a":1})", failing({"E"}));
  EXPECT_EQ(result.output, R"({"a":1,"e":{"Error":"E","Cause":"because"}})");
}

TEST(Execution, AMissingPathEndsTheExecutionThoughAllIsCaught) {
  const auto result = run(
      task(
          "A",
          R"("Parameters":{"x.$":"$.none"},"End":true,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}])") +
      R"(,"B":{"Type":"Succeed"})");
  EXPECT_EQ(result.error, "States.Runtime");
  EXPECT_EQ(result.cause,
            "An error occurred while executing the state 'A' (entered at the event id #2). The JSONPath "
            "'$.none' specified "
            "for the field 'x.$' could not be found in the input '{}'");
}

TEST(Execution, AFailedIntrinsicFunctionCanBeCaught) {
  const auto result = run(task("A", R"x("Parameters":{"x.$":"States.StringToJson('{')"},"End":true,
                                      "Catch":[{"ErrorEquals":["States.IntrinsicFailure"],"Next":"B"}])x") +
                          R"(,"B":{"Type":"Pass","Result":"caught","End":true})");
  EXPECT_EQ(result.output, "\"caught\"");
}

TEST(Execution, ResultsThatAreTooLargeFailTheirTask) {
  const std::string large = "\"" + std::string(kPayloadBytesMax, 'x') + "\"";
  const auto result = run(task("A", R"("End":true,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}])") +
                              R"(,"B":{"Type":"Pass","Parameters":{"e.$":"$.Error"},"End":true})",
                          "{}", [&](const std::string&, const TaskStart&) { return answer(large); });
  EXPECT_EQ(result.output, R"({"e":"States.DataLimitExceeded"})");
}

TEST(Execution, AResultThatHasNoPlaceFailsItsState) {
  EXPECT_EQ(run(R"("A":{"Type":"Pass","Result":1,"ResultPath":"$.a.b","End":true})", R"({"a":5})").error,
            "States.ResultPathMatchFailure");
}

TEST(Execution, AChoiceWithoutMatchOrDefaultFails) {
  const auto result = run(
      R"("A":{"Type":"Choice","Choices":[{"Variable":"$.a","IsPresent":true,"Next":"B"}]},"B":{"Type":"Succeed"})");
  EXPECT_EQ(result.error, "States.Runtime");
}

TEST(Execution, WaitsUntilATimestampAndNotAtAllForOneThatHasPassed) {
  EXPECT_DOUBLE_EQ(seconds(run(R"("A":{"Type":"Wait","TimestampPath":"$.t","End":true})",
                               R"({"t":"2023-11-14T22:13:30Z"})")),
                   10);
  EXPECT_DOUBLE_EQ(seconds(run(R"("A":{"Type":"Wait","Timestamp":"2000-01-01T00:00:00Z","End":true})")), 0);
}

TEST(Execution, TimesOutWhereItsMachineSaysSo) {
  FixedHost host;
  const auto machine = Machine::compile(Json::parse(
      R"({"StartAt":"A","TimeoutSeconds":5,"States":{"A":{"Type":"Wait","Seconds":10,"End":true}}})"));
  const Simulation result = simulate(machine, Value(), {.identity = identity()}, host);
  EXPECT_EQ(result.status, ExecutionStatus::kTimedOut);
  EXPECT_EQ(result.error, "States.Timeout");
  EXPECT_DOUBLE_EQ(seconds(result), 5);
  EXPECT_THAT(types(result), ElementsAre("ExecutionStarted", "WaitStateEntered", "ExecutionTimedOut"));
}

TEST(Execution, ParallelGivesTheOutputsInTheOrderOfItsBranches) {
  const auto result = run(R"("A":{"Type":"Parallel","End":true,"Branches":[
      {"StartAt":"L","States":{"L":{"Type":"Wait","Seconds":9,"Next":"M"},"M":{"Type":"Pass","Result":"late","End":true}}},
      {"StartAt":"N","States":{"N":{"Type":"Pass","Result":"now","End":true}}}]})");
  EXPECT_EQ(result.output, R"(["late","now"])");
  EXPECT_DOUBLE_EQ(seconds(result), 9);
}

TEST(Execution, AFailingBranchAbortsTheOthers) {
  const auto result = run(
      R"("A":{"Type":"Parallel","End":true,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}],"Branches":[
      {"StartAt":"L","States":{"L":{"Type":"Wait","Seconds":9,"End":true}}},
      {"StartAt":"N","States":{"N":{"Type":"Fail","Error":"E"}}}]},"C":{"Type":"Succeed"})");
  EXPECT_EQ(result.output, R"({"Error":"E","Cause":""})");
  EXPECT_DOUBLE_EQ(seconds(result), 0);
  EXPECT_THAT(types(result), ElementsAre("ExecutionStarted", "ParallelStateEntered", "ParallelStateStarted",
                                         "WaitStateEntered", "FailStateEntered", "WaitStateAborted",
                                         "ParallelStateFailed", "ParallelStateExited", "SucceedStateEntered",
                                         "SucceedStateExited", "ExecutionSucceeded"));
}

std::string map(const std::string& fields) {
  return R"("A":{"Type":"Map","End":true,)" + fields + R"("ItemProcessor":{"StartAt":"W","States":{)" +
         task("W", R"("End":true)") + "}}}";
}

TEST(Execution, AMapRunsAsManyIterationsAtOnceAsItMay) {
  int calls = 0;
  const Answer count = [&](const std::string&, const TaskStart& start) {
    ++calls;
    return answer(start.input);
  };
  const auto result =
      run(map(R"("MaxConcurrency":2,"ItemSelector":{"i.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value"},)"),
          "[7,8,9]", count);
  EXPECT_EQ(result.output, R"([{"i":0,"v":7},{"i":1,"v":8},{"i":2,"v":9}])");
  EXPECT_EQ(calls, 3);
  const std::vector<std::string> names = types(result);
  EXPECT_EQ(std::vector(names.begin() + 3, names.begin() + 6),
            (std::vector<std::string>{"MapIterationStarted", "MapIterationStarted", "TaskStateEntered"}));
}

TEST(Execution, AMapOverNothingSucceedsAtOnce) {
  EXPECT_EQ(run(map(""), "[]").output, "[]");
}

TEST(Execution, AMapOverSomethingElseFails) {
  EXPECT_EQ(run(map(""), "{}").error, "States.Runtime");
}

TEST(Execution, AMapOfAThousandItemsEnds) {
  std::string items = "[0";
  for (int i = 1; i < 1000; ++i) items += "," + std::to_string(i);
  items += "]";
  const auto result =
      run(map(""), items, [](const std::string&, const TaskStart& start) { return answer(start.input); });
  EXPECT_EQ(result.output, items);
}

TEST(Execution, AnEndlessLoopFailsWhenItsHistoryIsFull) {
  const auto result = run(R"("A":{"Type":"Pass","Next":"A"})");
  EXPECT_EQ(result.events.size(), static_cast<std::size_t>(kHistoryEventsMax));
  EXPECT_EQ(result.events.back().type, EventType::kExecutionFailed);
  EXPECT_EQ(result.cause, "The execution reached the maximum number of history events (25000).");
}

// ---- one step at a time

class Steps : public testing::Test {
 protected:
  void begin(const std::string& states, const std::string& input = "{}") {
    machine_ = compile(states);
    input_ = *Value::parse(input);
    execution_ = std::make_unique<Execution>(machine_, identity(), input_, host_);
    execution_->start(kStart);
    take();
  }
  void take() {
    changes_ = execution_->take_changes();
    for (const Event& event : changes_.events) events_.push_back(event);
    for (const int id : changes_.removed_strands) rows_.erase(id);
    for (const int id : changes_.changed_strands) {
      const Strand& strand = execution_->strands().at(id);
      rows_[id] = {strand.wake_at, strand.to_json().dump()};
    }
  }
  // What a process that died and came back would do, with nothing but what was stored.
  void restart() {
    std::vector<Strand> strands;
    for (const auto& [id, row] : rows_)
      strands.push_back(Strand::from_json(id, row.first, Json::parse(row.second)));
    execution_ = std::make_unique<Execution>(
        machine_, identity(), input_, host_, std::move(strands), static_cast<std::int64_t>(events_.size()),
        [this](std::int64_t id) { return events_.at(static_cast<std::size_t>(id) - 1).payload; });
  }
  const TaskStart& only_task() { return changes_.tasks.at(0); }
  TimePoint after(int seconds) const { return kStart + std::chrono::seconds(seconds); }

  FixedHost host_;
  std::shared_ptr<const Machine> machine_;
  Value input_;
  std::unique_ptr<Execution> execution_;
  Changes changes_;
  std::vector<Event> events_;
  std::map<int, std::pair<std::optional<TimePoint>, std::string>> rows_;
};

TEST_F(Steps, ATaskIsHandedOutAfterItsEventsAreWritten) {
  begin(task("A", R"("End":true)"));
  ASSERT_EQ(changes_.tasks.size(), 1U);
  EXPECT_EQ(changes_.events.back().type, EventType::kLambdaFunctionStarted);
}

TEST_F(Steps, ALateAnswerIsNotHeard) {
  begin(task(
      "A",
      R"("End":true,"TimeoutSeconds":5,"Retry":[{"ErrorEquals":["States.Timeout"],"IntervalSeconds":1}])"));
  const TaskStart first = only_task();
  execution_->time_passed(after(5));
  execution_->task_succeeded(first.strand, first.ticket, "\"late\"", after(5));
  EXPECT_EQ(execution_->status(), ExecutionStatus::kRunning);
  execution_->time_passed(after(6));
  take();
  execution_->task_succeeded(first.strand, first.ticket, "\"late\"", after(6));
  execution_->task_succeeded(only_task().strand, only_task().ticket, "\"good\"", after(6));
  EXPECT_EQ(execution_->output(), "\"good\"");
}

TEST_F(Steps, EveryStateSurvivesARestart) {
  begin(
      R"("A":{"Type":"Pass","Result":{"n":1},"ResultPath":"$.p","Next":"B"},"B":{"Type":"Wait","Seconds":10,"Next":"C"},)" +
          task("C", R"("ResultPath":"$.c","Next":"D")") +
          R"(,"D":{"Type":"Map","ItemsPath":"$.l","MaxConcurrency":1,"ResultPath":"$.d","End":true,
                 "ItemSelector":{"v.$":"$$.Map.Item.Value"},"Iterator":{"StartAt":"E","States":{
                 "E":{"Type":"Wait","Seconds":1,"End":true}}}})",
      R"({"l":[1,2]})");
  restart();
  execution_->time_passed(after(10));
  take();
  const TaskStart first = only_task();
  EXPECT_EQ(first.input, R"({"l":[1,2],"p":{"n":1}})");
  restart();
  execution_->task_succeeded(first.strand, first.ticket, "true", after(10));
  take();
  for (int second = 11; second <= 12; ++second) {
    restart();
    execution_->time_passed(after(second));
    take();
  }
  EXPECT_EQ(execution_->output(), R"({"l":[1,2],"p":{"n":1},"c":true,"d":[{"v":1},{"v":2}]})");
}

TEST_F(Steps, AnInterruptedTaskIsRunAgainAndThenCountsAsFailed) {
  begin(task("A", R"("End":true)"));
  for (int i = 0; i < kRerunsMax; ++i) {
    const TaskStart lost = only_task();
    restart();
    execution_->task_interrupted(lost.strand, lost.ticket, "gone", after(i));
    take();
    ASSERT_EQ(changes_.tasks.size(), 1U);
    EXPECT_EQ(changes_.events.front().type, EventType::kLambdaFunctionFailed);
  }
  execution_->task_interrupted(only_task().strand, only_task().ticket, "gone", after(9));
  EXPECT_EQ(execution_->error(), "States.TaskFailed");
}

TEST_F(Steps, AnExecutionThatIsCutOffBetweenTwoStatesGoesOn) {
  begin(R"x("A":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericEquals":0,"Next":"Z"}],"Default":"B"},
           "B":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, -1)"},"Next":"A"
},"Z":{"Type":"Succeed"})x",
        R"({"n":2000})");
  ASSERT_TRUE(changes_.more);
  while (execution_->status() == ExecutionStatus::kRunning) {
    restart();
    execution_->proceed(kStart);
    take();
  }
  EXPECT_EQ(execution_->output(), R"({"n":0})");
}

TEST_F(Steps, AHeartbeatPutsTheTimeoutOff) {
  begin(
      R"("A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","HeartbeatSeconds":10,"End":true,
            "Parameters":{"FunctionName":"f","Payload":{"t.$":"$$.Task.Token"}},
            "Catch":[{"ErrorEquals":["States.HeartbeatTimeout"],"Next":"B"}]},"B":{"Type":"Pass","Result":"quiet","End":true})");
  const TaskStart callback = only_task();
  EXPECT_EQ(callback.input, R"({"FunctionName":"f","Payload":{"t":"token-0-1"}})");
  execution_->task_submitted(callback.strand, callback.ticket, "{}", after(1));
  execution_->task_heartbeat(callback.strand, callback.ticket, after(8));
  execution_->time_passed(after(12));
  EXPECT_TRUE(execution_->waits_for(callback.strand, callback.ticket));
  execution_->time_passed(after(18));
  EXPECT_EQ(execution_->output(), "\"quiet\"");
}

TEST_F(Steps, StoppingLeavesNothingToWaitFor) {
  begin(R"("A":{"Type":"Wait","Seconds":10,"End":true})");
  execution_->stop("Why", std::nullopt, after(1));
  take();
  EXPECT_EQ(execution_->status(), ExecutionStatus::kAborted);
  EXPECT_TRUE(rows_.empty());
  EXPECT_FALSE(execution_->next_wake());
  EXPECT_EQ(event_to_json(events_.back(), true)["executionAbortedEventDetails"].dump(), R"({"error":"Why"})");
}

TEST_F(Steps, TimingOutEndsTheExecution) {
  begin(R"("A":{"Type":"Wait","Seconds":10,"End":true})");
  execution_->time_out(after(5));
  EXPECT_EQ(status_name(execution_->status()), "TIMED_OUT");
}

// ---- redrives

class Redrives : public Steps {
 protected:
  void redrive(int seconds) {
    const std::vector<Strand> unfinished = execution_->unfinished();
    ExecutionIdentity again = identity();
    again.redrive_count = 1;
    execution_ = std::make_unique<Execution>(
        machine_, again, input_, host_, std::vector<Strand>{}, static_cast<std::int64_t>(events_.size()),
        [this](std::int64_t id) { return events_.at(static_cast<std::size_t>(id) - 1).payload; });
    execution_->redrive(unfinished, after(seconds));
    take();
  }
  void fail(const TaskStart& task) {
    execution_->task_failed(task.strand, task.ticket, "E", "because", after(1));
    take();
  }
  void succeed(const TaskStart& task, const std::string& output) {
    execution_->task_succeeded(task.strand, task.ticket, output, after(2));
    take();
  }
  std::vector<std::string> types_after(std::size_t first) {
    std::vector<std::string> names;
    for (std::size_t i = first; i < events_.size(); ++i) names.emplace_back(event_type_name(events_[i].type));
    return names;
  }
};

TEST_F(Redrives, AFailedTaskIsScheduledAgainWithItsInputAndItsRetriesUnspent) {
  begin(R"("A":{"Type":"Pass","Result":{"n":1},"Next":"B"},)" +
        task("B", R"("Next":"C","Retry":[{"ErrorEquals":["E"],"IntervalSeconds":1,"MaxAttempts":1}])") +
        R"(,"C":{"Type":"Succeed"})");
  fail(only_task());
  execution_->time_passed(after(2));
  take();
  fail(only_task());
  ASSERT_EQ(execution_->status(), ExecutionStatus::kFailed);
  const std::size_t before = events_.size();
  redrive(10);
  EXPECT_THAT(types_after(before),
              ElementsAre("ExecutionRedriven", "LambdaFunctionScheduled", "LambdaFunctionStarted"));
  EXPECT_EQ(only_task().input, R"({"n":1})");
  fail(only_task());
  EXPECT_EQ(execution_->status(), ExecutionStatus::kRunning) << "its one retry is there again";
  execution_->time_passed(after(30));
  take();
  succeed(only_task(), R"({"n":2})");
  EXPECT_EQ(execution_->output(), R"({"n":2})");
}

TEST_F(Redrives, AStoppedWaitIsEnteredAgain) {
  begin(R"("A":{"Type":"Wait","Seconds":10,"Next":"B"},"B":{"Type":"Succeed"})", R"({"x":1})");
  execution_->stop("Why", "So.", after(3));
  take();
  const std::size_t before = events_.size();
  redrive(20);
  EXPECT_THAT(types_after(before), ElementsAre("ExecutionRedriven", "WaitStateEntered"));
  EXPECT_EQ(execution_->next_wake(), after(30));
  execution_->time_passed(after(30));
  EXPECT_EQ(execution_->output(), R"({"x":1})");
}

TEST_F(Redrives, BranchesThatSucceededStaySo) {
  begin(R"("A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"B","States":{)" +
        task("B", R"("End":true)") + R"(}},{"StartAt":"C","States":{)" + task("C", R"("End":true)") + "}}]}");
  const TaskStart first = changes_.tasks.at(0);
  const TaskStart second = changes_.tasks.at(1);
  succeed(first, "1");
  fail(second);
  ASSERT_EQ(execution_->status(), ExecutionStatus::kFailed);
  redrive(10);
  ASSERT_EQ(changes_.tasks.size(), 1U);
  succeed(only_task(), "2");
  EXPECT_EQ(execution_->output(), "[1,2]");
}

TEST_F(Redrives, AFailStateFailsAgain) {
  begin(R"("A":{"Type":"Fail","Error":"Why","Cause":"So."})");
  const std::size_t before = events_.size();
  redrive(10);
  EXPECT_THAT(types_after(before), ElementsAre("ExecutionRedriven", "FailStateEntered", "ExecutionFailed"));
  EXPECT_EQ(execution_->status(), ExecutionStatus::kFailed);
}

}  // namespace
}  // namespace aurora::asl
