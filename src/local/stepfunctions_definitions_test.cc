#include <gmock/gmock.h>

#include "local/testing/stepfunctions_fixture.h"

namespace aurora::local {
namespace {

using ::testing::HasSubstr;

class StepFunctionsDefinitions : public testing::StepFunctionsFixture {
 protected:
  Json test(const std::string& state, const Json& more = Json::object()) {
    Json input = {{"definition", state}, {"roleArn", "arn:aws:iam::123456789012:role/r"}};
    input.update(more);
    return call("TestState", input);
  }
  std::string refusal(const std::string& state, const Json& more = Json::object()) {
    Json input = {{"definition", state}};
    input.update(more);
    return error_of("TestState", input);
  }
};

constexpr char kFunction[] =
    R"({"Type":"Task","Resource":"arn:aws:lambda:us-west-2:123456789012:function:f",)";
constexpr char kInvoke[] = R"({"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",)";

// As AWS answered these on 2025-11-14.
TEST_F(StepFunctionsDefinitions, APassStateShowsItsDataOnTheWay) {
  const Json answer =
      test(R"({"Type":"Pass","InputPath":"$.initialData","Parameters":{"staticValue":"some value",)"
           R"("inputValue.$":"$.fieldFromInput"},"ResultPath":"$.modifiedData","Next":"N"})",
           {{"input", R"({"initialData":{"fieldFromInput":"v"},"other":1})"}, {"inspectionLevel", "DEBUG"}});
  EXPECT_EQ(answer.at("status"), "SUCCEEDED");
  EXPECT_EQ(answer.at("nextState"), "N");
  const char* output =
      R"({"initialData":{"fieldFromInput":"v"},"other":1,"modifiedData":{"staticValue":"some value","inputValue":"v"}})";
  EXPECT_EQ(answer.at("output"), output);
  EXPECT_EQ(answer.at("inspectionData"),
            (Json{{"input", R"({"initialData":{"fieldFromInput":"v"},"other":1})"},
                  {"afterInputPath", R"({"fieldFromInput":"v"})"},
                  {"afterParameters", R"({"staticValue":"some value","inputValue":"v"})"},
                  {"afterResultSelector", R"({"staticValue":"some value","inputValue":"v"})"},
                  {"afterResultPath", output}}));
}

TEST_F(StepFunctionsDefinitions, APassStateWithAResultShowsItInstead) {
  const Json answer = test(R"({"Type":"Pass","Result":{"a":1},"ResultPath":"$.r","End":true})",
                           {{"input", R"({"i":0})"}, {"inspectionLevel", "DEBUG"}});
  EXPECT_EQ(answer.at("inspectionData"), (Json{{"input", R"({"i":0})"},
                                               {"result", R"({"a":1})"},
                                               {"afterResultSelector", R"({"a":1})"},
                                               {"afterResultPath", R"({"i":0,"r":{"a":1}})"}}));
  EXPECT_FALSE(answer.contains("nextState"));
}

TEST_F(StepFunctionsDefinitions, ChoiceSucceedFailAndWaitAreRunWithoutWaiting) {
  const std::string choice =
      R"({"Type":"Choice","Choices":[{"Variable":"$.v","NumericEquals":22,"Next":"Twenty"}],"Default":"Other"})";
  EXPECT_EQ(test(choice, {{"input", R"({"v":22})"}}).dump(),
            R"({"status":"SUCCEEDED","output":"{\"v\":22}","nextState":"Twenty"})");
  EXPECT_EQ(test(choice, {{"input", R"({"v":1})"}}).at("nextState"), "Other");
  EXPECT_EQ(test(R"({"Type":"Wait","Seconds":86400,"Next":"N"})").at("nextState"), "N");
  EXPECT_EQ(test(R"({"Type":"Succeed"})", {{"input", "[1]"}}).at("output"), "[1]");
  EXPECT_EQ(test(R"({"Type":"Fail","Error":"E","Cause":"C"})", {{"inspectionLevel", "DEBUG"}}),
            (Json{{"status", "FAILED"},
                  {"error", "E"},
                  {"cause", "C"},
                  {"inspectionData", {{"input", "{}"}, {"afterInputPath", "{}"}}}}));
}

TEST_F(StepFunctionsDefinitions, ATaskIsCarriedOutOnce) {
  const Json answer = test(
      std::string(kFunction) +
          R"~("Parameters":{"x.$":"$.a","id.$":"States.UUID()"},"ResultSelector":{"y.$":"$.x"},"End":true})~",
      {{"input", R"({"a":5})"}, {"inspectionLevel", "TRACE"}});
  EXPECT_EQ(answer.at("output"), R"({"y":5})");
  const Json& data = answer.at("inspectionData");
  EXPECT_EQ(data.at("afterParameters"), data.at("result")) << "chance must not differ between the looks";
  EXPECT_EQ(data.at("afterResultSelector"), R"({"y":5})");
  EXPECT_EQ(invoker_.inputs(1).size(), 1U);
}

TEST_F(StepFunctionsDefinitions, AFailedTaskIsRetriedCaughtOrFails) {
  const std::string task = kFunction;
  const std::string retry =
      R"("Retry":[{"ErrorEquals":["X"]},{"ErrorEquals":["E"],"IntervalSeconds":4,"MaxAttempts":3}],)";
  const std::string caught = R"("Catch":[{"ErrorEquals":["E"],"Next":"H","ResultPath":"$.e"}],"End":true})";
  invoker_.fail(100);
  Json answer = test(task + retry + caught,
                     {{"inspectionLevel", "DEBUG"}, {"stateConfiguration", {{"retrierRetryCount", 2}}}});
  EXPECT_EQ(answer.at("status"), "RETRIABLE");
  EXPECT_EQ(answer.at("error"), "E");
  EXPECT_EQ(answer.at("cause"), "because");
  EXPECT_FALSE(answer.contains("output"));
  EXPECT_EQ(answer.at("inspectionData").at("errorDetails").dump(),
            R"({"retryIndex":1,"retryBackoffIntervalSeconds":16})");
  answer = test(task + retry + caught,
                {{"inspectionLevel", "DEBUG"}, {"stateConfiguration", {{"retrierRetryCount", 3}}}});
  EXPECT_EQ(answer.at("status"), "CAUGHT_ERROR");
  EXPECT_EQ(answer.at("nextState"), "H");
  EXPECT_EQ(answer.at("output"), R"({"e":{"Error":"E","Cause":"because"}})");
  EXPECT_EQ(answer.at("inspectionData").at("errorDetails").dump(), R"({"catchIndex":0})");
  answer = test(task + retry + R"("End":true})",
                {{"inspectionLevel", "DEBUG"}, {"stateConfiguration", {{"retrierRetryCount", 3}}}});
  EXPECT_EQ(answer.at("status"), "FAILED");
  EXPECT_EQ(answer.at("inspectionData").at("errorDetails").dump(), R"({"retryIndex":1})");
}

TEST_F(StepFunctionsDefinitions, AMockStandsForTheTask) {
  const std::string state =
      std::string(kInvoke) +
      R"("Parameters":{"FunctionName":"f"},"ResultPath":"$.r","Catch":[{"ErrorEquals":["States.ALL"],"Next":"H"}],"End":true})";
  EXPECT_EQ(test(state, {{"mock", {{"result", R"({"Payload":7,"StatusCode":200})"}}}}).at("output"),
            R"({"r":{"Payload":7,"StatusCode":200}})");
  EXPECT_EQ(test(state, {{"mock", {{"errorOutput", {{"error", "Boom"}, {"cause", "why"}}}}}}).at("output"),
            R"({"Error":"Boom","Cause":"why"})");
  EXPECT_EQ(refusal(state, {{"mock", {{"result", R"({"StatusCode":"200"})"}}}}),
            "ValidationException: Mock result schema validation error: Field 'StatusCode' must be a number");
  EXPECT_EQ(refusal(state, {{"mock", {{"result", "no json"}}}}),
            "ValidationException: Mocked result must be valid JSON");
  EXPECT_EQ(refusal(R"({"Type":"Pass","End":true})", {{"mock", {{"result", "1"}}}}),
            "ValidationException: State type 'Pass' is not supported when a mock is specified");
  EXPECT_EQ(invoker_.inputs(0).size(), 0U);
}

TEST_F(StepFunctionsDefinitions, ACallbackIsTestedWithAMockOnly) {
  const std::string state =
      R"({"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",)"
      R"("Parameters":{"QueueUrl":"q","MessageBody":{"t.$":"$$.Task.Token"}},"Next":"N"})";
  EXPECT_THAT(refusal(state, {{"roleArn", "arn:r"}}), HasSubstr("InvalidDefinition: "));
  EXPECT_EQ(test(state, {{"mock", {{"result", R"({"done":true})"}}}}).dump(),
            R"({"status":"SUCCEEDED","output":"{\"done\":true}","nextState":"N"})");
}

TEST_F(StepFunctionsDefinitions, AMockedMapShowsItsItems) {
  const std::string state =
      R"({"Type":"Map","ItemsPath":"$.v","MaxConcurrency":2,"ItemSelector":{"n.$":"$$.Map.Item.Value"},"ResultPath":"$.r",)"
      R"("ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true})";
  const Json more = {
      {"input", R"({"v":[1,2]})"}, {"mock", {{"result", "[3,4]"}}}, {"inspectionLevel", "DEBUG"}};
  const Json answer = test(state, more);
  EXPECT_EQ(answer.at("output"), R"({"v":[1,2],"r":[3,4]})");
  EXPECT_EQ(answer.at("inspectionData"), (Json{{"input", R"({"v":[1,2]})"},
                                               {"afterInputPath", R"({"v":[1,2]})"},
                                               {"afterItemsPath", "[1,2]"},
                                               {"afterItemSelector", R"([{"n":1},{"n":2}])"},
                                               {"maxConcurrency", 2},
                                               {"afterResultSelector", "[3,4]"},
                                               {"afterResultPath", R"({"v":[1,2],"r":[3,4]})"}}));
  EXPECT_EQ(refusal(state, {{"mock", {{"result", "{}"}}}}),
            "ValidationException: Mocked result must be an array.");
  EXPECT_THAT(refusal(state), HasSubstr("InvalidDefinition: TestState API does not support Map or Parallel"));
  EXPECT_EQ(test(state, {{"input", R"({"v":1})"}, {"mock", {{"result", "[]"}}}}).at("cause"),
            "Reference path \"$.v\" must point to array.");
}

