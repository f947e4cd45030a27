#include "cli/machine/layout.h"

#include <algorithm>
#include <cmath>

#include "cli/machine/layout_lanes.h"

namespace aurora::cli {
namespace {

constexpr double kPortGap = 16;
constexpr double kTrackGap = 11;
constexpr double kChannelLeast = 30;
constexpr double kLabelHeight = 17;
constexpr double kMargin = 16;
constexpr double kMarkRoom = 20;  // for the signs of begin and end

// A height that is known only when the tracks between the rows are counted.
struct Height {
  enum class Kind { kRow, kTop, kBottom, kTrack };
  Kind kind = Kind::kRow;
  std::size_t index = 0;  // a row, a state, or a track
  double shift = 0;
};

struct Bend {
  double x = 0;
  Height y;
};

// A horizontal stretch between two rows.
struct Track {
  std::size_t channel = 0;  // above the row of that number
  double left = 0, right = 0;
  std::size_t level = 0;
};

class Router {
 public:
  explicit Router(const LayoutInput& input)
      : input_(input), flow_(input.flow), lanes_(input), grid_(lanes_.grid()) {}

  Layout lay_out() {
    place_ports();
    for (std::size_t i = 0; i < flow_.edges.size(); ++i) bends_.push_back(bends_of(i));
    level_tracks();
    place_rows();
    return finish();
  }

 private:
  const FlowEdge& edge(std::size_t number) const { return flow_.edges[number]; }
  double half(std::size_t state) const { return lanes_.half(state); }
  double middle(std::size_t state) const { return lanes_.middle(state); }
  double end(std::size_t state, Side side) const { return lanes_.end(state, side); }

  using PortKey = std::tuple<std::size_t, Side, LaneKey, bool>;  // state, side, lane, leads in
  PortKey port_out(std::size_t number) const {
    const Route& route = lanes_.route(number);
    return {edge(number).from, route.out, route.lane, false};
  }
  PortKey port_in(std::size_t number) const {
    const Route& route = lanes_.route(number);
    return {edge(number).to, route.in, route.kind == Route::Kind::kAcross ? route.lane_in : route.lane, true};
  }
  // Of a way straight back: as if it had a lane of its own.
  PortKey port_back(std::size_t number) const {
    return {edge(number).to, Side::kLeft, LaneKey{0, Side::kLeft, Sharing::kWaysFrom, edge(number).from},
            true};
  }

  // Ways on one side of a state do not cross each other there: those from above enter above, further ones
  // further out.
  void place_ports() {
    struct Wish {
      PortKey key;
      double rank;
    };
    std::map<std::pair<std::size_t, Side>, std::vector<Wish>> wishes;
    const auto want = [&](const PortKey& key, std::size_t state, std::size_t other, double x) {
      auto& list = wishes[{state, std::get<1>(key)}];
      for (const Wish& wish : list)
        if (wish.key == key) return;
      const double away = std::abs(x - middle(state));
      list.push_back({key, grid_.row[other] < grid_.row[state] ? away - 1e7 : 1e7 - away});
    };
    for (std::size_t i = 0; i < flow_.edges.size(); ++i) {
      const Route& route = lanes_.route(i);
      const std::size_t from = edge(i).from, to = edge(i).to;
      if (route.kind == Route::Kind::kBack) want(port_back(i), to, from, middle(from));
      if (route.kind != Route::Kind::kLane && route.kind != Route::Kind::kAcross) continue;
      want(port_out(i), from, to, lanes_.lane_x(route.lane));
      const bool across = route.kind == Route::Kind::kAcross;
      want(port_in(i), to, from, lanes_.lane_x(across ? route.lane_in : route.lane));
    }
    for (auto& [place, list] : wishes) {
      std::stable_sort(list.begin(), list.end(),
                       [](const Wish& a, const Wish& b) { return a.rank < b.rank; });
      const double room = input_.sizes[place.first].height - 12;
      const double gap =
          list.size() > 1 ? std::min(kPortGap, room / static_cast<double>(list.size() - 1)) : 0;
      for (std::size_t i = 0; i < list.size(); ++i)
        ports_[list[i].key] = gap * (static_cast<double>(i) - static_cast<double>(list.size() - 1) / 2);
    }
  }

