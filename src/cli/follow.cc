#include "cli/follow.h"

#include "cli/outage.h"

namespace aurora::cli {
namespace {

constexpr auto kPollLocal = std::chrono::milliseconds(100);
constexpr auto kPollAws = std::chrono::milliseconds(2000);
constexpr auto kTick = std::chrono::milliseconds(100);

class Follower {
 public:
  Follower(Context& context, World& world, const std::string& operation_id, FollowObserver& observer)
      : context_(context),
        operations_(world),
        operation_id_(operation_id),
        execution_arn_(world.names.execution_arn(operation_id)),
        poll_every_(world.local ? kPollLocal : kPollAws),
        observer_(observer) {}

  FollowResult run() {
    TimePoint next_poll = context_.clock.now();
    for (;;) {
      if (context_.clock.now() >= next_poll) {
        if (!poll_or_bear()) return detach();
        next_poll = context_.clock.now() + poll_every_;
      }
      if (result_.story.outcome() != Story::Outcome::kRunning) return finish();
      observer_.tick(result_.story.steps().empty() ? nullptr : &result_.story.steps().back(),
                     progress_of(result_.state));
      if (!context_.clock.sleep_until(std::min(next_poll, context_.clock.now() + kTick),
                                      context_.interrupted)) {
        result_.detached = true;
        return std::move(result_);
      }
    }
  }

 private:
  void poll() {
    for (const Json& event : operations_.events(execution_arn_, result_.story.last_event_id())) {
      result_.story.add(event);
      news_.report(result_.story, observer_);
    }
    if (auto state = operations_.state(operation_id_)) result_.state = std::move(*state);
  }

  bool poll_or_bear() {
    return outage_.ask([this] { poll(); });
  }

  FollowResult detach() {
    result_.detached = true;
    return std::move(result_);
  }

  FollowResult finish() {
    if (auto state = operations_.state(operation_id_)) result_.state = std::move(*state);
    return std::move(result_);
  }

  Context& context_;
  Operations operations_;
  const std::string operation_id_;
  const std::string execution_arn_;
  const Duration poll_every_;
  FollowObserver& observer_;
  FollowResult result_;
  StepNews news_;
  Outage outage_{context_.clock, [this](const std::string& text) { observer_.notice(text); },
                 "trying again, the restore itself does not depend on this command."};
};

}  // namespace

void StepNews::report(const Story& story, FollowObserver& observer) {
  const std::vector<Step>& steps = story.steps();
  const bool ended = story.outcome() != Story::Outcome::kRunning;
  while (finished_ < steps.size() && (finished_ + 1 < steps.size() || ended)) {
    announce(steps, finished_, observer);
    observer.step_finished(steps[finished_++]);
  }
  if (!steps.empty()) announce(steps, steps.size() - 1, observer);
}

void StepNews::announce(const std::vector<Step>& steps, std::size_t index, FollowObserver& observer) {
  if (index < started_) return;
  observer.step_started(steps[index]);
  started_ = index + 1;
}

Progress progress_of(const Json& state) {
  const Json& from = member_or_null(state, "progress");
  Progress progress;
  progress.step = string_or(from, "step", "");
  progress.message = string_or(from, "message", "");
  if (const Json& percent = member_or_null(from, "percent"); percent.is_number())
    progress.percent = percent.get<double>();
  if (const Json& remaining = member_or_null(from, "remaining_seconds"); remaining.is_number())
    progress.remaining =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(remaining.get<double>()));
  return progress;
}

FollowResult follow(Context& context, World& world, const std::string& operation_id,
                    FollowObserver& observer) {
  return Follower(context, world, operation_id, observer).run();
}

}  // namespace aurora::cli
