#include "cli/machine/mocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace aurora::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Json kMachine = parse_json(R"({"StartAt": "Copy", "States": {
  "Copy": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:copy", "Next": "Each"},
  "Each": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "Send", "States": {
    "Send": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}}}}}})",
                                 "the machine");

Mocks mocks(const std::string& text) {
  return Mocks::parse(parse_json(text, "the mocks"), kMachine);
}

std::string problem(const std::string& text) {
  try {
    mocks(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Mocks, AnswersComeInTheirOrder) {
  Mocks given = mocks(R"({"*": "never", "Copy": [
    {"error": "Busy", "cause": "later", "repeat": 2}, {"output": {"n": 1}, "after_seconds": 1.5}, {"output": [2]}]})");
  EXPECT_EQ(given.next("Copy").error, "Busy");
  EXPECT_EQ(given.next("Copy").cause, "later");
  const asl::SimulatedAnswer slow = given.next("Copy");
  EXPECT_EQ(slow.output, R"({"n":1})");
  EXPECT_EQ(slow.after, std::chrono::milliseconds(1500));
  EXPECT_THAT(given.left_over(), ElementsAre("1 answer of Copy was not asked for"));
  EXPECT_EQ(given.next("Copy").output, "[2]");
  EXPECT_THAT(given.left_over(), ElementsAre());
  EXPECT_TRUE(given.next("Send").never);
}

TEST(Mocks, TheLastAnswerRepeatsWhenItSaysSo) {
  Mocks given = mocks(R"({"Copy": {"output": 1, "repeat": true}, "Send": [{"output": 1}]})");
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(given.next("Copy").output, "1");
  given.next("Send");
  EXPECT_THAT(given.left_over(), ElementsAre());
  try {
    given.next("Send");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "MockMissing");
    EXPECT_THAT(error.message(), HasSubstr("the task of Send is asked for answer 2 and has only 1"));
  }
}

TEST(Mocks, ACauseMayBeAFunctionsErrorObject) {
  Mocks given = mocks(R"({"*": {"error": "Busy", "cause": {"errorMessage": "later"}}})");
  EXPECT_EQ(given.next("Copy").cause, R"({"errorMessage":"later"})");
}

TEST(Mocks, EveryTaskWithoutAnswersIsNamedAtOnce) {
  EXPECT_THAT(problem("{}"), HasSubstr("MockMissing: no answer is given for: Copy, Send"));
  EXPECT_EQ(problem(R"({"*": {"output": 1}})"), "");
}

TEST(Mocks, EverythingThatIsWrongIsSaidAtOnce) {
  const std::string text = problem(
      R"({"Cpy": [], "Each": {"output": 1}, "Send": [{"output": 1, "repeat": true}, {"output": 1, "error": "x"},
    {"error": 3}, 7, {"output": 1, "after_seconds": -1}, {"output": 1, "repeat": 0}, {"output": 1, "times": 2}, {}]})");
  for (const char* part :
       {"Cpy: there is no such Task state; did you mean Copy?", "Cpy: the list is empty",
        "Each: there is no such Task state", "Send[0]: only the last answer repeats without an end",
        "Send[1]: give either \"output\" or \"error\"", "Send[2]: \"error\" must be the error's name",
        "Send[3]: 7 is no answer", "Send[4]: \"after_seconds\" must be", "Send[5]: \"repeat\" must be",
        "Send[6]: \"times\" is not known", "Send[7]: give either"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(problem("[]"), HasSubstr("must be a JSON object"));
}

}  // namespace
}  // namespace aurora::cli
