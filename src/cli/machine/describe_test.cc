#include "cli/machine/describe.h"

#include <gtest/gtest.h>

namespace aurora::cli {
namespace {

std::string rule(const std::string& text) {
  return rule_text(parse_json(text, "the rule"));
}
std::string state(const std::string& text) {
  return state_text(parse_json(text, "the state"));
}

TEST(Describe, RulesReadAsSentences) {
  EXPECT_EQ(rule(R"({"Variable": "$.s", "StringEquals": "up", "Next": "A"})"), "s = \"up\"");
  EXPECT_EQ(rule(R"({"Variable": "$.n", "NumericGreaterThanEqualsPath": "$.least"})"), "n >= least");
  EXPECT_EQ(rule(R"({"Variable": "$.n", "NumericLessThan": 5})"), "n < 5");
  EXPECT_EQ(rule(R"({"Variable": "$$.Execution.Name", "StringMatches": "a*"})"),
            "$$.Execution.Name matches \"a*\"");
  EXPECT_EQ(rule(R"({"Variable": "$.x", "IsPresent": false})"), "x is absent");
  EXPECT_EQ(rule(R"({"Variable": "$.x", "IsNull": true})"), "x is null");
  EXPECT_EQ(rule(R"({"Not": {"Or": [{"Variable": "$.a", "BooleanEquals": true},
                     {"And": [{"Variable": "$.b", "IsNumeric": true}, {"Variable": "$.c", "IsString": false}]}]}})"),
            "not (a = true or (b is a number and c is not a string))");
  EXPECT_EQ(rule(R"({"Condition": "{% $x > 1 %}", "Next": "A"})"), "$x > 1");
  EXPECT_EQ(rule("{}"), "?");
}

TEST(Describe, RetriesSayHowOftenAndWhen) {
  EXPECT_EQ(retry_text(parse_json(R"({"ErrorEquals": ["States.ALL"]})", "")),
            "any error: 3 times after 1 s, then 2 times as long");
  EXPECT_EQ(retry_text(parse_json(R"({"ErrorEquals": ["A", "B", "C"], "MaxAttempts": 6, "IntervalSeconds": 5,
                                      "BackoffRate": 1.5, "MaxDelaySeconds": 60, "JitterStrategy": "FULL"})",
                                  "")),
            "A and 2 others: 6 times after 5 s, then 1.5 times as long, 60 s at most, with jitter");
  EXPECT_EQ(retry_text(parse_json(R"({"ErrorEquals": ["A", "B"], "MaxAttempts": 1})", "")),
            "A, B: once after 1 s");
  EXPECT_EQ(retry_text(parse_json(R"({"ErrorEquals": ["A"], "MaxAttempts": 0})", "")), "A: never");
}

TEST(Describe, StatesSayWhatTheyDo) {
  EXPECT_EQ(state(R"({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                      "Parameters": {"FunctionName": "arn:aws:lambda:us-east-1:1:function:copy:7"}})"),
            "function copy");
  EXPECT_EQ(state(R"({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:copy"})"),
            "function copy");
  EXPECT_EQ(state(R"({"Type": "Task", "Resource": "arn:aws:states:::sns:publish"})"), "sns publish");
  EXPECT_EQ(state(R"({"Type": "Wait", "SecondsPath": "$.retry_after"})"), "retry_after seconds");
  EXPECT_EQ(state(R"({"Type": "Wait", "Seconds": 30})"), "30 s");
  EXPECT_EQ(state(R"({"Type": "Wait", "TimestampPath": "$.at"})"), "until at");
  EXPECT_EQ(state(R"({"Type": "Map", "ItemsPath": "$.list", "MaxConcurrency": 3})"),
            "for each of list, 3 at a time");
  EXPECT_EQ(state(R"({"Type": "Parallel", "Branches": [{}, {}]})"), "2 branches");
  EXPECT_EQ(state(R"({"Type": "Fail", "Error": "Late"})"), "Late");
  EXPECT_EQ(state(R"({"Type": "Pass"})"), "");
}

}  // namespace
}  // namespace aurora::cli
