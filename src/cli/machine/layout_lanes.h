// Which way each edge of a flow takes through the grid, and where columns and lanes stand: second step of its
// layout.
#pragma once
#include <map>
#include <set>
#include <tuple>

#include "cli/machine/layout.h"
#include "cli/machine/layout_grid.h"

namespace aurora::cli {

enum class Side { kLeft, kRight };

// A lane is a vertical line beside a column, shared by the ways, or the catches, that lead to one state, or
// by the ways that come from one: column, side, which of these, and the state.
enum class Sharing { kWaysTo, kCatchesTo, kWaysFrom };
using LaneKey = std::tuple<std::size_t, Side, Sharing, std::size_t>;

struct Route {
  enum class Kind {
    kDown,    // between the rows, to a row further down
    kBeside,  // to what stands beside a Choice
    kBack,    // from there straight up and back
    kLane,    // along a lane
    kAcross,  // along a lane, between two rows, and along another lane
  };
  Kind kind = Kind::kDown;
  LaneKey lane, lane_in;  // the second one of ways across
  Side out = Side::kRight, in = Side::kRight;
};

class Lanes {
 public:
  explicit Lanes(const LayoutInput& input);

  const Grid& grid() const { return grid_; }
  const Route& route(std::size_t edge) const { return routes_[edge]; }
  double lane_x(const LaneKey& key) const { return lanes_.at(key).x; }
  double width() const { return width_; }

  double half(std::size_t state) const { return input_.sizes[state].width / 2; }
  double middle(std::size_t state) const { return column_x_[grid_.column[state]] + grid_.x[state]; }
  double end(std::size_t state, Side side) const {
    return middle(state) + (side == Side::kLeft ? -half(state) : half(state));
  }
  // Where a way passes a row, from the left end of the drawing.
  double pass_x(std::size_t edge, std::size_t row) const {
    return column_x_[grid_.column[input_.flow.edges[edge].from]] + grid_.passes[edge][row];
  }
  // Whether a way may go from the state's side to x without meeting another state of its row.
  bool is_free(std::size_t state, Side side, double x) const;

 private:
  struct Lane {
    double x = 0;
    std::size_t first = static_cast<std::size_t>(-1), last = 0;  // the rows that it spans
    void cover(std::size_t row) {
      first = std::min(first, row);
      last = std::max(last, row);
    }
  };

  bool goes_straight_back(std::size_t from, std::size_t to) const;
  LaneKey use_lane(std::size_t column, Side side, Sharing sharing, std::size_t state, std::size_t from,
                   std::size_t to);
  Route choose(std::size_t edge);
  std::vector<std::pair<LaneKey, Lane*>> lanes_beside(std::size_t column, Side side);
  // How far what stands in a row of the columns before one reaches to the right.
  double reach(std::size_t row, std::size_t before_column) const;
  double first_x(std::size_t column);
  void place_columns();

  const LayoutInput& input_;
  Grid grid_;
  std::map<LaneKey, Lane> lanes_;
  std::vector<Route> routes_;  // by edge
  std::vector<double> column_x_;
  std::vector<double> reaches_;  // by state: to the right of its middle, labels included
  double width_ = 0;
};

}  // namespace aurora::cli