TEST_F(StepFunctionsDefinitions, ANamedStateOfAMachineIsTested) {
  const std::string machine =
      R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"In","States":{)"
      R"("In":{"Type":"Pass","Result":3,"End":true}}}]}}})";
  EXPECT_EQ(test(machine, {{"stateName", "In"}}).at("output"), "3");
  EXPECT_EQ(refusal(machine, {{"stateName", "Out"}}), "ValidationException: State not found in definition");
}

TEST_F(StepFunctionsDefinitions, WhatCannotBeTestedIsRefused) {
  EXPECT_EQ(refusal(std::string(kFunction) + R"("End":true})"),
            "ValidationException: RoleArn must be specified when testing a Task state");
  EXPECT_THAT(refusal(R"({"Type":"Pass","QueryLanguage":"JSONata","End":true})"),
              HasSubstr("UNSUPPORTED_FEATURE: The query language JSONata is not run here"));
  EXPECT_EQ(refusal(R"({"Type":"Parallel","Branches":[],"End":true})", {{"mock", {{"result", "[]"}}}}),
            "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Value cannot be "
            "empty at /States/StateName/Branches'");
  EXPECT_THAT(
      refusal(R"({"Type":"Pass","End":true})", {{"input", "not"}}),
      HasSubstr("InvalidExecutionInput: Invalid State Machine Execution Input: 'Unrecognized token 'not'"));
}

