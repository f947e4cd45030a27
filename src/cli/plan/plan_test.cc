#include "cli/plan/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/command_line.h"
#include "restore/prices.h"

namespace aurora::cli {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;
using testing::HasSubstr;
using testing::Not;

CostBasis basis(Json parameters) {
  return {.size_gib = 1000,
          .copies = true,
          .source_region = "eu-central-1",
          .target_region = "us-west-2",
          .hours = 2,
          .parameters = std::move(parameters)};
}

TEST(PlanCost, TransferCopyInstancesAndStorage) {
  const CostEstimate cost =
      estimate_cost(basis({{"db_instance_class", "db.r6g.xlarge"}, {"reader_count", 1}}));
  // 1000 GiB at 0.02, 1000 GiB for 2 of 730 hours at 0.021 a month, two xlarge for two hours at 0.52.
  EXPECT_THAT(total(cost.once), DoubleNear(20 + 21.0 * 2 / 730 + 2 * 2 * 0.52, 1e-6));
  EXPECT_THAT(total(cost.each_month), DoubleNear(100 + 2 * 0.52 * 730, 1e-6));
}

TEST(PlanCost, CopyThatStaysCostsEachMonth) {
  const CostEstimate cost =
      estimate_cost(basis({{"db_instance_class", "db.r6g.large"}, {"delete_copied_snapshot", false}}));
  EXPECT_THAT(cost.each_month.front().usd, DoubleNear(21, 1e-6));
}

TEST(PlanCost, UnknownClassIsNamedAsNotCounted) {
  const CostEstimate cost = estimate_cost(basis({{"db_instance_class", "db.q9.large"}}));
  EXPECT_THAT(cost.not_counted.front(), HasSubstr("db.q9.large"));
}

TEST(PlanCost, NothingToPayWithinARegion) {
  EXPECT_EQ(restore::transfer_gib("us-west-2", "us-west-2"), 0);
  EXPECT_THAT(restore::transfer_gib("us-east-1", "us-east-2"), DoubleEq(0.01));
  EXPECT_THAT(restore::transfer_gib("us-east-1", "eu-west-1"), DoubleEq(0.02));
}

const Json kAnswer{{"message", "Nothing stands in the way of this restore"},
                   {"snapshot_exists", true},
                   {"copy_needed", true},
                   {"snapshot_name", "orders-2026-11-20"},
                   {"source_region", "us-east-1"},
                   {"engine", "aurora-postgresql"},
                   {"engine_version", "15.13"},
                   {"allocated_storage_gib", 2000},
                   {"created_at", "2026-11-20T02:00:00.000Z"},
                   {"target_region", "us-west-2"},
                   {"target_cluster_id", "orders-copy"},
                   {"findings", Json::array()},
                   {"preflight_warnings", {"the password stands in plain text"}},
                   {"parameters", {{"db_instance_class", "db.r6g.large"}, {"replace_strategy", "retire"}}}};

class PlanCommand : public testing::Test {
 protected:
  PlanCommand() {
    line.api.on("lambda.Invoke", [this](const Json& input) {
      const Json event = parse_json(string_or(input, "Payload", ""), "the event");
      EXPECT_TRUE(bool_or(event, "dry_run", false)) << "a plan only looks";
      return Json{{"Payload", dump_json(answer)}};
    });
    line.api.answer("rds.DescribeDBClusters", {{"DBClusters", Json::array()}});
    // The table is read by its index where it has one.
    for (const char* read : {"dynamodb.Scan", "dynamodb.Query"})
      line.api.answer(read, {{"Items", Json::array()}});
    line.api.answer("stepfunctions.DescribeStateMachine", {{"definition", R"({"TimeoutSeconds": 7200})"}});
  }
  void let_target_exist() {
    line.api.answer(
        "rds.DescribeDBClusters",
        {{"DBClusters",
          {{{"DBClusterIdentifier", "orders-copy"},
            {"Status", "available"},
            {"DBClusterMembers",
             {{{"DBInstanceIdentifier", "orders-copy-instance-1"}, {"IsClusterWriter", true}}}}}}}});
  }

