#include "cli/machine/flow_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "cli/machine/layout.h"
#include "cli/style.h"

namespace aurora::cli {
namespace {

// Estimates of sans-serif text in pixels per character; the drawing leaves some room around it.
constexpr double kNameWidth = 8.3;
constexpr double kTextWidth = 6.2;
constexpr double kLabelWidth = 6.1;
constexpr double kTextMax = 330;
constexpr std::size_t kLabelCharactersMax = 40;
constexpr double kPartGap = 18;
constexpr double kPartTop = 46;
constexpr double kTitleHeight = 40;
constexpr double kWidthLeast = 320;

constexpr std::string_view kCss = R"(
svg { --paper: #ffffff; --ink: #1f2933; --soft: #5f6c7b; --line: #8a97a6; --box: #f4f6f9; --edge: #b9c3cf;
  --task: #2f6fd6; --choice: #8a5cd1; --wait: #b7791f; --good: #1f8a4c; --bad: #c93a3a; --warm: #c77700;
  --run: #0a8ea8; --pale-line: #d5dbe2; --pale-catch: #f1d3d3; background: var(--paper); font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue",
  "DejaVu Sans", Arial, sans-serif; }
@media (prefers-color-scheme: dark) { svg { --paper: #14181d; --ink: #e6ebf0; --soft: #9aa7b4; --line: #6d7a88;
  --box: #1f262e; --edge: #3a4550; --task: #6ea3f5; --choice: #b794f0; --wait: #e0ac55; --good: #4fc07f;
  --bad: #f07575; --warm: #f0ad4e; --run: #4cc5dc;
  --pale-line: #333c46; --pale-catch: #4d2f33; } }
.title { font-size: 15px; font-weight: 600; fill: var(--ink); }
.legend { font-size: 11px; fill: var(--soft); }
.name { font-size: 13px; font-weight: 600; fill: var(--ink); text-anchor: middle; }
.text { font-size: 10.5px; fill: var(--soft); text-anchor: middle; }
.label { font-size: 10.5px; fill: var(--soft); paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
.part { fill: none; stroke: var(--edge); stroke-dasharray: 2 3; }
.state path, .state rect { fill: var(--box); stroke: var(--edge); stroke-width: 1.3; }
.state .mark { stroke: none; fill: var(--kind); }
.Task, .Pass, .Parallel, .Map { --kind: var(--task); } .Choice { --kind: var(--choice); }
.Wait { --kind: var(--wait); } .Succeed { --kind: var(--good); } .Fail { --kind: var(--bad); }
.Choice path, .Wait rect, .Succeed rect, .Fail rect { stroke: var(--kind); }
.succeeded path, .succeeded rect { stroke: var(--good); stroke-width: 2; }
.caught path, .caught rect, .stopped path, .stopped rect { stroke: var(--warm); stroke-width: 2; }
.failed path, .failed rect { stroke: var(--bad); stroke-width: 2.4; }
.running path, .running rect { stroke: var(--run); stroke-width: 2.4; }
.succeeded .text { fill: var(--good); } .caught .text, .stopped .text { fill: var(--warm); }
.failed .text { fill: var(--bad); } .running .text { fill: var(--run); }
.not-reached { opacity: .45; }
.way { fill: none; stroke: var(--line); stroke-width: 1.4; }
.way.catch { stroke: var(--bad); stroke-dasharray: 5 4; }
.way.unused { stroke: var(--pale-line); } .way.catch.unused { stroke: var(--pale-catch); }
.way.used { stroke: var(--good); stroke-width: 2; } .way.catch.used { stroke: var(--warm); }
.head { fill: var(--line); stroke: none; } .head.catch { fill: var(--bad); } .head.used { fill: var(--good); }
.head.catch.used { fill: var(--warm); } .head.unused { fill: var(--pale-line); }
.head.catch.unused { fill: var(--pale-catch); } .label.unused { opacity: .5; }
.dot { fill: var(--soft); } .ring { fill: none; stroke: var(--soft); stroke-width: 1.4; }
)";

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t')
      result += c;  // XML has no other control characters
  }
  return result;
}

std::string cut(const std::string& text, double width, double per_character) {
  return cut_to_width(text, static_cast<std::size_t>(std::max(1.0, width / per_character)), true);
}

double width_of(const std::string& text, double per_character) {
  return static_cast<double>(display_width(text)) * per_character;
}

std::string css_name(StateVisits::Outcome outcome) {
  return replace_all(std::string(name_of(outcome)), " ", "-");
}

// One level of a machine: the whole, a branch, or what a Map repeats.
class Painter {
 public:
  Painter(const Flow& flow, const Visits* visits) : flow_(flow), visits_(visits) {
    std::vector<double> label_widths;
    for (const FlowEdge& edge : flow.edges) {
      labels_.push_back(label_of(edge));
      label_widths.push_back(width_of(labels_.back(), kLabelWidth));
    }
    for (const FlowState& state : flow.states) sizes_.push_back(size_of(state));
    same_width_for_tasks();
    if (!flow.states.empty())
      layout_ = lay_out({.flow = flow, .sizes = sizes_, .label_widths = std::move(label_widths)});
  }

