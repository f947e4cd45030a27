#include "cli/machine/flow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/machines.h"

namespace aurora::cli {
namespace {

TEST(Flow, HasStatesAndWays) {
  const Flow flow = read_flow(loop_machine());
  std::vector<std::string> ways;
  for (const FlowEdge& edge : flow.edges)
    ways.push_back(flow.states[edge.from].name + (edge.is_catch() ? " ! " : " > ") +
                   flow.states[edge.to].name + (edge.label.empty() ? "" : " " + edge.label));
  EXPECT_THAT(ways,
              testing::ElementsAre("Copy > IsDone", "Copy ! Undo any error", "IsDone > Done done = true",
                                   "IsDone > Pause otherwise", "Pause > Copy", "Undo > Failed"));
  EXPECT_EQ(flow.states[flow.start].name, "Copy");
  EXPECT_THAT(flow.states[0].retries, testing::ElementsAre("Busy: 2 times after 2 s, then 2 times as long"));
}

TEST(Flow, NestsWhatRunsInside) {
  const Flow flow = read_flow(nested_machine());
  ASSERT_EQ(flow.states.size(), 1u);
  ASSERT_EQ(flow.states[0].parts.size(), 2u);
  EXPECT_EQ(flow.states[0].parts[0].states[0].parts[0].states[0].name, "Send");
  EXPECT_TRUE(flow.states[0].parts[1].states[0].ends);
}

TEST(Flow, ConditionsForOneWayAreJoined) {
  const Flow flow =
      read_flow(parse_json(R"({"StartAt": "A", "States": {"A": {"Type": "Choice", "Default": "B", "Choices": [
    {"Variable": "$.n", "NumericEquals": 1, "Next": "B"}]}, "B": {"Type": "Succeed"}}})",
                           ""));
  ASSERT_EQ(flow.edges.size(), 1u);
  EXPECT_EQ(flow.edges[0].label, "n = 1 or otherwise");
}

TEST(Flow, TakesEveryObject) {
  for (const char* text :
       {"{}", R"({"States": 1})", R"({"StartAt": "X", "States": {"A": {"Next": "Y"}, "B": 7}})",
        R"({"States": {"A": {"Branches": [7], "Catch": 1, "Choices": {"x": 1}}}})"})
    regions_of(read_flow(parse_json(text, "")));
}

TEST(FlowRegions, HandlersOfFailuresStandApart) {
  const Flow flow = read_flow(loop_machine());
  const FlowRegions regions = regions_of(flow);
  ASSERT_EQ(regions.roots.size(), 2u);
  EXPECT_EQ(flow.states[regions.roots[1]].name, "Undo");
  EXPECT_EQ(regions.of[*flow.find("Failed")], 1u);
  EXPECT_EQ(regions.of[*flow.find("Pause")], 0u);
  EXPECT_GT(regions.weight[*flow.find("Done")], regions.weight[*flow.find("Pause")]);
}

TEST(FlowRegions, AFailureThatIsIgnoredHasNoHandler) {
  const Flow flow = read_flow(parse_json(R"({"StartAt": "A", "States": {
    "A": {"Type": "Task", "Next": "B", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}]},
    "B": {"Type": "Succeed"}}})",
                                         ""));
  EXPECT_EQ(regions_of(flow).roots.size(), 1u);
}

}  // namespace
}  // namespace aurora::cli