  Json answer = kAnswer;
  TestCommandLine line;
};

TEST_F(PlanCommand, SaysWhatHowLongAndHowMuch) {
  EXPECT_EQ(line.run({"plan", "--snapshot-date", "latest"}), ExitCode::kDone) << line.err();
  EXPECT_THAT(line.out(), HasSubstr("orders-2026-11-20-copy"));
  EXPECT_THAT(line.out(), HasSubstr("How long"));
  EXPECT_THAT(line.out(), HasSubstr("here it costs nothing"));
  EXPECT_THAT(line.out(), HasSubstr("Transfer of 2000 GiB from us-east-1 to us-west-2"));
  EXPECT_THAT(line.out(), HasSubstr(restore::kPricesAsOf));
  EXPECT_THAT(line.out(), HasSubstr("the password stands in plain text"));
  for (const auto& call : line.api.calls)
    EXPECT_TRUE(call.operation.starts_with("Describe") || call.operation == "Scan" ||
                call.operation == "Query" || call.operation == "Invoke")
        << call.operation;
}

TEST_F(PlanCommand, OldClusterIsPutAsideAndDeletedAfterwards) {
  let_target_exist();
  line.run({"plan", "--json"});
  const Json plan = parse_json(line.out(), "the plan");
  std::vector<std::string> clusters;
  for (const Json& action : plan["actions"])
    if (action["what"] == "cluster") clusters.push_back(action["action"]);
  EXPECT_EQ(clusters, (std::vector<std::string>{"rename", "create", "delete"}));
  EXPECT_THAT(line.out(), HasSubstr("orders-copy-instance-1"));
}

TEST_F(PlanCommand, DeleteStrategyDeletesFirst) {
  let_target_exist();
  answer["parameters"]["replace_strategy"] = "delete";
  line.run({"plan", "--json"});
  const Json plan = parse_json(line.out(), "the plan");
  EXPECT_EQ(plan["actions"][1]["action"], "delete");
  EXPECT_EQ(plan["actions"][2]["action"], "create");
}

// Two terabytes are assumed to take up to ten hours; the documents' two hours are not enough.
TEST_F(PlanCommand, WarnsOfATimeoutThatIsTooShort) {
  answer["target_region"] = "us-west-2";
  line.api.answer("sts.GetCallerIdentity", {{"Account", "123456789012"}});
  EXPECT_EQ(line.run({"plan", "--env", "prod", "--region", "us-west-2"}), ExitCode::kDone) << line.err();
  EXPECT_THAT(line.out(), HasSubstr("ends an execution after 7200 s"));
  EXPECT_THAT(line.out(), HasSubstr("STATE_MACHINE_TIMEOUT_SECONDS"));
  line.api.answer("stepfunctions.DescribeStateMachine", {{"definition", R"({"TimeoutSeconds": 90000})"}});
  line.run({"plan", "--env", "prod", "--region", "us-west-2"});
  EXPECT_THAT(line.out(), Not(HasSubstr("STATE_MACHINE_TIMEOUT_SECONDS")));
}

TEST_F(PlanCommand, FindingsDecideTheExitCode) {
  answer["findings"] = {{{"name", "TargetExists"}, {"message", "it is another's"}, {"hint", "Choose."}}};
  answer["message"] = "1 thing stands in the way of this restore";
  EXPECT_EQ(line.run({"plan"}), ExitCode::kFailed);
  EXPECT_THAT(line.out(), HasSubstr("TargetExists"));
  answer["findings"].push_back({{"name", "TopicNotFound"}, {"message", "no"}, {"hint", ""}});
  EXPECT_EQ(line.run({"plan"}), ExitCode::kBadInput);
}

TEST_F(PlanCommand, WhatMayNotBeSeenIsSaid) {
  for (const char* read : {"dynamodb.Scan", "dynamodb.Query"})
    line.api.fail(read, "AccessDeniedException", "not you");
  EXPECT_EQ(line.run({"plan"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("past operations could not be looked at (AccessDeniedException"));
}

TEST_F(PlanCommand, WithoutASnapshotThereIsNothingToPlan) {
  answer = {{"message", "1 thing stands in the way of this restore"},
            {"snapshot_exists", false},
            {"findings", {{{"name", "SnapshotNotFound"}, {"message", "none"}, {"hint", ""}}}}};
  EXPECT_EQ(line.run({"plan"}), ExitCode::kNotFound);
  EXPECT_THAT(line.out(), Not(HasSubstr("How long")));
}

}  // namespace
}  // namespace aurora::cli
