// Where the states of a flow stand: first step of its layout.
//
// Rows go from top to bottom, so that ways lead down where they can (the layers of Sugiyama, Tagawa and Toda,
// 1981). What follows the start makes the first column; what follows a handler of failures stands in a column
// further right, beside the states whose failures it takes.
#pragma once
#include <vector>

#include "cli/machine/flow.h"

namespace aurora::cli {

struct GridInput {
  const Flow& flow;
  std::vector<double> widths;        // by state
  std::vector<double> label_widths;  // by edge; 0 for none
};

struct Grid {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  FlowRegions regions;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<std::size_t> row;     // by state
  std::vector<std::size_t> column;  // by state
  std::vector<double> x;            // by state: its middle, from the left end of its column
  std::vector<double> column_widths;
  // By state: the Choice to whose left it stands, since it only leads back; kNone for most.
  std::vector<std::size_t> beside;
  // By edge that passes rows on its way down: where, row by row, from the left end of the column.
  std::vector<std::vector<double>> passes;
};

Grid make_grid(const GridInput& input);

}  // namespace aurora::cli
