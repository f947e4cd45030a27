#include "cli/request_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/started_request.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;

using Request = StartedRequest;

TEST_F(Request, OptionsCarryTheirTypes) {
  EXPECT_EQ(input_of({"--snapshot", "s-1", "--port", "5433", "--readers", "2", "--deletion-protection",
                      "--security-group", "sg-1,sg-2", "--security-group", "sg-3"}),
            (Json{{"port", 5433},
                  {"reader_count", 2},
                  {"snapshot_name", "s-1"},
                  {"vpc_security_group_ids", {"sg-1", "sg-2", "sg-3"}},
                  {"deletion_protection", true}}));
}

TEST_F(Request, OptionWinsOverInputWhateverTheSpelling) {
  EXPECT_EQ(input_of({"--input", R"({"target_cluster":"from-input","target_date":"2026-01-02"})",
                      "--target-cluster", "mine"}),
            (Json{{"snapshot_date", "2026-01-02"}, {"target_cluster_id", "mine"}}));
}

TEST_F(Request, InputFromStandardInput) {
  line.terminal.input = R"({"snapshot_date": "latest"})";
  EXPECT_EQ(input_of({"--input", "-"}), (Json{{"snapshot_date", "latest"}}));
}

TEST_F(Request, SetTakesJsonWhereTheFieldIsNoText) {
  EXPECT_EQ(input_of({"--set", "reader_count=1", "--set", "snapshot_name=2026", "--set",
                      "subnet_ids=[\"subnet-1\"]"}),
            (Json{{"reader_count", 1}, {"snapshot_name", "2026"}, {"subnet_ids", {"subnet-1"}}}));
}

TEST_F(Request, UnknownFieldIsNamedWithTheNearest) {
  refuse({"--set", "snapshot_nam=x"}, "did you mean snapshot_name?");
}

TEST_F(Request, WrongValueNamesFieldValueAndRule) {
  refuse({"--target-region", "us-west-9"}, "target_region is \"us-west-9\": allowed is an AWS Region");
  refuse({"--set", "deletion_protection=maybe"}, "deletion_protection is \"maybe\": must be true or false");
}

TEST_F(Request, MalformedJsonNamesItsSource) {
  refuse({"--input", "{oops"}, "--input");
}

TEST_F(Request, PasswordsHaveNoOption) {
  refuse({"--db-users", "[]"}, "start has no option --db-users");
}

TEST_F(Request, OperationIdIsTheExecutionsName) {
  line.run({"start", "--operation-id", "op-1"});
  const auto calls = line.api.calls_of("stepfunctions.StartExecution");
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls[0].input["name"], "op-1");
  EXPECT_EQ(calls[0].input["stateMachineArn"],
            "arn:aws:states:us-west-2:123456789012:stateMachine:aurora-restore-dev");
  EXPECT_EQ(calls[0].region, "us-west-2");
}

TEST_F(Request, GeneratedIdTellsTheTime) {
  EXPECT_EQ(line.run({"start"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), testing::MatchesRegex("restore-20261121-065209-[0-9a-f]{4}\n"));
}

}  // namespace
}  // namespace aurora::cli
