#include "cli/machine/flow.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/machine/describe.h"

namespace aurora::cli {
namespace {

constexpr int kNestingMax = 50;

class Reader {
 public:
  Flow read(const Json& machine, int nesting) {
    Flow flow;
    const Json& states = member_or_null(machine, "States");
    if (!states.is_object()) return flow;
    for (const auto& [name, state] : states.items()) {
      numbers_[name] = flow.states.size();
      flow.states.push_back(read_state(name, state, nesting));
    }
    for (const auto& [name, state] : states.items()) add_edges(flow, numbers_.at(name), state);
    if (const auto start = numbers_.find(string_or(machine, "StartAt", "")); start != numbers_.end())
      flow.start = start->second;
    return flow;
  }

 private:
  static FlowState read_state(const std::string& name, const Json& json, int nesting) {
    FlowState state{.name = name,
                    .type = string_or(json, "Type", ""),
                    .text = state_text(json),
                    .details = {},
                    .retries = {},
                    .ends = bool_or(json, "End", false),
                    .parts = {}};
    const Json& retriers = member_or_null(json, "Retry");
    if (retriers.is_array())
      for (const Json& retrier : retriers) state.retries.push_back(retry_text(retrier));
    add_details(state, json);
    if (nesting >= kNestingMax) return state;
    const Json& branches = member_or_null(json, "Branches");
    if (branches.is_array())
      for (const Json& branch : branches) state.parts.push_back(Reader().read(branch, nesting + 1));
    for (const char* processor : {"ItemProcessor", "Iterator"})
      if (member_or_null(json, processor).is_object())
        state.parts.push_back(Reader().read(json[processor], nesting + 1));
    return state;
  }

  static void add_details(FlowState& state, const Json& json) {
    if (const std::string comment = string_or(json, "Comment", ""); !comment.empty())
      state.details.push_back(comment);
    for (const char* field :
         {"Resource", "InputPath", "OutputPath", "ResultPath", "TimeoutSeconds", "HeartbeatSeconds", "Cause"})
      if (const Json& value = member_or_null(json, field); !value.is_null())
        state.details.push_back(
            fmt::format("{}: {}", field, value.is_string() ? value.get<std::string>() : dump_json(value)));
    for (const std::string& retry : state.retries) state.details.push_back("Retries " + retry);
    const Json& catchers = member_or_null(json, "Catch");
    if (catchers.is_array())
      for (const Json& catcher : catchers)
        state.details.push_back(fmt::format("Catches {}, goes on with {}",
                                            errors_text(member_or_null(catcher, "ErrorEquals")),
                                            string_or(catcher, "Next", "")));
  }

  void add(Flow& flow, std::size_t from, const std::string& to, FlowEdge::Kind kind, std::string label) {
    const auto target = numbers_.find(to);
    if (target == numbers_.end()) return;
    for (FlowEdge& edge : flow.edges)
      if (edge.from == from && edge.to == target->second &&
          edge.is_catch() == (kind == FlowEdge::Kind::kCatch)) {
        edge.label += (edge.label.empty() || label.empty() ? "" : " or ") + label;
        return;
      }
    flow.edges.push_back({from, target->second, kind, std::move(label)});
  }

  void add_edges(Flow& flow, std::size_t from, const Json& state) {
    const Json& choices = member_or_null(state, "Choices");
    if (choices.is_array())
      for (const Json& rule : choices)
        add(flow, from, string_or(rule, "Next", ""), FlowEdge::Kind::kChoice, rule_text(rule));
    if (const std::string other = string_or(state, "Default", ""); !other.empty())
      add(flow, from, other, FlowEdge::Kind::kDefault, "otherwise");
    if (const std::string next = string_or(state, "Next", ""); !next.empty())
      add(flow, from, next, FlowEdge::Kind::kNext, "");
    const Json& catchers = member_or_null(state, "Catch");
    if (catchers.is_array())
      for (const Json& catcher : catchers)
        add(flow, from, string_or(catcher, "Next", ""), FlowEdge::Kind::kCatch,
            errors_text(member_or_null(catcher, "ErrorEquals")));
  }

