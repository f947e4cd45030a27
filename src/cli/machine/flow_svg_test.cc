#include "cli/machine/flow_svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/machines.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(FlowSvg, IsOneFileWithoutScripts) {
  const std::string svg = flow_svg(read_flow(loop_machine()), nullptr, "machine.json");
  EXPECT_THAT(svg, testing::StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_THAT(svg, testing::EndsWith("</svg>\n"));
  for (const char* part : {"<script", "href", "url(", "@import"}) EXPECT_THAT(svg, Not(HasSubstr(part)));
  EXPECT_THAT(svg, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(svg, HasSubstr(">Pause</text>"));
  EXPECT_THAT(svg, HasSubstr("<path class=\"way catch\""));
  EXPECT_THAT(svg, HasSubstr("Retries Busy: 2 times after 2 s"));
}

TEST(FlowSvg, NamesAreNoMarkup) {
  const Json machine = parse_json(
      R"({"StartAt": "<b>", "States": {"<b>": {"Type": "\"><script>", "Comment": "a & b\u0001", "End": true}}})",
      "");
  const std::string svg = flow_svg(read_flow(machine), nullptr, "</title>");
  EXPECT_THAT(svg, Not(HasSubstr("<b>")));
  EXPECT_THAT(svg, Not(HasSubstr("<script>")));
  EXPECT_THAT(svg, HasSubstr("a &amp; b"));
  EXPECT_THAT(svg, Not(HasSubstr("\001")));
  EXPECT_THAT(svg, HasSubstr("<title>&lt;/title&gt;</title>"));
}

TEST(FlowSvg, ColoursWhatAnExecutionDid) {
  const Rehearsal run = rehearsed(loop_machine(), R"({"Copy": {"error": "Broken"}})");
  const Visits visits = visits_of(run.events, run.end);
  const std::string svg = flow_svg(read_flow(loop_machine()), &visits, "run");
  EXPECT_THAT(svg, HasSubstr("<g class=\"state Task caught\">"));
  EXPECT_THAT(svg, HasSubstr("<g class=\"state Succeed not-reached\">"));
  EXPECT_THAT(svg, HasSubstr("<g class=\"state Fail failed\">"));
  EXPECT_THAT(svg, HasSubstr("<path class=\"way catch used\""));
  EXPECT_THAT(svg, HasSubstr("last error Broken"));
}

TEST(FlowSvg, TakesEveryObject) {
  EXPECT_THAT(flow_svg(read_flow(Json::object()), nullptr, "nothing"), HasSubstr("</svg>"));
  EXPECT_THAT(flow_svg(read_flow(nested_machine()), nullptr, "nested"), HasSubstr("class=\"part\""));
}

}  // namespace
}  // namespace aurora::cli