TEST_F(StepFunctionsDefinitions, WhatIsNestedBeyondReasonIsRefused) {
  const std::string deep(100'000, '[');
  EXPECT_THAT(refusal(R"({"Type":"Pass","Result":)" + deep + std::string(100'000, ']') + R"(,"End":true})"),
              HasSubstr("InvalidDefinition: "));
  EXPECT_EQ(refusal(std::string(kInvoke) + R"("Parameters":{},"End":true})",
                    {{"mock", {{"result", deep + std::string(100'000, ']')}}}}),
            "ValidationException: Mocked result must be valid JSON");
  EXPECT_THAT(refusal(R"({"Type":"Succeed"})", {{"input", deep + std::string(100'000, ']')}}),
              HasSubstr("InvalidExecutionInput: "));
}

TEST_F(StepFunctionsDefinitions, ExpressMachinesAreJudgedAndNotMade) {
  const std::string text = definition(testing::kCallback);
  const Json answer = call("ValidateStateMachineDefinition", {{"definition", text}, {"type", "EXPRESS"}});
  EXPECT_EQ(answer.at("result"), "FAIL");
  EXPECT_EQ(
      answer.at("diagnostics")[0],
      (Json{{"severity", "ERROR"},
            {"code", "SCHEMA_VALIDATION_FAILED"},
            {"message", "Express state machine does not support '.waitForTaskToken' service integration "},
            {"location", "/States/A/Resource"}}));
  EXPECT_EQ(call("ValidateStateMachineDefinition", {{"definition", text}}).at("result"), "OK");
  EXPECT_THAT(error_of("CreateStateMachine",
                       {{"name", "m"}, {"definition", text}, {"roleArn", "arn:r"}, {"type", "EXPRESS"}}),
              HasSubstr("StateMachineTypeNotSupported"));
}

TEST_F(StepFunctionsDefinitions, FindingsAreCutAtTheAskedNumber) {
  std::string states;
  for (int i = 0; i < 120; ++i) states += R"(,"S)" + std::to_string(i) + R"(":{"Type":"Pass"})";
  const std::string bad = R"({"StartAt":"S0","States":{)" + states.substr(1) + "}}";
  const auto ask = [&](int most) {
    return call("ValidateStateMachineDefinition", {{"definition", bad}, {"maxResults", most}});
  };
  EXPECT_EQ(ask(2).at("diagnostics").size(), 2U);
  EXPECT_EQ(ask(2).at("truncated"), true);
  EXPECT_EQ(ask(0).at("diagnostics").size(), 100U);
  EXPECT_EQ(ask(0).at("truncated"), true);
}

TEST_F(StepFunctionsDefinitions, WhatIsNotRunHereIsAWarning) {
  const std::string glue =
      definition(R"("A":{"Type":"Task","Resource":"arn:aws:states:::glue:startJobRun","End":true})");
  const Json answer = call("ValidateStateMachineDefinition", {{"definition", glue}, {"severity", "WARNING"}});
  EXPECT_EQ(answer.at("result"), "OK");
  EXPECT_EQ(answer.at("diagnostics")[0].at("severity"), "WARNING");
  EXPECT_TRUE(call("ValidateStateMachineDefinition", {{"definition", glue}}).at("diagnostics").empty());
}

}  // namespace
}  // namespace aurora::local