  std::size_t track(std::size_t channel, std::size_t kind, std::size_t number, double a, double b) {
    const auto [found, is_new] = track_of_.try_emplace({channel, kind, number}, tracks_.size());
    if (is_new) tracks_.push_back({channel, std::min(a, b), std::max(a, b)});
    Track& track = tracks_[found->second];
    track.left = std::min({track.left, a, b});
    track.right = std::max({track.right, a, b});
    return found->second;
  }

  static Height row_height(std::size_t row, double shift) { return {Height::Kind::kRow, row, shift}; }
  static Height on_track(std::size_t number) { return {Height::Kind::kTrack, number, 0}; }

  void go(std::vector<Bend>& bends, double x, std::size_t track_number) const {
    bends.push_back({bends.back().x, on_track(track_number)});
    bends.push_back({x, on_track(track_number)});
  }

  std::vector<Bend> bends_of(std::size_t number) {
    switch (lanes_.route(number).kind) {
      case Route::Kind::kDown:
        return down(number);
      case Route::Kind::kBeside:
        return beside(number);
      case Route::Kind::kBack:
        return back(number);
      default:
        return by_lane(number);
    }
  }

  std::vector<Bend> down(std::size_t number) {
    const std::size_t from = edge(number).from, to = edge(number).to;
    std::vector<Bend> bends{{middle(from), {Height::Kind::kBottom, from, 0}}};
    std::size_t channel = grid_.row[from] + 1;
    std::vector<double> places;
    for (std::size_t i = 0; i < grid_.passes[number].size(); ++i) places.push_back(lanes_.pass_x(number, i));
    places.push_back(middle(to));
    for (std::size_t i = 0; i < places.size(); ++i, ++channel)
      if (std::abs(places[i] - bends.back().x) > 0.5)
        go(bends, places[i],
           track(channel, i == 0 ? 0 : 1, i == 0 ? from : number, bends.back().x, places[i]));
    bends.push_back({bends.back().x, {Height::Kind::kTop, to, 0}});
    return bends;
  }

  std::vector<Bend> beside(std::size_t number) {
    const std::size_t from = edge(number).from, to = edge(number).to;
    const Height y = row_height(grid_.row[from], 0);
    return {{end(from, Side::kLeft), y}, {end(to, Side::kRight), y}};
  }

  std::vector<Bend> back(std::size_t number) {
    const std::size_t from = edge(number).from, to = edge(number).to;
    const Height y = row_height(grid_.row[to], ports_.at(port_back(number)));
    return {{middle(from), {Height::Kind::kTop, from, 0}}, {middle(from), y}, {end(to, Side::kLeft), y}};
  }

  bool has_way_down(std::size_t state) const {
    for (std::size_t i = 0; i < flow_.edges.size(); ++i)
      if (edge(i).from == state && lanes_.route(i).kind == Route::Kind::kDown) return true;
    return false;
  }

  // Out of a state's side when that is free, else out of its bottom.
  std::vector<Bend> out(std::size_t number) {
    const Route& route = lanes_.route(number);
    const std::size_t from = edge(number).from;
    const double x = lanes_.lane_x(route.lane);
    if (lanes_.is_free(from, route.out, x)) {
      const Height y = row_height(grid_.row[from], ports_.at(port_out(number)));
      return {{end(from, route.out), y}, {x, y}};
    }
    const double aside = has_way_down(from) ? half(from) / 2 : 0;
    const double begin = middle(from) + (route.out == Side::kLeft ? -aside : aside);
    std::vector<Bend> bends{{begin, {Height::Kind::kBottom, from, 0}}};
    go(bends, x, track(grid_.row[from] + 1, edge(number).is_catch() ? 2 : 3, edge(number).to, begin, x));
    return bends;
  }

