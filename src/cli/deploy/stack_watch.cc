#include "cli/deploy/stack_watch.h"

#include <fmt/format.h>

#include <map>

#include "base/dates.h"
#include "cli/live.h"
#include "cli/outage.h"
#include "cli/output.h"

namespace aurora::cli {
namespace {

constexpr std::chrono::seconds kLookEvery{3};
constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::size_t kEventsMax = 5000;
constexpr std::size_t kAtWorkShown = 5;
constexpr std::size_t kStatusWidth = 28;
// A stack that has an end's status, but told no event, has perhaps not begun: so long it may take.
constexpr int kSilentLooksMax = 20;
// A deployment that takes longer than a day is none.
constexpr int kLooksMax = 28800;

std::string status_text(const StackEvent& event, const Style& style) {
  const std::string padded = pad_right(event.status, kStatusWidth);
  if (event.is_failure()) return style.red(padded);
  if (event.status.find("ROLLBACK") != std::string::npos) return style.yellow(padded);
  return event.status.ends_with("_COMPLETE") ? style.green(padded) : style.dim(padded);
}

// A resource whose making was given up because another one failed says so in these words.
bool is_aftermath(const StackEvent& event) {
  return event.reason.find("cancelled") != std::string::npos ||
         event.reason.find("canceled") != std::string::npos;
}

}  // namespace

std::string event_line(Context& context, const StackEvent& event, const Style& style) {
  std::string line = fmt::format("{}  {} {}", style.dim(shown_time(context, event.time)),
                                 status_text(event, style), event.logical_id);
  if (!event.reason.empty()) line += style.dim("  " + event.reason);
  return line;
}

std::string last_event(Formation& formation, const std::string& stack) {
  try {
    const auto events = formation.events(stack, "", 1);
    return events.empty() ? "" : events.back().id;
  } catch (const aws::ServiceError& error) {
    if (!says_absent(error)) throw;
    return "";
  }
}

class StackWatch::View {
 public:
  explicit View(Context& context) : context_(context), live_(context.terminal), began_(context.clock.now()) {}

  void add(const StackEvent& event) {
    const Style style(context_.terminal.err_traits());
    if (event.status.ends_with("_IN_PROGRESS"))
      at_work_[event.logical_id] = event;
    else
      at_work_.erase(event.logical_id);
    // On a terminal what begins is seen below; a line stays for what is over, and for the stack itself.
    const bool begins = event.status.ends_with("_IN_PROGRESS") && !event.is_of_stack();
    if (begins && context_.terminal.err_traits().tty) return;
    live_.keep("  " + event_line(context_, event, style));
  }

  void draw() {
    const Style style(context_.terminal.err_traits());
    std::vector<std::string> lines;
    for (const auto& [id, event] : at_work_) {
      if (event.is_of_stack() || lines.size() == kAtWorkShown) continue;
      lines.push_back(fmt::format("  {} {}  {}", style.spinner(turn_), id, style.dim(event.type)));
    }
    lines.push_back(style.dim(fmt::format("  {} at work, {} so far; Ctrl-C stops looking, not CloudFormation",
                                          at_work_.size(), human_duration(context_.clock.now() - began_))));
    ++turn_;
    live_.move(std::move(lines));
  }
  void notice(const std::string& text) { live_.keep("  " + text); }

 private:
  Context& context_;
  LiveLines live_;
  TimePoint began_;
  std::map<std::string, StackEvent> at_work_;
  std::size_t turn_ = 0;
};

StackOutcome StackWatch::follow() {
  View view(context_);
  Outage outage(
      context_.clock, [&](const std::string& text) { view.notice(text); }, "looking again");
  StackOutcome outcome;
  bool began = false;
  for (int look = 0; look < kLooksMax; ++look) {
    std::optional<Stack> stack;
    std::vector<StackEvent> events;
    // The status first: what happened before it was read is then among the events.
    const bool seen = outage.ask([&] {
      stack = formation_.find(stack_id_);
      if (stack) events = formation_.events(stack_id_, after_, kEventsMax);
    });
    for (const StackEvent& event : events) {
      view.add(event);
      after_ = event.id;
      began = began || event.is_of_stack();
      if (event.is_failure() && !event.is_of_stack() && !outcome.first_failure && !is_aftermath(event))
        outcome.first_failure = event;
    }
    if (seen && !outage.lasts()) {
      outcome.status = stack ? stack->status : "DELETE_COMPLETE";
      const StackState state = state_of(stack);
      const bool at_rest = state != StackState::kBusy && state != StackState::kShell;
      if (at_rest && (began || !stack || look >= kSilentLooksMax)) return outcome;
    }
    const TimePoint until = context_.clock.now() + kLookEvery;
    while (context_.clock.now() < until) {
      if (context_.interrupted.stop_requested())
        throw Cancelled(
            "interrupted; CloudFormation goes on, and `aurora-restore deploy status` shows how far it is");
      view.draw();
      context_.clock.sleep_until(std::min<TimePoint>(until, context_.clock.now() + kRedraw),
                                 context_.interrupted);
    }
  }
  throw Error("DeploymentUndecided", "CloudFormation has not come to an end within a day",
              "It goes on; `aurora-restore deploy status` shows how far it is.");
}

}  // namespace aurora::cli
