#include "cli/executions.h"

#include <gtest/gtest.h>

#include "cli/testing/fake_api.h"

namespace aurora::cli {
namespace {

class Executions : public testing::Test {
 protected:
  Executions() { world.api = api.handle(); }
  FakeApi api;
  World world;
};

TEST_F(Executions, AreReadPageByPage) {
  api.on("stepfunctions.ListExecutions", [](const Json& input) -> Json {
    if (input.contains("nextToken")) return {{"executions", {{{"name", "b"}}}}};
    return {{"executions", {{{"name", "a"}}}}, {"nextToken", "t"}};
  });
  EXPECT_EQ(recent_executions(world).size(), 2u);
}

TEST_F(Executions, SayHowTheyEnded) {
  api.answer("stepfunctions.DescribeExecution",
             {{"status", "FAILED"},
              {"error", "TargetLocked"},
              {"cause", R"({"errorType":"TargetLocked","errorMessage":"held by op-1"})"}});
  const Outcome failed = outcome_of(world, {{"status", "FAILED"}, {"executionArn", "arn"}});
  EXPECT_EQ(failed.text, "TargetLocked");
  EXPECT_EQ(failed.message, "held by op-1");
  EXPECT_EQ(outcome_of(world, {{"status", "ABORTED"}}).text, "cancelled");
  EXPECT_EQ(outcome_of(world, {{"status", "SUCCEEDED"}}).text, "completed");
}

TEST_F(Executions, OfAPipelineThatIsNotThere) {
  api.fail("stepfunctions.ListExecutions", "StateMachineDoesNotExist");
  try {
    recent_executions(world);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "PipelineNotFound");
  }
}

}  // namespace
}  // namespace aurora::cli
