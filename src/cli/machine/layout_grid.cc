#include "cli/machine/layout_grid.h"

#include <algorithm>
#include <map>

namespace aurora::cli {
namespace {

constexpr double kGap = 34;       // between states of a row
constexpr double kPassGap = 18;   // around a way that passes a row
constexpr double kLabelGap = 34;  // beside the label of a way to the side
// A way past more rows than this takes a lane.
constexpr std::size_t kPassRowsMax = 12;
constexpr int kOrderSweeps = 6;
constexpr int kPlaceSweeps = 24;

// What stands in a row: a state, or a way that passes.
struct Item {
  std::size_t state = Grid::kNone;
  std::size_t edge = Grid::kNone;  // of a way that passes
  double left = 0, right = 0;      // from its middle
  double x = 0;
  double order = 0;
  std::vector<std::pair<std::size_t, double>> above{}, below{};  // items and the pull of the way to them
};

// Rows of one region, its items and where they stand.
class Region {
 public:
  Region(const GridInput& input, Grid& grid, std::size_t number)
      : input_(input), grid_(grid), number_(number), item_of_(input.flow.states.size(), Grid::kNone) {}

  // The number of rows.
  std::size_t arrange() {
    find_beside();
    rank();
    make_items();
    for (int sweep = 0; sweep < kOrderSweeps; ++sweep) order(sweep % 2 == 0);
    put_beside();
    for (int sweep = 0; sweep < kPlaceSweeps; ++sweep) place(sweep % 2 == 0);
    return rows_.size();
  }

  double finish() {
    double least = 0, most = 0;
    for (const Item& item : items_) {
      least = std::min(least, item.x - item.left);
      most = std::max(most, item.x + item.right);
    }
    for (const Item& item : items_)
      if (item.state != Grid::kNone) grid_.x[item.state] = item.x - least;
    for (const auto& row : rows_)
      for (const std::size_t number : row)
        if (const Item& item = items_[number]; item.edge != Grid::kNone)
          grid_.passes[item.edge].push_back(item.x - least);
    return most - least;
  }

 private:
  const FlowEdge& edge(std::size_t number) const { return input_.flow.edges[number]; }
  bool is_inside(std::size_t number) const {
    return grid_.regions.of[edge(number).from] == number_ && grid_.regions.of[edge(number).to] == number_;
  }
  // Leads down within the region.
  bool leads_down(std::size_t number) const {
    return is_inside(number) && !edge(number).is_catch() && !grid_.regions.is_back[number] &&
           edge(number).from != edge(number).to && grid_.beside[edge(number).to] == Grid::kNone &&
           grid_.beside[edge(number).from] == Grid::kNone;
  }

  // States that a Choice leads to and that do no more than lead back, such as the Wait of a loop.
  void find_beside() {
    const std::size_t count = input_.flow.states.size();
    std::vector<std::size_t> into(count, 0), out(count, 0), back(count, 0), source(count, Grid::kNone);
    for (std::size_t i = 0; i < input_.flow.edges.size(); ++i) {
      ++into[edge(i).to];
      ++out[edge(i).from];
      source[edge(i).to] = i;
      if (grid_.regions.is_back[i]) ++back[edge(i).from];
    }
    std::vector<bool> taken(count, false);
    for (std::size_t state = 0; state < count; ++state) {
      if (grid_.regions.of[state] != number_ || into[state] != 1 || out[state] != 1 || back[state] != 1)
        continue;
      const std::size_t from = edge(source[state]).from;
      const bool fits = is_inside(source[state]) && !edge(source[state]).is_catch() && !taken[from] &&
                        input_.flow.states[state].parts.empty() && state != grid_.regions.roots[number_] &&
                        grid_.beside[from] == Grid::kNone && from != state;
      if (!fits) continue;
      taken[from] = true;
      grid_.beside[state] = from;
    }
  }

  // Each state stands below everything that leads down to it.
  void rank() {
    std::vector<std::size_t> waiting(input_.flow.states.size(), 0);
    for (std::size_t i = 0; i < input_.flow.edges.size(); ++i)
      if (leads_down(i)) {
        ++waiting[edge(i).to];
        down_[edge(i).from].push_back(i);
      }
    std::vector<std::size_t> ready;
    for (std::size_t state = 0; state < input_.flow.states.size(); ++state)
      if (grid_.regions.of[state] == number_ && grid_.beside[state] == Grid::kNone && waiting[state] == 0)
        ready.push_back(state);
    while (!ready.empty()) {
      const std::size_t state = ready.back();
      ready.pop_back();
      for (const std::size_t way : down_[state]) {
        std::size_t& row = grid_.row[edge(way).to];
        row = std::max(row, grid_.row[state] + 1);
        if (--waiting[edge(way).to] == 0) ready.push_back(edge(way).to);
      }
    }
    for (std::size_t state = 0; state < input_.flow.states.size(); ++state)
      if (grid_.regions.of[state] == number_ && grid_.beside[state] != Grid::kNone)
        grid_.row[state] = grid_.row[grid_.beside[state]];
  }

