// A definition as states and the ways between them: what drawings are made from.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace aurora::cli {

struct Flow;

struct FlowState {
  std::string name;
  std::string type;                  // "Task"
  std::string text;                  // what it does, in few words; may be empty
  std::vector<std::string> details;  // whole sentences: comment, retries, catches, timeouts
  std::vector<std::string> retries;  // "Busy: 3 times after 1 s"
  bool ends = false;                 // the execution, branch or iteration
  std::vector<Flow> parts;           // branches of a Parallel, the processor of a Map

  bool is_end() const { return ends || type == "Succeed" || type == "Fail"; }
};

struct FlowEdge {
  enum class Kind { kNext, kChoice, kDefault, kCatch };
  std::size_t from = 0, to = 0;
  Kind kind = Kind::kNext;
  std::string label;  // the condition of a choice, the errors of a catch

  bool is_catch() const { return kind == Kind::kCatch; }
};

struct Flow {
  std::vector<FlowState> states;  // in the order of the definition
  std::vector<FlowEdge> edges;    // several conditions for one way are joined
  std::size_t start = 0;

  std::optional<std::size_t> find(std::string_view name) const;
};

// Takes every definition that is a JSON object; ways to states that are not there are left out.
Flow read_flow(const Json& definition);

// How a flow falls into parts: what comes after the start, and what comes after each handler of failures.
struct FlowRegions {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::size_t> roots;  // the start first, then handlers, then what nothing leads to
  std::vector<std::size_t> of;     // by state: which of the roots it belongs to
  std::vector<bool> is_handler;    // by state: reached by a Catch from where nothing else leads to it
  std::vector<int> weight;  // by state: how long and how well goes on what follows; the main way has the most
  std::vector<bool> is_back;  // by edge: leads to a state that is on the way to its own begin
};

FlowRegions regions_of(const Flow& flow);

}  // namespace aurora::cli
