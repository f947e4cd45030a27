#include "cli/machine/layout.h"

#include <gtest/gtest.h>

#include <random>

#include "cli/testing/machines.h"

namespace aurora::cli {
namespace {

Layout laid_out(const Flow& flow) {
  return lay_out({.flow = flow,
                  .sizes = std::vector<Size>(flow.states.size(), {120, 40}),
                  .label_widths = std::vector<double>(flow.edges.size(), 0)});
}

// States of random machines, with Choices, loops and handlers.
Json random_machine(std::uint32_t seed) {
  std::mt19937 engine(seed);
  const auto draw = [&](std::size_t below) { return static_cast<std::size_t>(engine() % below); };
  const std::size_t count = 2 + draw(14);
  const auto name = [](std::size_t i) { return "S" + std::to_string(i); };
  Json states = Json::object();
  for (std::size_t i = 0; i < count; ++i) {
    Json state{{"Type", "Task"}, {"Next", name(draw(count))}};
    if (draw(3) == 0) {
      state = {{"Type", "Choice"}, {"Default", name(draw(count))}, {"Choices", Json::array()}};
      for (std::size_t n = 0; n <= draw(3); ++n) state["Choices"].push_back({{"Next", name(draw(count))}});
    } else if (draw(2) == 0) {
      state["Catch"] = {{{"ErrorEquals", {"States.ALL"}}, {"Next", name(draw(count))}}};
    }
    states[name(i)] = state;
  }
  return {{"StartAt", name(0)}, {"States", states}};
}

bool between(double value, double a, double b) {
  return value > std::min(a, b) && value < std::max(a, b);
}

// Whether a straight piece of a way goes through a state's box.
bool crosses(const Point& a, const Point& b, const Point& middle) {
  constexpr double kHalfWidth = 59, kHalfHeight = 19;
  if (a.x == b.x)
    return std::abs(a.x - middle.x) < kHalfWidth &&
           (between(middle.y, a.y, b.y) || std::abs(a.y - middle.y) < kHalfHeight ||
            std::abs(b.y - middle.y) < kHalfHeight);
  return std::abs(a.y - middle.y) < kHalfHeight &&
         (between(middle.x, a.x, b.x) || std::abs(a.x - middle.x) < kHalfWidth ||
          std::abs(b.x - middle.x) < kHalfWidth);
}

TEST(Layout, StatesNeverOverlapAndWaysGoAroundThem) {
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    const Flow flow = read_flow(random_machine(seed));
    const Layout layout = laid_out(flow);
    for (std::size_t a = 0; a < flow.states.size(); ++a) {
      const Point& at = layout.middles[a];
      EXPECT_GE(at.x, 60);
      EXPECT_LE(at.x, layout.size.width - 60);
      EXPECT_LE(at.y, layout.size.height - 20);
      for (std::size_t b = a + 1; b < flow.states.size(); ++b)
        EXPECT_TRUE(std::abs(at.x - layout.middles[b].x) >= 120 || std::abs(at.y - layout.middles[b].y) >= 40)
            << flow.states[a].name << " " << flow.states[b].name;
    }
    for (const LaidWay& way : layout.ways)
      for (std::size_t i = 1; i < way.points.size(); ++i) {
        EXPECT_TRUE(way.points[i].x == way.points[i - 1].x || way.points[i].y == way.points[i - 1].y);
        for (std::size_t state = 0; state < flow.states.size(); ++state)
          EXPECT_FALSE(crosses(way.points[i - 1], way.points[i], layout.middles[state]))
              << flow.states[flow.edges[way.edge].from].name << " to "
              << flow.states[flow.edges[way.edge].to].name << " through " << flow.states[state].name;
      }
  }
}

TEST(Layout, WhatOnlyLeadsBackStandsBesideItsChoice) {
  const Flow flow = read_flow(loop_machine());
  const Layout layout = laid_out(flow);
  const auto at = [&](std::string_view name) { return layout.middles[*flow.find(name)]; };
  EXPECT_EQ(at("Pause").y, at("IsDone").y);
  EXPECT_LT(at("Pause").x, at("IsDone").x);
  EXPECT_EQ(at("Copy").x, at("IsDone").x) << "the main way is straight";
  EXPECT_EQ(at("Done").x, at("IsDone").x);
  EXPECT_GT(at("Undo").x, at("Copy").x + 120) << "handlers stand in a column of their own";
}

TEST(Layout, WaysPastManyRowsTakeALane) {
  Json states = Json::object();
  for (int i = 0; i < 300; ++i)
    states["S" + std::to_string(i)] = {
        {"Type", "Choice"}, {"Choices", {{{"Next", "S" + std::to_string(i + 1)}}}}, {"Default", "S300"}};
  states["S300"] = {{"Type", "Succeed"}};
  const Flow flow = read_flow({{"StartAt", "S0"}, {"States", states}});
  const Layout layout = laid_out(flow);
  EXPECT_LT(layout.size.width, 3000);
  EXPECT_LE(layout.ways[1].points.size(), 6u) << "from the first state to the last";
  EXPECT_NEAR(layout.middles[0].x, layout.middles[300].x, 5);
}

TEST(Layout, TheSameFlowIsLaidOutTheSame) {
  const Flow flow = read_flow(random_machine(5));
  const Layout a = laid_out(flow), b = laid_out(flow);
  for (std::size_t i = 0; i < flow.states.size(); ++i) EXPECT_EQ(a.middles[i].x, b.middles[i].x);
}

}  // namespace
}  // namespace aurora::cli