  void into(std::size_t number, std::vector<Bend>& bends) {
    const Route& route = lanes_.route(number);
    const std::size_t to = edge(number).to;
    const double from_x = bends.back().x;
    if (lanes_.is_free(to, route.in, from_x)) {
      const Height y = row_height(grid_.row[to], ports_.at(port_in(number)));
      bends.push_back({from_x, y});
      bends.push_back({end(to, route.in), y});
      return;
    }
    const double x = middle(to) + (route.in == Side::kLeft ? -half(to) : half(to)) / 2;
    go(bends, x, track(grid_.row[to], 4, to, from_x, x));
    bends.push_back({x, {Height::Kind::kTop, to, 0}});
  }

  std::vector<Bend> by_lane(std::size_t number) {
    const Route& route = lanes_.route(number);
    const std::size_t from = edge(number).from;
    std::vector<Bend> bends = out(number);
    if (route.kind == Route::Kind::kAcross) {
      const double x = lanes_.lane_x(route.lane_in);
      go(bends, x, track(grid_.row[from] + 1, 5, from, bends.back().x, x));
    }
    into(number, bends);
    return bends;
  }

  // Tracks of one channel that do not overlap share a level; short ones come first.
  void level_tracks() {
    levels_.assign(grid_.rows + 1, 0);
    std::vector<std::size_t> order(tracks_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return tracks_[a].right - tracks_[a].left < tracks_[b].right - tracks_[b].left;
    });
    std::map<std::pair<std::size_t, std::size_t>, std::vector<const Track*>> taken;
    for (const std::size_t number : order) {
      Track& track = tracks_[number];
      const auto collides = [&](const Track* other) {
        return track.left < other->right + 6 && other->left < track.right + 6;
      };
      while (true) {
        auto& level = taken[{track.channel, track.level}];
        if (std::none_of(level.begin(), level.end(), collides)) {
          level.push_back(&track);
          break;
        }
        ++track.level;
      }
      levels_[track.channel] = std::max(levels_[track.channel], track.level + 1);
    }
  }

  bool has_label(std::size_t number) const { return input_.label_widths[number] > 0; }

  double channel_height(std::size_t row, double label) const {
    const double tracks = static_cast<double>(levels_[row]) * kTrackGap;
    const double marks = tracks > 0 ? mark_room_[row] : 0;
    if (row == 0 || row == grid_.rows) return marks + tracks + (tracks > 0 ? kTrackGap : 0);
    return std::max(kChannelLeast, marks + tracks + kTrackGap + 8) + label;
  }

  void place_rows() {
    std::vector<double> heights(grid_.rows, 0);
    std::vector<double> labels(grid_.rows + 1, 0);
    mark_room_.assign(grid_.rows + 1, 0);
    for (std::size_t state = 0; state < flow_.states.size(); ++state)
      if (flow_.states[state].is_end()) mark_room_[grid_.row[state] + 1] = kMarkRoom;
    for (std::size_t state = 0; state < flow_.states.size(); ++state)
      heights[grid_.row[state]] = std::max(heights[grid_.row[state]], input_.sizes[state].height);
    for (std::size_t i = 0; i < flow_.edges.size(); ++i)
      if (lanes_.route(i).kind == Route::Kind::kDown && has_label(i))
        labels[grid_.row[edge(i).to]] = kLabelHeight;
    double y = kMargin + kMarkRoom;
    for (std::size_t row = 0; row <= grid_.rows; ++row) {
      channel_y_.push_back(y);
      y += channel_height(row, labels[row]);
      if (row == grid_.rows) break;
      row_y_.push_back(y + heights[row] / 2);
      y += heights[row];
    }
    height_ = y + kMarkRoom + kMargin;
  }

  double height_of(const Height& height) const {
    switch (height.kind) {
      case Height::Kind::kRow:
        return row_y_[height.index] + height.shift;
      case Height::Kind::kTop:
        return row_y_[grid_.row[height.index]] - input_.sizes[height.index].height / 2;
      case Height::Kind::kBottom:
        return row_y_[grid_.row[height.index]] + input_.sizes[height.index].height / 2;
      case Height::Kind::kTrack:
        return channel_y_[tracks_[height.index].channel] + mark_room_[tracks_[height.index].channel] +
               kTrackGap * static_cast<double>(tracks_[height.index].level + 1);
    }
    return 0;
  }

