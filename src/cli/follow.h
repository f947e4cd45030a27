// Follows a running execution until it ends or the person has seen enough.
#pragma once
#include <string>

#include "cli/operations.h"
#include "cli/story.h"

namespace aurora::cli {

// What the state item says about the step at work.
struct Progress {
  std::string step;
  double percent = -1;  // below 0: there is no percentage
  std::string message;
  std::optional<Duration> remaining;
};

Progress progress_of(const Json& state);

class FollowObserver {
 public:
  virtual ~FollowObserver() = default;
  virtual void step_started(const Step& step) = 0;
  virtual void step_finished(const Step& step) = 0;
  // Several times a second; `step` is null before the first one.
  virtual void tick(const Step* step, const Progress& progress) = 0;
  // Something to know that is no step ("the endpoint does not answer").
  virtual void notice(const std::string& text) = 0;
};

// Tells an observer of each step of a growing story once when it started, and once when it is certain to be
// over: when the next one started, or the execution ended.
class StepNews {
 public:
  void report(const Story& story, FollowObserver& observer);

 private:
  void announce(const std::vector<Step>& steps, std::size_t index, FollowObserver& observer);

  std::size_t started_ = 0;
  std::size_t finished_ = 0;
};

struct FollowResult {
  bool detached = false;  // interrupted: the execution goes on
  Story story;
  Json state;  // the last state item; null when there was none
};

// Throws what the Api throws when nobody answered for a minute.
FollowResult follow(Context& context, World& world, const std::string& operation_id,
                    FollowObserver& observer);

}  // namespace aurora::cli
