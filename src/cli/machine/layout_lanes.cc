#include "cli/machine/layout_lanes.h"

#include <algorithm>
#include <cmath>

namespace aurora::cli {
namespace {

constexpr double kLaneGap = 14;
constexpr double kColumnGap = 44;
constexpr double kMargin = 16;
// A lane begins below a row that alone would push it this far out.
constexpr double kWorthIt = 60;

}  // namespace

Lanes::Lanes(const LayoutInput& input) : input_(input) {
  std::vector<double> widths;
  for (const Size& size : input.sizes) widths.push_back(size.width);
  grid_ = make_grid({.flow = input.flow, .widths = std::move(widths), .label_widths = input.label_widths});
  for (std::size_t i = 0; i < input.flow.edges.size(); ++i) routes_.push_back(choose(i));
  for (std::size_t state = 0; state < input.flow.states.size(); ++state) reaches_.push_back(half(state));
  for (std::size_t i = 0; i < input.flow.edges.size(); ++i)
    if (routes_[i].kind == Route::Kind::kDown) {
      double& reach = reaches_[input.flow.edges[i].to];
      reach = std::max(reach, input.label_widths[i] + 8);
    }
  place_columns();
}

bool Lanes::is_free(std::size_t state, Side side, double x) const {
  if (side == Side::kLeft ? x > end(state, side) - 4 : x < end(state, side) + 4) return false;
  for (std::size_t other = 0; other < input_.flow.states.size(); ++other) {
    if (other == state || grid_.row[other] != grid_.row[state]) continue;
    const bool beyond = side == Side::kLeft ? end(other, Side::kLeft) > middle(state)
                                            : end(other, Side::kRight) < middle(state);
    const bool before = side == Side::kLeft ? end(other, Side::kRight) < x : end(other, Side::kLeft) > x;
    if (!beyond && !before) return false;
  }
  return true;
}

bool Lanes::goes_straight_back(std::size_t from, std::size_t to) const {
  if (grid_.row[to] >= grid_.row[from]) return false;
  const double x = grid_.x[from];
  if (x > grid_.x[to] - half(to) - 8) return false;
  for (std::size_t other = 0; other < input_.flow.states.size(); ++other) {
    if (other == to || grid_.column[other] != grid_.column[from]) continue;
    const std::size_t row = grid_.row[other];
    if (row == grid_.row[to] && grid_.x[other] < grid_.x[to]) return false;
    if (row > grid_.row[to] && row < grid_.row[from] && std::abs(grid_.x[other] - x) < half(other) + 8)
      return false;
  }
  return true;
}

LaneKey Lanes::use_lane(std::size_t column, Side side, Sharing sharing, std::size_t state, std::size_t from,
                        std::size_t to) {
  const LaneKey key{column, side, sharing, state};
  lanes_[key].cover(grid_.row[from]);
  lanes_[key].cover(grid_.row[to]);
  return key;
}

Route Lanes::choose(std::size_t number) {
  const FlowEdge& edge = input_.flow.edges[number];
  const std::size_t from_column = grid_.column[edge.from], to_column = grid_.column[edge.to];
  const bool same = grid_.regions.of[edge.from] == grid_.regions.of[edge.to];
  const bool apart = grid_.beside[edge.from] == Grid::kNone && grid_.beside[edge.to] == Grid::kNone;
  const Sharing to_one = edge.is_catch() ? Sharing::kCatchesTo : Sharing::kWaysTo;
  Route route;
  if (same && grid_.beside[edge.to] == edge.from && !edge.is_catch()) {
    route.kind = Route::Kind::kBeside;
  } else if (same && grid_.beside[edge.from] != Grid::kNone && goes_straight_back(edge.from, edge.to)) {
    route.kind = Route::Kind::kBack;
  } else if (same && apart && !edge.is_catch() && !grid_.regions.is_back[number] &&
             grid_.row[edge.from] + grid_.passes[number].size() + 1 == grid_.row[edge.to]) {
    route.kind = Route::Kind::kDown;
  } else if (from_column == to_column) {
    route.kind = Route::Kind::kLane;
    route.out = route.in = edge.is_catch() ? Side::kRight : Side::kLeft;
    route.lane = use_lane(from_column, route.out, to_one, edge.to, edge.from, edge.to);
  } else if (from_column < to_column) {
    route.kind = Route::Kind::kLane;
    route.in = Side::kLeft;
    route.lane = use_lane(to_column, Side::kLeft, to_one, edge.to, edge.from, edge.to);
  } else {
    route.kind = Route::Kind::kAcross;
    route.out = route.in = Side::kLeft;
    route.lane = use_lane(from_column, Side::kLeft, Sharing::kWaysFrom, edge.from, edge.from, edge.from);
    route.lane_in = use_lane(to_column, Side::kLeft, Sharing::kWaysFrom, edge.from, edge.from, edge.to);
  }
  return route;
}

// Short lanes stand nearer to the column.
std::vector<std::pair<LaneKey, Lanes::Lane*>> Lanes::lanes_beside(std::size_t column, Side side) {
  std::vector<std::pair<LaneKey, Lane*>> lanes;
  for (auto& [key, lane] : lanes_)
    if (std::get<0>(key) == column && std::get<1>(key) == side) lanes.emplace_back(key, &lane);
  std::stable_sort(lanes.begin(), lanes.end(), [](const auto& a, const auto& b) {
    return a.second->last - a.second->first < b.second->last - b.second->first;
  });
  return lanes;
}

double Lanes::reach(std::size_t row, std::size_t before_column) const {
  double reach = 0;
  for (std::size_t state = 0; state < input_.flow.states.size(); ++state)
    if (grid_.column[state] < before_column && grid_.row[state] == row)
      reach = std::max(reach, middle(state) + reaches_[state]);
  for (std::size_t edge = 0; edge < input_.flow.edges.size(); ++edge) {
    const std::size_t from = input_.flow.edges[edge].from;
    if (grid_.column[from] >= before_column || row <= grid_.row[from]) continue;
    if (const std::size_t pass = row - grid_.row[from] - 1; pass < grid_.passes[edge].size())
      reach = std::max(reach, pass_x(edge, pass));
  }
  for (const auto& [key, lane] : lanes_)
    if (std::get<0>(key) < before_column && std::get<1>(key) == Side::kRight && lane.first <= row &&
        row <= lane.last)
      reach = std::max(reach, lane.x);
  return reach;
}

// As far left as the rows allow that the column and its lanes span.
double Lanes::first_x(std::size_t column) {
  std::vector<double> reaches;
  for (std::size_t row = 0; row < grid_.rows; ++row) reaches.push_back(reach(row, column));
  std::vector<bool> spans(grid_.rows, false);
  for (std::size_t state = 0; state < input_.flow.states.size(); ++state)
    if (grid_.column[state] == column) spans[grid_.row[state]] = true;
  const std::size_t own =
      static_cast<std::size_t>(std::find(spans.begin(), spans.end(), true) - spans.begin());
  const auto most = [&](std::size_t first, std::size_t last) {
    double reach = 0;
    for (std::size_t row = first; row <= last; ++row) reach = std::max(reach, reaches[row]);
    return reach;
  };
  double x = 0;
  for (auto& [key, lane] : lanes_beside(column, Side::kLeft)) {
    std::size_t first = lane->first;
    while (first < std::min(own, lane->last) && reaches[first] > most(first + 1, lane->last) + kWorthIt)
      ++first;
    x = std::max(x, most(first, lane->last));
  }
  for (std::size_t row = 0; row < grid_.rows; ++row)
    if (spans[row]) x = std::max(x, reaches[row]);
  return x + kColumnGap;
}

void Lanes::place_columns() {
  for (std::size_t column = 0; column < grid_.columns; ++column) {
    const auto left = lanes_beside(column, Side::kLeft);
    const auto right = lanes_beside(column, Side::kRight);
    double x = column == 0 ? kMargin : first_x(column);
    x += kLaneGap * static_cast<double>(left.size());
    for (std::size_t i = 0; i < left.size(); ++i) left[i].second->x = x - kLaneGap * static_cast<double>(i);
    if (!left.empty()) x += column > 0 ? kColumnGap / 2 : kLaneGap;
    column_x_.push_back(x);
    x += grid_.column_widths[column];
    for (std::size_t i = 0; i < right.size(); ++i)
      right[i].second->x = x + kLaneGap * static_cast<double>(i + 1);
    x += kLaneGap * static_cast<double>(right.size());
    width_ = std::max(width_, x + kMargin);
  }
}

}  // namespace aurora::cli
