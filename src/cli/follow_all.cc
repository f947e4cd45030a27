#include "cli/follow_all.h"

#include <algorithm>

#include "cli/outage.h"

namespace aurora::cli {
namespace {

constexpr auto kPollLocal = std::chrono::milliseconds(250);
constexpr auto kPollAws = std::chrono::milliseconds(2000);
// GetExecutionHistory may be called 20 times a second in an account; other people call it too.
constexpr auto kPollEachOnAws = std::chrono::milliseconds(200);
constexpr auto kTick = std::chrono::milliseconds(100);

class AllFollower {
 public:
  AllFollower(Context& context, World& world, bool forever, FollowAllView& view)
      : context_(context), world_(world), operations_(world), forever_(forever), view_(view) {}

  FollowAllResult run() {
    TimePoint next_poll = context_.clock.now();
    for (;;) {
      if (context_.clock.now() >= next_poll) {
        if (!poll_or_bear()) return detached();
        next_poll = context_.clock.now() + pause();
      }
      if (followed_.empty() && !forever_ && !outage_.lasts()) return result_;
      view_.tick(followed_);
      if (!context_.clock.sleep_until(std::min(next_poll, context_.clock.now() + kTick),
                                      context_.interrupted))
        return detached();
    }
  }

 private:
  Duration pause() const {
    if (world_.local) return kPollLocal;
    return std::max<Duration>(kPollAws, kPollEachOnAws * static_cast<int>(followed_.size()));
  }

  void poll() {
    for (const std::string& id : operations_.running()) follow(id);
    for (const auto& operation : followed_) look_at(*operation);
    // One that ended is told once, and no longer followed.
    std::erase_if(followed_, [&](const auto& operation) {
      if (operation->story.outcome() == Story::Outcome::kRunning) return false;
      ++(operation->story.outcome() == Story::Outcome::kSucceeded ? result_.succeeded : result_.failed);
      view_.ended(*operation);
      return true;
    });
  }

  void follow(const std::string& id) {
    const bool known = std::any_of(followed_.begin(), followed_.end(),
                                   [&](const auto& operation) { return operation->id == id; });
    if (known) return;
    followed_.push_back(std::make_unique<Followed>());
    followed_.back()->id = id;
    followed_.back()->observer = view_.observer_of(id);
  }

  void look_at(Followed& operation) {
    const std::string arn = world_.names.execution_arn(operation.id);
    for (const Json& event : operations_.events(arn, operation.story.last_event_id())) {
      operation.story.add(event);
      operation.news.report(operation.story, *operation.observer);
    }
    if (auto state = operations_.state(operation.id)) operation.state = std::move(*state);
    const std::vector<Step>& steps = operation.story.steps();
    if (steps.empty()) return;
    const Progress progress = progress_of(operation.state);
    if (progress.percent >= 0 && progress.step == steps.back().name)
      operation.remaining.add(progress.percent, context_.clock.monotonic());
    operation.observer->tick(&steps.back(), progress);
  }

  bool poll_or_bear() {
    return outage_.ask([this] { poll(); });
  }

  FollowAllResult detached() {
    result_.detached = true;
    return result_;
  }

  Context& context_;
  World& world_;
  Operations operations_;
  const bool forever_;
  FollowAllView& view_;
  std::vector<std::unique_ptr<Followed>> followed_;
  FollowAllResult result_;
  Outage outage_{context_.clock, [this](const std::string& text) { view_.notice(text); }, "trying again.",
                 false};
};

}  // namespace

FollowAllResult follow_all(Context& context, World& world, bool forever, FollowAllView& view) {
  return AllFollower(context, world, forever, view).run();
}

}  // namespace aurora::cli
