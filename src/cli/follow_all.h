// Follows every operation that runs, at once.
#pragma once
#include <string>

#include "cli/follow.h"
#include "cli/progress.h"

namespace aurora::cli {

// One operation that is followed.
struct Followed {
  std::string id;
  Story story;
  Json state;
  RemainingTime remaining;
  StepNews news;
  std::unique_ptr<FollowObserver> observer;
};

class FollowAllView {
 public:
  virtual ~FollowAllView() = default;
  // Makes what is told of the steps of an operation that was found running.
  virtual std::unique_ptr<FollowObserver> observer_of(const std::string& operation_id) = 0;
  virtual void ended(const Followed& operation) = 0;
  // Several times a second.
  virtual void tick(const std::vector<std::unique_ptr<Followed>>& operations) = 0;
  virtual void notice(const std::string& text) = 0;
};

struct FollowAllResult {
  bool detached = false;
  std::size_t succeeded = 0;
  std::size_t failed = 0;  // or stopped, or timed out
};

// Until none runs; with `forever` until it is interrupted. Throws what the Api throws when nobody answered
// for a minute.
FollowAllResult follow_all(Context& context, World& world, bool forever, FollowAllView& view);

}  // namespace aurora::cli
