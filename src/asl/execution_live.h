// What the parts of the interpreter share. Used by execution*.cc and the simulation only.
#pragma once
#include "asl/execution.h"

namespace aurora::asl {

// What a strand has in memory beyond its row; all of it can be found again from the history.
struct Execution::Live {
  std::optional<Value> input;
  std::optional<Value> effective;  // a Parallel's or Map's input after InputPath and Parameters
  std::optional<Json> items;
  std::optional<Json> context;
  std::string task_input;
  std::size_t results_bytes = 0;  // of the branches or iterations that are done
};

// The history has no room for more than the event that ends it.
struct HistoryFull {};

inline Duration to_duration(double seconds) {
  constexpr double kSecondsMax = 1e11;     // beyond any calendar, and far from overflow
  if (!(seconds > 0)) return Duration(0);  // what is no number too
  return Duration(static_cast<std::int64_t>(std::min(seconds, kSecondsMax) * 1e6));
}

}  // namespace aurora::asl
