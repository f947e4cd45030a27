#include "cli/machine/flow_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/machines.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;

const Style kPlain({.tty = false, .colour = false, .unicode = true, .width = 80});
const Style kAscii({.tty = false, .colour = false, .unicode = false, .width = 80});

TEST(FlowText, DrawsChoicesLoopsAndHandlers) {
  EXPECT_EQ(draw_flow(read_flow(loop_machine()), nullptr, kPlain),
            "■ Copy    function copy\n"
            "│   ⟳ Busy: 2 times after 2 s, then 2 times as long\n"
            "│   ↯ any error → Undo\n"
            "│\n"
            "◆ IsDone  choice\n"
            "├╴ otherwise\n"
            "│    ◷ Pause  wait: 30 s\n"
            "│    ↺ Copy\n"
            "├╴ done = true\n"
            "│\n"
            "● Done    succeed\n"
            "\n"
            "After a failure of Copy:\n"
            "▪ Undo    pass\n"
            "│\n"
            "✗ Failed  fail: CopyFailed\n");
}

TEST(FlowText, DrawsWithAsciiWhereTheLocaleHasNoMore) {
  const std::string text = draw_flow(read_flow(loop_machine()), nullptr, kAscii);
  EXPECT_THAT(text, HasSubstr("? IsDone  choice\n+- otherwise\n|    ~ Pause  wait: 30 s\n|    <- Copy\n"));
  for (const char c : text) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
}

TEST(FlowText, DrawsWhatRunsInside) {
  EXPECT_EQ(draw_flow(read_flow(nested_machine()), nullptr, kAscii),
            "= Both  parallel: 2 branches; end\n"
            "    @ Busy: once after 1 s\n"
            "+- branch 1\n"
            "|    % Each  map: for each of list; end\n"
            "|    +- each item\n"
            "|    |    # Send  function send; end\n"
            "+- branch 2\n"
            "|    ~ Rest  wait: 5 s; end\n");
}

TEST(FlowText, ShowsWhatAnExecutionDid) {
  const Rehearsal run =
      rehearsed(loop_machine(), R"({"Copy": [{"output": {"done": false}}, {"error": "Broken"}]})");
  const Visits visits = visits_of(run.events, run.end);
  const std::string text = draw_flow(read_flow(loop_machine()), &visits, kPlain);
  EXPECT_THAT(text, HasSubstr("■ Copy    caught, 2 times: Broken\n│   ↯ any error → Undo\n"));
  EXPECT_THAT(text, HasSubstr("◷ Pause  succeeded, 30 s\n"));
  EXPECT_THAT(text, HasSubstr("\n● Done\n"));
  EXPECT_THAT(text, HasSubstr("✗ Failed  failed\n"));
}

TEST(FlowText, SaysWhetherAWayLeadsUpOrDown) {
  const Flow flow = read_flow(parse_json(R"({"StartAt": "A", "States": {
    "A": {"Type": "Choice", "Default": "B", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "C"}]},
    "B": {"Type": "Pass", "Next": "D"}, "C": {"Type": "Pass", "Next": "D"}, "D": {"Type": "Succeed"}}})",
                                         ""));
  EXPECT_EQ(draw_flow(flow, nullptr, kAscii),
            "? A  choice\n"
            "+- otherwise\n"
            "|    . B  pass\n"
            "|    v D\n"
            "+- n = 1\n"
            "|\n"
            ". C  pass\n"
            "|\n"
            "* D  succeed\n");
}

TEST(FlowText, LinesFitTheTerminal) {
  const Flow flow =
      read_flow(parse_json(R"({"StartAt": "A", "States": {"A": {"Type": "Choice", "Default": "B", "Choices": [
    {"Variable": "$.a_rather_long_name_of_a_variable", "StringEquals": "and what it is compared with here", "Next": "C"}]},
    "B": {"Type": "Succeed"}, "C": {"Type": "Succeed"}}})",
                           ""));
  const Style narrow({.tty = true, .colour = false, .unicode = true, .width = 50});
  const std::string text = draw_flow(flow, nullptr, narrow);
  EXPECT_THAT(text, HasSubstr("├╴ a_rather_long_name_of_a_variable = \"and what i…\n"));
}

TEST(FlowText, TakesEveryObject) {
  EXPECT_EQ(draw_flow(read_flow(Json::object()), nullptr, kPlain), "");
}

}  // namespace
}  // namespace aurora::cli