  std::size_t add_item(Item item, std::size_t row) {
    if (rows_.size() <= row) rows_.resize(row + 1);
    rows_[row].push_back(items_.size());
    items_.push_back(std::move(item));
    return items_.size() - 1;
  }

  Item state_item(std::size_t state) const {
    Item item{.state = state, .left = input_.widths[state] / 2, .right = input_.widths[state] / 2};
    // A label stands to the right of the way that comes from above.
    for (std::size_t i = 0; i < input_.flow.edges.size(); ++i)
      if (edge(i).to == state && leads_down(i)) item.right = std::max(item.right, input_.label_widths[i] + 8);
    return item;
  }

  // The heaviest way first, so that the main one stands left.
  void make_items() {
    std::vector<std::size_t> open{grid_.regions.roots[number_]};
    while (!open.empty()) {
      const std::size_t state = open.back();
      open.pop_back();
      if (item_of_[state] != Grid::kNone) continue;
      item_of_[state] = add_item(state_item(state), grid_.row[state]);
      std::vector<std::size_t> next;
      for (const std::size_t way : down_[state]) next.push_back(edge(way).to);
      std::stable_sort(next.begin(), next.end(), [&](std::size_t a, std::size_t b) {
        return grid_.regions.weight[a] < grid_.regions.weight[b];
      });
      open.insert(open.end(), next.begin(), next.end());
    }
    for (const auto& [state, ways] : down_)
      for (const std::size_t way : ways) connect(way);
  }

  void join(std::size_t upper, std::size_t lower, double pull) {
    items_[upper].below.emplace_back(lower, pull);
    items_[lower].above.emplace_back(upper, pull);
  }

  void connect(std::size_t way) {
    constexpr double kPull = 1, kMainPull = 1000, kPassPull = 6;
    std::size_t heaviest = 0;
    for (const std::size_t other : down_[edge(way).from])
      heaviest = std::max(heaviest, static_cast<std::size_t>(grid_.regions.weight[edge(other).to]));
    const bool is_main = static_cast<std::size_t>(grid_.regions.weight[edge(way).to]) == heaviest;
    std::size_t upper = item_of_[edge(way).from];
    const std::size_t last = item_of_[edge(way).to];
    const std::size_t from_row = grid_.row[edge(way).from], to_row = grid_.row[edge(way).to];
    if (to_row - from_row > kPassRowsMax) return;
    for (std::size_t row = from_row + 1; row < to_row; ++row) {
      const std::size_t pass = add_item({.edge = way, .left = kPassGap / 2, .right = kPassGap / 2}, row);
      join(upper, pass, row == from_row + 1 ? kPull : kPassPull);
      upper = pass;
    }
    join(upper, last, is_main && to_row == from_row + 1 ? kMainPull : kPull);
  }

  // By the mean of what stands above or below (the barycentre heuristic).
  void order(bool downwards) {
    for (auto& row : rows_)
      for (std::size_t i = 0; i < row.size(); ++i) items_[row[i]].order = static_cast<double>(i);
    for (std::size_t step = 0; step < rows_.size(); ++step) {
      auto& row = rows_[downwards ? step : rows_.size() - 1 - step];
      for (const std::size_t number : row) {
        const auto& near = downwards ? items_[number].above : items_[number].below;
        if (near.empty()) continue;
        double sum = 0;
        for (const auto& [other, pull] : near) sum += items_[other].order;
        items_[number].order = sum / static_cast<double>(near.size());
      }
      std::stable_sort(row.begin(), row.end(),
                       [&](std::size_t a, std::size_t b) { return items_[a].order < items_[b].order; });
      for (std::size_t i = 0; i < row.size(); ++i) items_[row[i]].order = static_cast<double>(i);
    }
  }

  void put_beside() {
    for (std::size_t state = 0; state < input_.flow.states.size(); ++state) {
      if (grid_.regions.of[state] != number_ || grid_.beside[state] == Grid::kNone) continue;
      double label = 0;
      for (std::size_t i = 0; i < input_.flow.edges.size(); ++i)
        if (edge(i).to == state) label = std::max(label, input_.label_widths[i]);
      const std::size_t number = add_item(state_item(state), grid_.row[state]);
      Item& item = items_[number];
      item.right += label + kLabelGap - kGap;
      item_of_[state] = number;
      auto& row = rows_[grid_.row[state]];
      row.pop_back();
      row.insert(std::find(row.begin(), row.end(), item_of_[grid_.beside[state]]), number);
    }
  }

  // Where an item would like to stand, by what stands above or below, and how much.
  std::pair<double, double> wish(const Item& item, bool downwards) const {
    double sum = 0, pulls = 0;
    for (const auto& [other, pull] : downwards ? item.above : item.below) {
      sum += pull * items_[other].x;
      pulls += pull;
    }
    return pulls > 0 ? std::pair(sum / pulls, pulls) : std::pair(item.x, 0.01);
  }

