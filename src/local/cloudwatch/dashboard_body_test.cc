#include "local/cloudwatch/dashboard_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::local::cloudwatch {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> shown(const std::vector<DashboardFinding>& findings) {
  std::vector<std::string> lines;
  for (const DashboardFinding& each : findings) lines.push_back(each.path + ": " + each.message);
  return lines;
}

std::vector<std::string> errors(const Json& widgets) {
  return shown(check_dashboard_body(dump_json({{"widgets", widgets}})).errors);
}

Json metric_widget(const Json& metrics) {
  return {{"type", "metric"}, {"properties", {{"region", "us-west-2"}, {"metrics", metrics}}}};
}

// The widgets of a dashboard with one metric.
Json with_metric(const Json& metric) {
  return Json::array({metric_widget(Json::array({metric}))});
}

TEST(DashboardBody, OfTheUsualWidgetsIsFine) {
  Json placed = metric_widget({{"AWS/Lambda", "Errors", "FunctionName", "f", {{"stat", "Sum"}}},
                               {"...", "g"},
                               {{{"expression", "SUM(METRICS())"}, {"id", "e1"}}}});
  placed.update({{"x", 12}, {"y", 0}, {"width", 12}, {"height", 6}});
  const DashboardFindings findings = check_dashboard_body(
      dump_json({{"start", "-PT6H"},
                 {"widgets", {placed, {{"type", "text"}, {"properties", {{"markdown", "# Hello"}}}}}}}));
  EXPECT_THAT(shown(findings.errors), IsEmpty());
  EXPECT_THAT(shown(findings.warnings), IsEmpty());
}

TEST(DashboardBody, MustBeAnObjectWithWidgets) {
  EXPECT_THAT(shown(check_dashboard_body("[").errors),
              ElementsAre(": The field DashboardBody must be a valid JSON object"));
  EXPECT_THAT(shown(check_dashboard_body("{}").errors),
              ElementsAre(": Should have required property 'widgets'"));
}

TEST(DashboardBody, PointsAtWhatIsWrong) {
  EXPECT_THAT(errors({{{"type", "text"}, {"properties", Json::object()}}}),
              ElementsAre("/widgets/0/properties: Should have required property 'markdown'"));
  EXPECT_THAT(
      errors({{{"type", "graph"}, {"properties", Json::object()}}}),
      ElementsAre("/widgets/0/type: Should be equal to one of the allowed values: metric, text, log, alarm, "
                  "explorer, custom"));
  EXPECT_THAT(errors(with_metric(Json::array({"AWS/Lambda"}))),
              ElementsAre("/widgets/0/properties/metrics/0: Should NOT have fewer than 2 items"));
  EXPECT_THAT(errors(with_metric(Json::array({"AWS/Lambda", "Errors", "FunctionName"}))),
              ElementsAre("/widgets/0/properties/metrics/0: Dimension should have both a name and a value"));
  EXPECT_THAT(
      errors(with_metric(Json::array({{{"expression", "SUM("}}}))),
      ElementsAre("/widgets/0/properties/metrics/0/expression: Error in expression 'expr': Syntax error: the "
                  "expression ends early"));
}

TEST(DashboardBody, WidgetsMustFitTheGrid) {
  Json wide = with_metric(Json::array({"N", "m"}))[0];
  wide.update({{"x", 13}, {"y", 0}, {"width", 12}});
  EXPECT_THAT(errors(Json::array({wide})),
              ElementsAre("/widgets/0: Widget does not fit: x plus width should be <= 24"));
}

TEST(DashboardBody, UnknownMembersAreStoredWithAWarning) {
  Json odd = with_metric(Json::array({"N", "m"}))[0];
  odd["properties"]["colour"] = "red";
  const DashboardFindings findings = check_dashboard_body(dump_json({{"widgets", Json::array({odd})}}));
  EXPECT_THAT(shown(findings.errors), IsEmpty());
  EXPECT_THAT(shown(findings.warnings),
              ElementsAre("/widgets/0/properties/colour: Should NOT have additional properties"));
}

}  // namespace
}  // namespace aurora::local::cloudwatch