  std::map<std::string, std::size_t, std::less<>> numbers_;
};

// Edges by where they begin.
using Leaving = std::vector<std::vector<std::size_t>>;

class Divider {
 public:
  explicit Divider(const Flow& flow) : flow_(flow), leaving_(flow.states.size()) {
    const std::size_t count = flow.states.size();
    result_.of.assign(count, FlowRegions::kNone);
    result_.is_handler.assign(count, false);
    result_.weight.assign(count, 0);
    result_.is_back.assign(flow.edges.size(), false);
    for (std::size_t i = 0; i < flow.edges.size(); ++i)
      if (!flow.edges[i].is_catch()) leaving_[flow.edges[i].from].push_back(i);
  }

  FlowRegions divide() {
    if (flow_.states.empty()) return std::move(result_);
    find_handlers();
    add_region(flow_.start);
    for (const FlowEdge& edge : flow_.edges)
      if (edge.is_catch()) add_region(edge.to);
    for (std::size_t state = 0; state < flow_.states.size(); ++state) add_region(state);
    return std::move(result_);
  }

 private:
  // Without a stack of the program's own, since a definition may have thousands of states in a row.
  std::vector<bool> reachable_from(std::size_t start) const {
    std::vector<bool> reached(flow_.states.size(), false);
    std::vector<std::size_t> open{start};
    while (!open.empty()) {
      const std::size_t state = open.back();
      open.pop_back();
      for (const std::size_t edge : leaving_[state]) {
        const std::size_t to = flow_.edges[edge].to;
        if (!reached[to]) open.push_back(to);
        reached[to] = true;
      }
    }
    return reached;
  }

  void find_handlers() {
    std::vector<bool> is_normal(flow_.states.size(), false);
    std::map<std::size_t, std::vector<bool>> reachable;
    for (const FlowEdge& edge : flow_.edges) {
      if (!edge.is_catch()) continue;
      result_.is_handler[edge.to] = true;
      auto found = reachable.find(edge.from);
      if (found == reachable.end()) found = reachable.emplace(edge.from, reachable_from(edge.from)).first;
      if (found->second[edge.to]) is_normal[edge.to] = true;
    }
    for (std::size_t state = 0; state < flow_.states.size(); ++state)
      if (is_normal[state] || state == flow_.start) result_.is_handler[state] = false;
  }

  void add_region(std::size_t root) {
    if (result_.of[root] != FlowRegions::kNone) return;
    const std::size_t region = result_.roots.size();
    result_.roots.push_back(root);
    walk(root, region);
  }

  // Depth first: marks what belongs to the region, edges that lead back, and weights on the way out.
  void walk(std::size_t root, std::size_t region) {
    struct Visit {
      std::size_t state;
      std::size_t next = 0;
    };
    std::vector<bool> is_open(flow_.states.size(), false);
    std::vector<Visit> open{{root}};
    result_.of[root] = region;
    is_open[root] = true;
    while (!open.empty()) {
      Visit& visit = open.back();
      if (visit.next == leaving_[visit.state].size()) {
        weigh(visit.state, region);
        is_open[visit.state] = false;
        open.pop_back();
        continue;
      }
      const std::size_t edge = leaving_[visit.state][visit.next++];
      const std::size_t to = flow_.edges[edge].to;
      if (is_open[to]) result_.is_back[edge] = true;
      if (result_.of[to] != FlowRegions::kNone || result_.is_handler[to]) continue;
      result_.of[to] = region;
      is_open[to] = true;
      open.push_back({to});
    }
  }

  void weigh(std::size_t state, std::size_t region) {
    constexpr int kEndsWell = 1'000'000;
    int best = flow_.states[state].ends || flow_.states[state].type == "Succeed" ? kEndsWell : 0;
    for (const std::size_t edge : leaving_[state]) {
      const std::size_t to = flow_.edges[edge].to;
      if (!result_.is_back[edge] && result_.of[to] == region) best = std::max(best, result_.weight[to]);
    }
    result_.weight[state] = best + 1;
  }

  const Flow& flow_;
  Leaving leaving_;
  FlowRegions result_;
};

}  // namespace

std::optional<std::size_t> Flow::find(std::string_view name) const {
  for (std::size_t i = 0; i < states.size(); ++i)
    if (states[i].name == name) return i;
  return std::nullopt;
}

Flow read_flow(const Json& definition) {
  return Reader().read(definition, 0);
}

FlowRegions regions_of(const Flow& flow) {
  return Divider(flow).divide();
}

}  // namespace aurora::cli
