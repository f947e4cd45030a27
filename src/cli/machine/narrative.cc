#include "cli/machine/narrative.h"

#include <fmt/format.h>

#include <memory>
#include <variant>

#include "base/dates.h"
#include "base/text.h"
#include "cli/machine/event_log.h"
#include "cli/story.h"

namespace aurora::cli {
namespace {

constexpr std::size_t kTimeWidth = 10;
constexpr std::size_t kIndent = 4;

// The execution itself, a branch or an iteration: events in their order, and what ran inside of them.
struct Frame {
  std::string title;
  std::string owner;  // the Parallel or Map state
  std::int64_t index = 0;
  Frame* parent = nullptr;
  std::vector<std::variant<const LoggedEvent*, std::unique_ptr<Frame>>> items;

  Frame* add(std::string child_title, std::string child_owner, std::int64_t child_index) {
    auto child = std::make_unique<Frame>();
    child->title = std::move(child_title);
    child->owner = std::move(child_owner);
    child->index = child_index;
    child->parent = this;
    Frame* raw = child.get();
    items.emplace_back(std::move(child));
    return raw;
  }
  // The latest iteration of that index.
  Frame* iteration(std::string_view of, std::int64_t number) {
    for (auto item = items.rbegin(); item != items.rend(); ++item)
      if (auto* child = std::get_if<std::unique_ptr<Frame>>(&*item))
        if ((*child)->owner == of && (*child)->index == number) return child->get();
    return nullptr;
  }
};

// Sorts events that run beside each other into frames.
class Sorter {
 public:
  explicit Sorter(const EventLog& log) : log_(log) {
    for (const LoggedEvent& event : log.events()) {
      Frame* frame = frame_for(event);
      frame_of_[event.id] = frame;
      frame->items.emplace_back(&event);
    }
  }
  const Frame& root() const { return root_; }

 private:
  Frame* of(const LoggedEvent* event) {
    const auto found = event == nullptr ? frame_of_.end() : frame_of_.find(event->id);
    return found == frame_of_.end() ? &root_ : found->second;
  }

  Frame* around(Frame* frame) { return frame->parent == nullptr ? frame : frame->parent; }

  // The frame in which the Map state of that name runs; `inner` is in it, or in one of its iterations.
  Frame* around_map(Frame* inner, std::string_view name) {
    while (inner->parent != nullptr && inner->owner == name) inner = inner->parent;
    return inner;
  }

  Frame* frame_for(const LoggedEvent& event) {
    const LoggedEvent* before = log_.previous(event);
    Frame* frame = of(before);
    if (event.type.starts_with("Execution")) return &root_;
    if (event.type.starts_with("MapIteration")) return iteration_for(event, frame);
    if (event.exits_state()) {
      const LoggedEvent* entered = log_.entered(event, event.name);
      return entered == nullptr ? frame : of(entered);
    }
    if (before == nullptr) return frame;
    const bool of_compound = event.type.starts_with("ParallelState") || event.type.starts_with("MapState");
    if (event.enters_state()) return before->type == "ParallelStateStarted" ? branch_after(*before) : frame;
    if (!of_compound || before->enters_compound() || before->begins_attempt()) return frame;
    // A compound state's end, and its further attempts, follow upon what its last child did.
    return around(frame);
  }

  Frame* iteration_for(const LoggedEvent& event, Frame* inner) {
    const std::int64_t index = int_or(*event.details, "index", 0);
    Frame* outer = around_map(inner, event.name);
    if (event.type == "MapIterationStarted")
      return outer->add(fmt::format("item {}", index), event.name, index);
    Frame* found = outer->iteration(event.name, index);
    return found == nullptr ? outer : found;
  }

  Frame* branch_after(const LoggedEvent& started) {
    const LoggedEvent* entered = log_.entered(started);
    return of(&started)->add(fmt::format("branch {}", ++branches_[started.id]),
                             entered == nullptr ? "" : entered->name, branches_[started.id]);
  }

  const EventLog& log_;
  Frame root_;
  std::map<std::int64_t, Frame*> frame_of_;
  std::map<std::int64_t, int> branches_;  // begun after an event
};

class Teller {
 public:
  Teller(const EventLog& log, const Style& style) : log_(log), style_(style) {
    for (const LoggedEvent& event : log.events()) {
      if (event.exits_state())
        if (const LoggedEvent* entered = log.entered(event, event.name)) exit_of_[entered->id] = &event;
      if (event.enters_state() && event.previous > 0) follower_of_[event.previous] = &event;
    }
    if (!log.events().empty()) start_ = log.events().front().time;
  }

  std::string tell(const Frame& frame, std::size_t depth) {
    std::string text;
    std::int64_t entered = 0;
    for (const auto& item : frame.items) {
      if (const auto* child = std::get_if<std::unique_ptr<Frame>>(&item)) {
        text += line("", depth + 1, style_.cyan((*child)->title));
        text += tell(**child, depth + 2);
      } else {
        const LoggedEvent& event = *std::get<const LoggedEvent*>(item);
        if (event.enters_state()) entered = event.id;
        entered_ = entered;
        text += told(event, depth);
      }
    }
    return text;
  }

 private:
  std::string line(const std::string& since, std::size_t depth, const std::string& what) const {
    return style_.dim(pad_left(since, kTimeWidth)) + "  " + std::string(depth * kIndent, ' ') + what + "\n";
  }
  std::string at(const LoggedEvent& event, std::size_t depth, const std::string& what) const {
    return line("+" + span_text(event.time - start_), depth, what);
  }
  std::string below(std::size_t depth, const std::string& what) const { return line("", depth, "  " + what); }