  Size size() const { return layout_.size; }

  std::string paint() const {
    if (flow_.states.empty()) return "";
    std::string text = begin_mark();
    // What was taken is painted over what was not.
    for (const bool used : {false, true})
      for (const LaidWay& way : layout_.ways)
        if (is_used(way) == used) text += paint_way(way);
    for (std::size_t state = 0; state < flow_.states.size(); ++state) text += paint_state(state);
    for (const LaidWay& way : layout_.ways) text += paint_label(way);
    return text;
  }

 private:
  static std::string label_of(const FlowEdge& edge) {
    if (edge.is_catch() && edge.label == "any error") return "";
    return cut_to_width(edge.label, kLabelCharactersMax, true);
  }

  std::string second_line(const FlowState& state) const {
    if (visits_ == nullptr) return state.text == state.name ? "" : state.text;
    const StateVisits visits = visits_->of(state.name);
    if (visits.visits == 0) return "not reached";
    const std::string text = visits_text(visits);
    return fmt::format("{}{}{}", name_of(visits.outcome), text.empty() ? "" : ", ", text);
  }

  Size size_of(const FlowState& state) {
    const std::string text = second_line(state);
    double width = std::max(width_of(state.name, kNameWidth) + 34, width_of(text, kTextWidth) + 30);
    width = std::min(std::max(width, 96.0), kTextMax);
    if (state.type == "Choice") width += 24;
    double height = text.empty() ? 34 : 46;
    parts_.emplace_back();
    double parts = 0;
    for (const Flow& part : state.parts) {
      parts_.back().emplace_back(part, visits_);
      const Size inner = parts_.back().back().size();
      parts += inner.width + kPartGap;
      height = std::max(height, kPartTop + inner.height + kPartGap);
    }
    return {std::max(width, parts + kPartGap), height};
  }

  // Boxes of the same kind below each other look calmer when they are equally wide.
  void same_width_for_tasks() {
    double widest = 0;
    for (std::size_t i = 0; i < sizes_.size(); ++i)
      if (flow_.states[i].type == "Task") widest = std::max(widest, sizes_[i].width);
    for (std::size_t i = 0; i < sizes_.size(); ++i)
      if (flow_.states[i].type == "Task") sizes_[i].width = widest;
  }

  bool is_used(const LaidWay& way) const {
    if (visits_ == nullptr) return false;
    const FlowEdge& edge = flow_.edges[way.edge];
    const auto& taken = edge.is_catch() ? visits_->catches : visits_->ways;
    return taken.contains({flow_.states[edge.from].name, flow_.states[edge.to].name});
  }

  std::string begin_mark() const {
    const Point& middle = layout_.middles[flow_.start];
    const double top = middle.y - sizes_[flow_.start].height / 2;
    return fmt::format(
        "<circle class=\"dot\" cx=\"{0:.1f}\" cy=\"{1:.1f}\" r=\"5\"/><path class=\"way\" d=\"M{0:.1f} "
        "{1:.1f}V{2:.1f}\"/>\n",
        middle.x, top - 17, top);
  }

