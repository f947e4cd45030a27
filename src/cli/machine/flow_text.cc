#include "cli/machine/flow_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace aurora::cli {
namespace {

// The characters of one encoding.
struct Signs {
  std::string_view line, fork, corner, back, up, down, caught, retries, begin;
};

constexpr Signs kUnicode{.line = "│",
                         .fork = "├╴",
                         .corner = "└╴",
                         .back = "↺",
                         .up = "↑",
                         .down = "↓",
                         .caught = "↯",
                         .retries = "⟳",
                         .begin = "○"};
constexpr Signs kAscii{.line = "|",
                       .fork = "+-",
                       .corner = "`-",
                       .back = "<-",
                       .up = "^",
                       .down = "v",
                       .caught = "!",
                       .retries = "@",
                       .begin = "o"};

struct TypeSign {
  std::string_view type, unicode, ascii;
};

constexpr std::array<TypeSign, 8> kTypeSigns{{{"Task", "■", "#"},
                                              {"Choice", "◆", "?"},
                                              {"Wait", "◷", "~"},
                                              {"Pass", "▪", "."},
                                              {"Succeed", "●", "*"},
                                              {"Fail", "✗", "x"},
                                              {"Parallel", "∥", "="},
                                              {"Map", "≡", "%"}}};

std::string_view sign_of(const std::string& type, bool unicode) {
  for (const TypeSign& sign : kTypeSigns)
    if (sign.type == type) return unicode ? sign.unicode : sign.ascii;
  return "?";
}

class Drawer {
 public:
  Drawer(const Flow& flow, const Visits* visits, const Style& style)
      : flow_(flow),
        visits_(visits),
        style_(style),
        signs_(style.traits().unicode ? kUnicode : kAscii),
        regions_(regions_of(flow)),
        leaving_(flow.states.size()),
        is_placed_(flow.states.size(), false),
        is_drawn_(flow.states.size(), false) {
    for (std::size_t i = 0; i < flow.edges.size(); ++i) leaving_[flow.edges[i].from].push_back(i);
  }

  std::string draw(const std::string& indent) {
    for (std::size_t region = 0; region < regions_.roots.size(); ++region) {
      if (is_placed_[regions_.roots[region]]) continue;
      if (region > 0) add_heading(indent, regions_.roots[region]);
      draw_chain(regions_.roots[region], indent);
    }
    return std::move(text_);
  }

 private:
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  using Outcome = StateVisits::Outcome;

  void add_line(const std::string& indent, const std::string& text) {
    std::string line = indent + text;
    while (line.ends_with(' ')) line.pop_back();
    text_ += line + "\n";
  }

  // What fits behind `used` columns; in a pipe everything does.
  std::string fitting(const std::string& text, std::size_t used) const {
    const StreamTraits& traits = style_.traits();
    if (!traits.tty) return text;
    const auto width = static_cast<std::size_t>(std::max(traits.width, 40));
    return used + 8 >= width ? "" : cut_to_width(text, width - used, traits.unicode);
  }

  void add_heading(const std::string& indent, std::size_t root) {
    std::vector<std::string> names;
    for (const FlowEdge& edge : flow_.edges)
      if (edge.is_catch() && edge.to == root) names.push_back(flow_.states[edge.from].name);
    const std::string what =
        names.empty() ? "Nothing leads to this:"
        : names.size() <= 3
            ? fmt::format("After a failure of {}:", join(names, ", "))
            : fmt::format("After a failure of {} and {} others:", names.front(), names.size() - 1);
    add_line("", "");
    add_line(indent, style_.bold(fitting(what, display_width(indent))));
  }

  // The way that has the most weight, from a state to where it ends or meets what is drawn already.
  std::vector<std::size_t> chain_from(std::size_t state) {
    std::vector<std::size_t> chain;
    for (std::size_t at = state; at != kNowhere;) {
      chain.push_back(at);
      is_placed_[at] = true;
      std::size_t best = kNowhere;
      for (const std::size_t edge : leaving_[at]) {
        const FlowEdge& way = flow_.edges[edge];
        if (way.is_catch() || is_placed_[way.to] || regions_.is_handler[way.to]) continue;
        if (best == kNowhere || regions_.weight[way.to] > regions_.weight[best]) best = way.to;
      }
      at = best;
    }
    return chain;
  }

  void draw_chain(std::size_t root, const std::string& indent) {
    const std::vector<std::size_t> chain = chain_from(root);
    std::size_t names = 0;
    for (const std::size_t state : chain) names = std::max(names, display_width(flow_.states[state].name));
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const std::size_t next = i + 1 < chain.size() ? chain[i + 1] : kNowhere;
      if (i > 0) add_line(indent, std::string(signs_.line));
      draw_state(chain[i], names, indent);
      draw_notes(chain[i], indent + (next == kNowhere ? " " : std::string(signs_.line)) + "   ");
      draw_parts(chain[i], indent);
      draw_ways(chain[i], next, indent);
    }
  }

  std::string coloured(std::size_t state, std::string_view text) const {
    if (visits_ == nullptr) return style_.bold(text);
    switch (visits_->of(flow_.states[state].name).outcome) {
      case Outcome::kNotReached:
        return style_.dim(text);
      case Outcome::kSucceeded:
        return style_.green(text);
      case Outcome::kFailed:
        return style_.red(text);
      case Outcome::kRunning:
        return style_.cyan(text);
      default:
        return style_.yellow(text);
    }
  }