  // Data goes on for as long as the line on a terminal has room.
  std::string data(const std::string& text, std::size_t depth, std::size_t used) const {
    const StreamTraits& traits = style_.traits();
    if (!traits.tty) return text;
    const std::size_t before = kTimeWidth + 4 + depth * kIndent + used;
    const auto width = static_cast<std::size_t>(std::max(traits.width, 40));
    return cut_to_width(text, width > before + 20 ? width - before : 20, traits.unicode);
  }

  std::string failure_text(const LoggedEvent& event) const {
    const std::string cause = read_cause(string_or(*event.details, "cause", "")).message;
    const std::string error = event.error();
    return error + (cause.empty() || error.empty() ? "" : ": ") + cause;
  }

  std::string told(const LoggedEvent& event, std::size_t depth) {
    if (event.type.starts_with("Execution")) return told_execution(event, depth);
    if (event.enters_state()) return at(event, depth, told_state(event));
    if (event.exits_state()) {
      const auto next = follower_of_.find(event.id);
      return !log_.is_catch(event) || next == follower_of_.end()
                 ? ""
                 : below(depth,
                         style_.yellow("caught") + ", goes on with " + style_.bold(next->second->name));
    }
    if (event.begins_attempt()) return told_attempt(event, depth);
    if (event.type.ends_with("StateAborted")) return "";
    if (event.type.ends_with("Aborted")) return below(depth, style_.yellow("given up"));
    if (event.is_failure()) return told_failure(event, depth);
    const bool answers = event.type == "TaskSucceeded" || event.type == "LambdaFunctionSucceeded";
    if (!answers) return "";
    const std::string after = answered_after(event);
    return below(depth, "answers" + after + " " +
                            data(string_or(*event.details, "output", ""), depth, after.size() + 8));
  }

  std::string answered_after(const LoggedEvent& event) const {
    const LoggedEvent* began = log_.previous(event);
    const bool takes = began != nullptr && event.time > began->time;
    return takes ? " after " + span_text(event.time - began->time) : "";
  }

  std::string told_execution(const LoggedEvent& event, std::size_t depth) {
    const std::string span = span_text(event.time - start_);
    if (event.type == "ExecutionStarted")
      return at(event, depth, "starts with " + data(string_or(*event.details, "input", "{}"), depth, 12));
    if (event.type == "ExecutionSucceeded")
      return at(event, depth, fmt::format("{} {} after {}", style_.ok(), style_.green("succeeded"), span));
    const std::string why = failure_text(event);
    const std::string how = event.type == "ExecutionFailed"     ? "failed"
                            : event.type == "ExecutionTimedOut" ? "took longer than it may"
                            : event.type == "ExecutionAborted"  ? "was stopped"
                                                                : "";
    if (how.empty()) return at(event, depth, "is taken up again");
    return at(
        event, depth,
        fmt::format("{} {} after {}{}{}", style_.bad(), style_.red(how), span, why.empty() ? "" : ": ", why));
  }

  std::string told_state(const LoggedEvent& event) {
    const auto exit = exit_of_.find(event.id);
    const std::string name = style_.bold(event.name);
    if (event.type == "WaitStateEntered")
      return exit == exit_of_.end()
                 ? name + " waits"
                 : fmt::format("{} waits {}", name, span_text(exit->second->time - event.time));
    if (event.type == "ChoiceStateEntered" && exit != exit_of_.end())
      if (const auto next = follower_of_.find(exit->second->id); next != follower_of_.end())
        return fmt::format("{} {} {}", name, style_.arrow(), next->second->name);
    return name;
  }

  std::string told_attempt(const LoggedEvent& event, std::size_t depth) {
    const LoggedEvent* failure = log_.retried(event);
    const std::int64_t length = int_or(*event.details, "length", -1);
    std::string text =
        length < 0 ? "" : below(depth, length == 1 ? "1 item" : fmt::format("{} items", length));
    if (failure == nullptr) return text;
    return at(event, depth,
              fmt::format("  {} {} after {}", style_.yellow("attempt"), ++attempts_[entered_] + 1,
                          span_text(event.time - failure->time))) +
           text;
  }

  std::string told_failure(const LoggedEvent& event, std::size_t depth) {
    const std::string why = failure_text(event);
    if (event.type.ends_with("TimedOut"))
      return below(depth,
                   fmt::format("{} no answer{}: {}", style_.bad(),
                               replace_all(answered_after(event), "after", "within"), style_.red(why)));
    if (why.empty()) return below(depth, style_.bad() + " " + style_.red("failed"));
    return below(depth, fmt::format("{} {}", style_.bad(), style_.red(why)));
  }

  const EventLog& log_;
  const Style& style_;
  TimePoint start_;
  std::map<std::int64_t, const LoggedEvent*> exit_of_;      // by what entered the state
  std::map<std::int64_t, const LoggedEvent*> follower_of_;  // the state entered upon an event
  std::map<std::int64_t, int> attempts_;                    // further ones, by what entered the state
  std::int64_t entered_ = 0;                                // what entered the state that is told of
};

}  // namespace

std::string span_text(Duration duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds < 60) return fmt::format("{:.4g} s", seconds);
  return human_duration(duration);
}

std::string tell_execution(const std::vector<Json>& events, const Style& style) {
  const EventLog log(events);
  const Sorter sorter(log);
  return Teller(log, style).tell(sorter.root(), 0);
}

}  // namespace aurora::cli
