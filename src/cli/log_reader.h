// The log lines of the pipeline's functions, merged over all of their log groups.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/world.h"

namespace aurora::cli {

// One line of one function's log.
struct LogLine {
  TimePoint time;
  std::string id;  // of the event; CloudWatch gives each its own
  std::string step;
  std::string function;
  std::string level;    // empty for what a function did not write itself
  std::string message;  // the whole line when it is no JSON
  Json fields;          // the line's other members; an object
};

struct LogRequest {
  std::string operation_id;        // empty: of all operations
  std::string least_level;         // "warning"; empty: all
  std::vector<std::string> steps;  // by the registry's names; empty: all
  bool metrics = false;            // with lines in embedded metric format
};

// Calls FilterLogEvents for each function: ten calls a second are allowed for an account and Region, so on
// AWS calls are spaced.
class LogReader {
 public:
  // Both outlive it. Throws Error "UsageError" for a step that there is not.
  LogReader(Context& context, World& world, LogRequest request);

  // Lines from `begin` on, in the order of time: the newest `count_max`. Throws Error "PipelineNotFound" when
  // not one function has a log.
  std::vector<LogLine> read(TimePoint begin, std::size_t count_max);
  // Whether the last read() left older lines out.
  bool left_out() const { return left_out_; }

 private:
  void read_group(const std::string& step, TimePoint begin, std::vector<LogLine>& lines);
  void wait_for_turn();
  std::string pattern() const;
  std::optional<LogLine> line_of(const Json& event, const std::string& step) const;

  Context& context_;
  World& world_;
  LogRequest request_;
  std::optional<TimePoint> last_call_;
  std::size_t count_max_ = 0;
  bool left_out_ = false;
};

// Names of steps as the registry has them, from names with hyphens or underscores; throws Error "UsageError".
std::vector<std::string> known_steps(const std::vector<std::string>& names);
std::string log_group_of(const World& world, const std::string& step);

}  // namespace aurora::cli