  // Straight lines with round corners.
  static std::string line_of(const std::vector<Point>& points, std::size_t count) {
    constexpr double kRadius = 7;
    std::string d = fmt::format("M{:.1f} {:.1f}", points[0].x, points[0].y);
    for (std::size_t i = 1; i < count; ++i) {
      const Point& at = points[i];
      if (i + 1 == count) {
        d += fmt::format("L{:.1f} {:.1f}", at.x, at.y);
        break;
      }
      const auto toward = [&](const Point& other) {
        const double dx = other.x - at.x, dy = other.y - at.y;
        const double length = std::max(std::hypot(dx, dy), 0.01);
        const double radius = std::min(kRadius, length / 2);
        return Point{at.x + dx / length * radius, at.y + dy / length * radius};
      };
      const Point in = toward(points[i - 1]), out = toward(points[i + 1]);
      d += fmt::format("L{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}", in.x, in.y, at.x, at.y, out.x, out.y);
    }
    return d;
  }

  static std::string head_of(const Point& before, const Point& tip) {
    const double dx = tip.x - before.x, dy = tip.y - before.y;
    const double length = std::max(std::hypot(dx, dy), 0.01);
    const double ux = dx / length, uy = dy / length;
    const Point base{tip.x - ux * 8, tip.y - uy * 8};
    return fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}Z", tip.x, tip.y, base.x - uy * 4,
                       base.y + ux * 4, base.x + uy * 4, base.y - ux * 4);
  }

  std::string paint_way(const LaidWay& way) const {
    const FlowEdge& edge = flow_.edges[way.edge];
    const bool used = is_used(way);
    std::string names = edge.is_catch() ? " catch" : "";
    if (visits_ != nullptr) names += used ? " used" : " unused";
    const std::size_t count = used ? way.points.size() : way.drawn;
    const std::string& from = flow_.states[edge.from].name;
    const std::string& to = flow_.states[edge.to].name;
    std::string title = fmt::format("{} → {}{}{}", from, to, edge.is_catch() ? ", after " : ": ", edge.label);
    if (edge.label.empty()) title = fmt::format("{} → {}", from, to);
    std::string text = fmt::format("<g><title>{}</title><path class=\"way{}\" d=\"{}\"/>", escaped(title),
                                   names, line_of(way.points, count));
    if (count == way.points.size())
      text += fmt::format("<path class=\"head{}\" d=\"{}\"/>", names,
                          head_of(way.points[count - 2], way.points[count - 1]));
    return text + "</g>\n";
  }

  std::string paint_label(const LaidWay& way) const {
    if (!way.label || labels_[way.edge].empty()) return "";
    const bool unused = visits_ != nullptr && !is_used(way);
    return fmt::format("<text class=\"label{}\" x=\"{:.1f}\" y=\"{:.1f}\"{}>{}</text>\n",
                       unused ? " unused" : "", way.label->x, way.label->y,
                       way.label_ends_there ? " text-anchor=\"end\"" : "", escaped(labels_[way.edge]));
  }

