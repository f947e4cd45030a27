// Definitions and inputs that would take a machine's time or memory: each ends in a named error, soon.
#include <gtest/gtest.h>

#include "asl/simulation.h"

namespace aurora::asl {
namespace {

ExecutionIdentity identity() {
  return {.arn = "arn:e",
          .name = "run",
          .machine_arn = "arn:m",
          .machine_name = "m",
          .role_arn = "role",
          .region = "us-west-2",
          .start_time = TimePoint(std::chrono::seconds(1'700'000'000))};
}

Simulation run(const std::string& states, const std::string& input = "{}") {
  FixedHost host;
  const auto machine = Machine::compile(Json::parse(R"({"StartAt":"A","States":{)" + states + "}}"));
  const SimulationOptions options{.identity = identity(),
                                  .answer = [](const std::string&, const TaskStart&) -> SimulatedAnswer {
                                    return {.output = {}, .error = "E", .cause = std::string(100'000, 'x')};
                                  }};
  return simulate(machine, *Value::parse(input), options, host);
}

std::string end_of(const std::string& states, const std::string& input = "{}") {
  const Simulation simulation = run(states, input);
  return std::string(status_name(simulation.status)) + " " + simulation.error.value_or("");
}

std::string text_of(std::size_t size) {
  return "\"" + std::string(size, 'x') + "\"";
}

std::string list_of(int size) {
  std::string items = "[0";
  for (int i = 1; i < size; ++i) items += ",0";
  return items + "]";
}

TEST(ExecutionLimits, AnEndlessChoiceFailsWhenItsHistoryIsFull) {
  const Simulation simulation = run(
      R"("A":{"Type":"Choice","Choices":[{"Variable":"$.x","IsPresent":true,"Next":"A"}],"Default":"A"})");
  EXPECT_EQ(simulation.error, "States.Runtime");
  EXPECT_EQ(simulation.events.size(), static_cast<std::size_t>(kHistoryEventsMax));
}

TEST(ExecutionLimits, DataThatGrowsDeeperOnEveryTurnEnds) {
  for (const char* state : {R"("A":{"Type":"Pass","Parameters":{"a.$":"$"},"Next":"A"})",
                            R"-("A":{"Type":"Pass","Parameters":{"a.$":"States.Array($.a)"},"Next":"A"})-",
                            R"("A":{"Type":"Pass","ResultPath":"$.a","Next":"A"})"})
    EXPECT_EQ(end_of(state, R"({"a":1})"), "FAILED States.Runtime") << state;
}

TEST(ExecutionLimits, DataThatGrowsWiderOnEveryTurnEnds) {
  const std::string states = R"-("A":{"Type":"Pass","Parameters":{"a.$":"$.a","b.$":"$.a"},"Next":"B"},
      "B":{"Type":"Pass","Parameters":{"a.$":"States.JsonToString($)"},"Next":"A"})-";
  EXPECT_EQ(end_of(states, R"({"a":"\""})"), "FAILED States.DataLimitExceeded");
}

TEST(ExecutionLimits, ATemplateThatCopiesItsInputWithoutEndFails) {
  std::string members;
  for (int i = 0; i < 20'000; ++i) members += (i ? ",\"m" : "\"m") + std::to_string(i) + ".$\":\"$.t\"";
  const std::string states =
      R"("A":{"Type":"Pass","Parameters":{)" + members + R"(},"ResultPath":null,"End":true})";
  EXPECT_EQ(end_of(states, R"({"t":)" + text_of(200'000) + "}"), "FAILED States.DataLimitExceeded");
}

TEST(ExecutionLimits, MapsInMapsEnd) {
  std::string states = R"("Z":{"Type":"Pass","End":true})";
  std::string start = "Z";
  for (int i = 0; i < 20; ++i) {
    const std::string name = "M" + std::to_string(i);
    states = "\"" + name +
             R"(":{"Type":"Map","ItemsPath":"$$.Execution.Input","ItemProcessor":{"StartAt":")" + start +
             R"(","States":{)" + states + R"(}},"End":true})";
    start = name;
  }
  states = R"("A":{"Type":"Pass","Next":")" + start + "\"}," + states;
  EXPECT_EQ(end_of(states, list_of(40)), "FAILED States.Runtime");
}

TEST(ExecutionLimits, BranchesThatCannotAllWriteTheirEventsEnd) {
  std::string branches;
  for (int i = 0; i < 1'000; ++i)
    branches += (i ? "," : "") + std::string(R"({"StartAt":"B","States":{"B":{"Type":"Succeed"}}})");
  const std::string states =
      R"("A":{"Type":"Map","ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[)" +
      branches + R"(],"End":true}}},"End":true})";
  EXPECT_EQ(end_of(states, list_of(40)), "FAILED States.Runtime");
}

TEST(ExecutionLimits, IterationsThatAnswerMoreThanCanBeKeptFailTheirMap) {
  const std::string states =
      R"("A":{"Type":"Map","MaxConcurrency":1,"ResultPath":null,"End":true,"ItemProcessor":{"StartAt":"B",
      "States":{"B":{"Type":"Pass","Result":)" +
      text_of(250'000) + R"(,"End":true}}}})";
  EXPECT_EQ(end_of(states, list_of(1'000)), "FAILED States.DataLimitExceeded");
}

TEST(ExecutionLimits, ARetryThatWritesNoEventEndsToo) {
  const std::string states =
      R"-("A":{"Type":"Parallel","Parameters":{"a.$":"States.MathAdd($.x, 1)"},"End":true,
      "Branches":[{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}],
      "Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":99999999,"BackoffRate":1}]})-";
  EXPECT_EQ(end_of(states, R"({"x":"no number"})"), "FAILED States.Runtime");
}

TEST(ExecutionLimits, NumbersBeyondEveryCalendarAreBounded) {
  const std::string task =
      R"("A":{"Type":"Task","Resource":"arn:aws:lambda:us-west-2:1:function:f","End":true,)";
  const std::string late = task + R"("TimeoutSeconds":1e300,"HeartbeatSeconds":1e299,
      "Retry":[{"ErrorEquals":["E"],"IntervalSeconds":1e308,"BackoffRate":1e308,"MaxAttempts":2}]})";
  EXPECT_EQ(end_of(late), "FAILED E");
  const std::string odd =
      task + R"("Retry":[{"ErrorEquals":["E"],"IntervalSeconds":0,"BackoffRate":1e308,"MaxAttempts":3},
      {"ErrorEquals":["States.ALL"],"MaxAttempts":-1e300}]})";
  EXPECT_EQ(end_of(odd), "FAILED E");
  EXPECT_EQ(end_of(R"("A":{"Type":"Wait","SecondsPath":"$.s","End":true})", R"({"s":1e308})"), "SUCCEEDED ");
}

TEST(ExecutionLimits, ACauseIsCutToItsQuota) {
  const Simulation simulation =
      run(R"("A":{"Type":"Task","Resource":"arn:aws:lambda:us-west-2:1:function:f","End":true})");
  EXPECT_EQ(simulation.cause->size(), kCauseBytesMax);
}

TEST(ExecutionLimits, AChoiceThatLooksAtTooMuchFails) {
  std::string parts;
  for (int i = 0; i < 2'000; ++i)
    parts += (i ? "," : "") + std::string(R"({"Variable":"$..x","IsPresent":true})");
  const std::string states = R"("A":{"Type":"Choice","Choices":[{"And":[)" + parts + R"(],"Next":"A"}]})";
  EXPECT_EQ(end_of(states, list_of(20'000)), "FAILED States.Runtime");
}

TEST(Simulation, EndsWhenItsHistoryWouldNotFitTheMemory) {
  try {
    run(R"("A":{"Type":"Pass","Next":"A"})", text_of(250'000));
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.name(), "SimulationTooLarge");
  }
}

TEST(Compile, RefusesDefinitionsThatAreNestedTooDeeplyOrNotRunHere) {
  Json deep;
  for (int i = 0; i < 100'000; ++i) deep = Json::array({std::move(deep)});
  Json whole = {{"StartAt", "A"}};
  whole["States"] = std::move(deep);
  EXPECT_THROW(Machine::compile(whole), Error);
  for (const char* definition :
       {R"({"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Succeed"}}})",
        R"({"StartAt":"A","States":{"A":{"Type":"Pass","QueryLanguage":"JSONata","End":true}}})",
        R"({"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"a":1},"End":true}}})",
        R"({"StartAt":"A","States":{"A":{"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":
            {"Mode":"DISTRIBUTED"},"StartAt":"B","States":{"B":{"Type":"Succeed"}}}}}})"})
    EXPECT_THROW(Machine::compile(Json::parse(definition)), Error) << definition;
}

}  // namespace
}  // namespace aurora::asl