  void draw_state(std::size_t number, std::size_t names, const std::string& indent) {
    is_drawn_[number] = true;
    const FlowState& state = flow_.states[number];
    const std::string sign(sign_of(state.type, style_.traits().unicode));
    std::string what = to_lower(state.type) + (state.text.empty() ? "" : ": " + state.text);
    if (state.type == "Task") what = state.text;
    if (visits_ != nullptr) what = visited_text(state);
    if (visits_ == nullptr && state.ends) what += what.empty() ? "end" : "; end";
    const std::size_t used = display_width(indent) + 2 + names + 2;
    add_line(indent, fmt::format("{} {}{}  {}", coloured(number, sign), coloured(number, state.name),
                                 std::string(names - display_width(state.name), ' '),
                                 style_.dim(fitting(what, used))));
  }

  std::string visited_text(const FlowState& state) const {
    const StateVisits visits = visits_->of(state.name);
    if (visits.visits == 0) return "";
    const std::string counts = visits_text(visits);
    std::string text = fmt::format("{}{}{}", name_of(visits.outcome), counts.empty() ? "" : ", ", counts);
    const bool failed = visits.outcome == Outcome::kFailed || visits.outcome == Outcome::kCaught;
    return failed && !visits.error.empty() ? text + ": " + visits.error : text;
  }

  // Retries and catches; with an execution only the catches that were taken.
  void draw_notes(std::size_t number, const std::string& indent) {
    const FlowState& state = flow_.states[number];
    if (visits_ == nullptr)
      for (const std::string& retry : state.retries)
        add_line(indent,
                 style_.dim(fitting(fmt::format("{} {}", signs_.retries, retry), display_width(indent))));
    for (const std::size_t edge : leaving_[number]) {
      const FlowEdge& way = flow_.edges[edge];
      if (!way.is_catch()) continue;
      const std::string& to = flow_.states[way.to].name;
      if (visits_ != nullptr && !visits_->catches.contains({state.name, to})) continue;
      add_line(indent,
               style_.yellow(fitting(fmt::format("{} {} {} {}", signs_.caught, way.label, style_.arrow(), to),
                                     display_width(indent))));
    }
  }

  void draw_parts(std::size_t number, const std::string& indent) {
    const FlowState& state = flow_.states[number];
    for (std::size_t i = 0; i < state.parts.size(); ++i) {
      const std::string title = state.type == "Map" ? "each item" : fmt::format("branch {}", i + 1);
      add_line(indent, fmt::format("{} {}", signs_.fork, style_.cyan(title)));
      text_ += Drawer(state.parts[i], visits_, style_).draw(indent + std::string(signs_.line) + "    ");
    }
  }

  // The ways that leave the chain here, and the one by which it goes on.
  void draw_ways(std::size_t number, std::size_t next, const std::string& indent) {
    std::string goes_on;
    for (const std::size_t edge : leaving_[number]) {
      const FlowEdge& way = flow_.edges[edge];
      if (way.is_catch()) continue;
      if (way.to == next && goes_on.empty()) {
        goes_on = way.label.empty() ? " " : way.label;
        continue;
      }
      if (way.label.empty())
        add_line(indent, jump(edge));
      else
        draw_branch(edge, indent, next == kNowhere && edge == leaving_[number].back());
    }
    if (next != kNowhere && goes_on != " " && !goes_on.empty())
      add_line(indent,
               fmt::format("{} {}", signs_.fork, style_.cyan(fitting(goes_on, display_width(indent) + 3))));
  }

  void draw_branch(std::size_t edge, const std::string& indent, bool is_last) {
    const FlowEdge& way = flow_.edges[edge];
    const std::string fork(is_last ? signs_.corner : signs_.fork);
    const bool drawn = is_placed_[way.to] || regions_.is_handler[way.to];
    const std::string to = drawn ? "  " + jump(edge) : "";
    const std::string label = fitting(way.label, display_width(indent) + 3 + display_width(to));
    add_line(indent, fmt::format("{} {}{}", fork, style_.cyan(label), to));
    if (!drawn) draw_chain(way.to, indent + (is_last ? " " : std::string(signs_.line)) + "    ");
  }

  // Where a way leads that is drawn elsewhere.
  std::string jump(std::size_t edge) const {
    const FlowEdge& way = flow_.edges[edge];
    const bool below = !is_drawn_[way.to];
    const std::string_view sign = regions_.is_back[edge] ? signs_.back : below ? signs_.down : signs_.up;
    return fmt::format("{} {}", sign, flow_.states[way.to].name);
  }

  const Flow& flow_;
  const Visits* visits_;
  const Style& style_;
  const Signs signs_;
  const FlowRegions regions_;
  std::vector<std::vector<std::size_t>> leaving_;
  std::vector<bool> is_placed_;  // by state: on a way that is drawn, or about to be
  std::vector<bool> is_drawn_;
  std::string text_;
};

}  // namespace

std::string draw_flow(const Flow& flow, const Visits* visits, const Style& style) {
  return Drawer(flow, visits, style).draw("");
}

}  // namespace aurora::cli
