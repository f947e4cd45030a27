// Where the states and ways of a flow are drawn. Ways run along straight lines between the rows and columns
// of the grid; several that lead to one handler, or come from one choice, share a lane.
#pragma once
#include <optional>
#include <vector>

#include "cli/machine/flow.h"

namespace aurora::cli {

struct Point {
  double x = 0, y = 0;
};

struct Size {
  double width = 0, height = 0;
};

struct LaidWay {
  std::size_t edge = 0;
  std::vector<Point> points;  // from state to state
  // How many of the points are drawn when another way of the same lane draws the rest.
  std::size_t drawn = 0;
  std::optional<Point> label;
  bool label_ends_there = false;  // the label stands to the left of its point
};

struct Layout {
  Size size;
  std::vector<Point> middles;  // by state
  std::vector<LaidWay> ways;
};

struct LayoutInput {
  const Flow& flow;
  std::vector<Size> sizes;           // by state
  std::vector<double> label_widths;  // by edge; 0 for none
};

Layout lay_out(const LayoutInput& input);

}  // namespace aurora::cli