  double distance(const Item& a, const Item& b) const { return a.right + kGap + b.left; }

  void place(bool downwards) {
    for (std::size_t step = 0; step < rows_.size(); ++step)
      place_row(rows_[downwards ? step : rows_.size() - 1 - step], downwards);
  }

  // The places nearest to the wishes that keep the distances: a regression with an order, solved by joining
  // neighbours into blocks for as long as a block would stand left of the one before it.
  void place_row(const std::vector<std::size_t>& row, bool downwards) {
    struct Block {
      double sum = 0, pulls = 0;
      std::size_t count = 0;
      double mean() const { return sum / pulls; }
    };
    std::vector<Block> blocks;
    std::vector<double> shift(row.size(), 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) shift[i] = shift[i - 1] + distance(items_[row[i - 1]], items_[row[i]]);
      const auto [place, pull] = wish(items_[row[i]], downwards);
      blocks.push_back({(place - shift[i]) * pull, pull, 1});
      while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() > blocks.back().mean()) {
        const Block last = blocks.back();
        blocks.pop_back();
        blocks.back().sum += last.sum;
        blocks.back().pulls += last.pulls;
        blocks.back().count += last.count;
      }
    }
    std::size_t i = 0;
    for (const Block& block : blocks)
      for (std::size_t n = 0; n < block.count; ++n, ++i) items_[row[i]].x = block.mean() + shift[i];
    keep_beside_near(row);
  }

  // What stands beside a Choice goes along with it.
  void keep_beside_near(const std::vector<std::size_t>& row) {
    for (std::size_t i = row.size(); i-- > 1;) {
      Item& item = items_[row[i - 1]];
      if (item.state == Grid::kNone || grid_.beside[item.state] == Grid::kNone) continue;
      item.x = items_[row[i]].x - distance(item, items_[row[i]]);
    }
  }

  const GridInput& input_;
  Grid& grid_;
  const std::size_t number_;
  std::vector<std::size_t> item_of_;
  std::map<std::size_t, std::vector<std::size_t>> down_;  // edges by where they begin
  std::vector<Item> items_;
  std::vector<std::vector<std::size_t>> rows_;
};

// Puts the regions beside each other.
class Columns {
 public:
  Columns(const GridInput& input, Grid& grid) : input_(input), grid_(grid) {}

  void arrange() {
    for (std::size_t number = 0; number < grid_.regions.roots.size(); ++number) {
      Region region(input_, grid_, number);
      const std::size_t rows = region.arrange();
      const std::size_t first = number == 0 ? 0 : first_row(number, rows);
      const std::size_t column = number == 0 ? 0 : free_column(first, rows);
      taken_.push_back({column, first, first + rows});
      grid_.rows = std::max(grid_.rows, first + rows);
      grid_.columns = std::max(grid_.columns, column + 1);
      grid_.column_widths.resize(grid_.columns, 0);
      grid_.column_widths[column] = std::max(grid_.column_widths[column], region.finish());
      for (std::size_t state = 0; state < input_.flow.states.size(); ++state) {
        if (grid_.regions.of[state] != number) continue;
        grid_.row[state] += first;
        grid_.column[state] = column;
      }
    }
  }

 private:
  struct Taken {
    std::size_t column, begin, end;
  };

  bool is_placed(std::size_t state, std::size_t before) const { return grid_.regions.of[state] < before; }

  // In the middle of the states whose failures it takes, but below what leads to it otherwise.
  std::size_t first_row(std::size_t number, std::size_t rows) const {
    std::vector<std::size_t> failing;
    std::size_t least = 0;
    for (const FlowEdge& edge : input_.flow.edges) {
      if (grid_.regions.of[edge.to] != number || !is_placed(edge.from, number)) continue;
      if (edge.is_catch())
        failing.push_back(grid_.row[edge.from]);
      else
        least = std::max(least, grid_.row[edge.from] + 1);
    }
    std::sort(failing.begin(), failing.end());
    std::size_t first = failing.empty() ? least : failing[failing.size() / 2];
    if (failing.size() > 1 && first + rows > grid_.rows) first = grid_.rows > rows ? grid_.rows - rows : 0;
    return std::max(first, least);
  }

  std::size_t free_column(std::size_t first, std::size_t rows) const {
    std::size_t column = 1;
    for (const Taken& each : taken_)
      if (each.column >= column && each.begin < first + rows && first < each.end) column = each.column + 1;
    return column;
  }

  const GridInput& input_;
  Grid& grid_;
  std::vector<Taken> taken_;
};

}  // namespace

Grid make_grid(const GridInput& input) {
  const std::size_t count = input.flow.states.size();
  Grid grid;
  grid.regions = regions_of(input.flow);
  grid.row.assign(count, 0);
  grid.column.assign(count, 0);
  grid.x.assign(count, 0);
  grid.beside.assign(count, Grid::kNone);
  grid.passes.assign(input.flow.edges.size(), {});
  Columns(input, grid).arrange();
  return grid;
}

}  // namespace aurora::cli