  static std::string outline(const std::string& type, const Point& middle, const Size& size) {
    const double x = middle.x - size.width / 2, y = middle.y - size.height / 2;
    if (type == "Choice")
      return fmt::format("<path d=\"M{:.1f} {:.1f}l14 {:.1f}h{:.1f}l14 {:.1f}l-14 {:.1f}h-{:.1f}Z\"/>", x,
                         middle.y, -size.height / 2, size.width - 28, size.height / 2, size.height / 2,
                         size.width - 28);
    const bool pill = type == "Wait" || type == "Succeed" || type == "Fail";
    return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"{:.0f}\"/>",
                       x, y, size.width, size.height, pill ? std::min(size.height / 2, 23.0) : 6.0);
  }

  std::string title_of(const FlowState& state) const {
    std::string title = fmt::format("{} ({})", state.name, state.type);
    if (!state.text.empty()) title += "\n" + state.text;
    if (visits_ != nullptr) {
      const StateVisits visits = visits_->of(state.name);
      title += "\n" + second_line(state) + (visits.error.empty() ? "" : "; last error " + visits.error);
    }
    for (const std::string& detail : state.details) title += "\n" + detail;
    return title;
  }

  std::string paint_state(std::size_t number) const {
    const FlowState& state = flow_.states[number];
    const Point& middle = layout_.middles[number];
    const Size& size = sizes_[number];
    std::string names = "state " + escaped(state.type);
    if (visits_ != nullptr) names += " " + css_name(visits_->of(state.name).outcome);
    std::string text = fmt::format("<g class=\"{}\"><title>{}</title>{}", names, escaped(title_of(state)),
                                   outline(state.type, middle, size));
    const double top = middle.y - size.height / 2;
    if (state.type != "Choice" && state.type != "Wait" && state.type != "Succeed" && state.type != "Fail")
      text += fmt::format(
          "<rect class=\"mark\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"4\" height=\"{:.1f}\" rx=\"2\"/>",
          middle.x - size.width / 2, top, size.height);
    const std::string second = second_line(state);
    const bool has_parts = !state.parts.empty();
    const double name_y = second.empty() && !has_parts ? middle.y + 4.5 : top + 19;
    text += fmt::format("<text class=\"name\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", middle.x, name_y,
                        escaped(cut(state.name, size.width - 18, kNameWidth)));
    if (!second.empty())
      text += fmt::format("<text class=\"text\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", middle.x, top + 35,
                          escaped(cut(second, size.width - 18, kTextWidth)));
    text += "</g>\n" + paint_parts(number);
    if (state.is_end()) text += end_mark(middle, size);
    return text;
  }

  static std::string end_mark(const Point& middle, const Size& size) {
    const double bottom = middle.y + size.height / 2;
    return fmt::format(
        "<path class=\"way\" d=\"M{0:.1f} {1:.1f}v8\"/><circle class=\"ring\" cx=\"{0:.1f}\" cy=\"{2:.1f}\" "
        "r=\"5\"/>"
        "<circle class=\"dot\" cx=\"{0:.1f}\" cy=\"{2:.1f}\" r=\"2.4\"/>\n",
        middle.x, bottom, bottom + 13);
  }

  std::string paint_parts(std::size_t number) const {
    const Point& middle = layout_.middles[number];
    const Size& size = sizes_[number];
    double width = -kPartGap;
    for (const Painter& part : parts_[number]) width += part.size().width + kPartGap;
    double x = middle.x - width / 2;
    const double y = middle.y - size.height / 2 + kPartTop;
    std::string text;
    for (const Painter& part : parts_[number]) {
      text += fmt::format(
          "<rect class=\"part\" x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"{2:.1f}\" height=\"{3:.1f}\" "
          "rx=\"6\"/><g transform=\"translate({0:.1f} {1:.1f})\">\n{4}</g>\n",
          x, y, part.size().width, part.size().height, part.paint());
      x += part.size().width + kPartGap;
    }
    return text;
  }

  const Flow& flow_;
  const Visits* visits_;
  std::vector<std::string> labels_;
  std::vector<Size> sizes_;
  std::vector<std::vector<Painter>> parts_;
  Layout layout_;
};

std::string legend(const Visits* visits) {
  if (visits == nullptr) return "Dashed: after a failure. Point at a state for its details.";
  return "Green: succeeded. Orange: its failure was caught, or it was stopped. Red: failed. Blue: running. "
         "Pale: not "
         "reached.";
}

}  // namespace

std::string flow_svg(const Flow& flow, const Visits* visits, const std::string& title) {
  const Painter painter(flow, visits);
  const double width = std::max({painter.size().width, kWidthLeast, width_of(legend(visits), 5.4) + 40});
  const double height = painter.size().height + kTitleHeight;
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
      "{1:.0f}\" "
      "role=\"img\">\n<title>{2}</title>\n<style>{3}</style>\n"
      "<text class=\"title\" x=\"18\" y=\"28\">{2}</text><text class=\"legend\" x=\"18\" "
      "y=\"46\">{4}</text>\n"
      "<g transform=\"translate(0 {5:.0f})\">\n{6}</g>\n</svg>\n",
      width, height, escaped(title), kCss, escaped(legend(visits)), kTitleHeight, painter.paint());
}

}  // namespace aurora::cli