  void place_label(LaidWay& way) const {
    if (!has_label(way.edge)) return;
    const Route& route = lanes_.route(way.edge);
    const Point& last = way.points.back();
    const Point& before = way.points[way.points.size() - 2];
    const Point& first = way.points.front();
    if (edge(way.edge).is_catch()) {
      // Beside where it leaves the state, since a lane may take up several.
      const bool to_left = way.points[1].x < first.x;
      way.label = Point{first.x + (to_left ? -8 : 8), first.y + (way.points[1].x == first.x ? 12 : -4)};
      way.label_ends_there = to_left;
    } else if (route.kind == Route::Kind::kBeside) {
      way.label = Point{way.points.front().x - 8, last.y - 5};
      way.label_ends_there = true;
    } else if (route.kind == Route::Kind::kDown || before.x == last.x) {
      way.label = Point{last.x + 7, last.y - 8};
    } else {
      const bool from_left = before.x < last.x;
      way.label = Point{last.x + (from_left ? -9 : 9), last.y - 5};
      way.label_ends_there = from_left;
    }
  }

  // Of the ways that share a lane to a state, only the longest from above and from below are drawn to the
  // end.
  void share_lanes(std::vector<LaidWay>& ways) const {
    std::map<std::pair<LaneKey, bool>, std::vector<LaidWay*>> shared;
    for (LaidWay& way : ways) {
      const Route& route = lanes_.route(way.edge);
      if (route.kind != Route::Kind::kLane || way.points.size() < 4 || !edge(way.edge).is_catch()) continue;
      const bool above = way.points[way.points.size() - 3].y < way.points[way.points.size() - 2].y;
      shared[{route.lane, above}].push_back(&way);
    }
    for (auto& [key, group] : shared) {
      const auto farthest =
          std::max_element(group.begin(), group.end(), [](const LaidWay* a, const LaidWay* b) {
            return std::abs(a->points.front().y - a->points.back().y) <
                   std::abs(b->points.front().y - b->points.back().y);
          });
      const bool other_side = shared.contains({key.first, !key.second});
      for (LaidWay* way : group) {
        if (way != *farthest)
          way->drawn = way->points.size() - 2;
        else if (!key.second && other_side)
          way->drawn = way->points.size() - 1;
      }
    }
  }

  Layout finish() {
    Layout layout{.size = {lanes_.width(), height_}, .middles = {}, .ways = {}};
    for (std::size_t state = 0; state < flow_.states.size(); ++state)
      layout.middles.push_back({middle(state), row_y_[grid_.row[state]]});
    for (std::size_t i = 0; i < flow_.edges.size(); ++i) {
      LaidWay way{.edge = i, .points = {}, .drawn = bends_[i].size(), .label = {}};
      for (const Bend& bend : bends_[i]) way.points.push_back({bend.x, height_of(bend.y)});
      place_label(way);
      layout.ways.push_back(std::move(way));
    }
    share_lanes(layout.ways);
    return layout;
  }

  const LayoutInput& input_;
  const Flow& flow_;
  const Lanes lanes_;
  const Grid& grid_;
  std::map<PortKey, double> ports_;
  std::vector<Track> tracks_;
  std::map<std::tuple<std::size_t, std::size_t, std::size_t>, std::size_t> track_of_;
  // By channel: levels of tracks, room for the signs of ends above them, and where it begins.
  std::vector<std::size_t> levels_;
  std::vector<double> mark_room_, channel_y_;
  std::vector<double> row_y_;             // the middles
  std::vector<std::vector<Bend>> bends_;  // by edge
  double height_ = 0;
};

}  // namespace

Layout lay_out(const LayoutInput& input) {
  return Router(input).lay_out();
}

}  // namespace aurora::cli
