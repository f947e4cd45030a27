// Running a fleet: as many restores at once as it allows, the more important ones first, and no more copies
// into a Region than RDS takes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/fleet.h"
#include "cli/world.h"

namespace aurora::cli {

struct BatchItem {
  enum class State { kWaiting, kRunning, kCompleted, kFailed, kSkipped };

  FleetItem plan;
  State state = State::kWaiting;
  int attempts = 0;
  std::string operation_id = {};  // of the last attempt
  std::string step = {};
  std::string message = {};  // of the step at work, or of the error
  double percent = -1;
  std::string error = {};
  std::optional<TimePoint> started = {};
  std::optional<TimePoint> finished = {};
  std::string source_region = {};
  std::string target_region = {};

  bool is_over() const { return state != State::kWaiting && state != State::kRunning; }
  // Whether its snapshot has to be copied into another Region.
  bool copies_across() const;
};

std::string_view name_of(BatchItem::State state);

class BatchObserver {
 public:
  virtual ~BatchObserver() = default;
  virtual void started(const BatchItem& item) = 0;
  virtual void step_changed(const BatchItem& item) = 0;
  virtual void will_retry(const BatchItem& item) = 0;
  virtual void finished(const BatchItem& item) = 0;
  // The item waits for one of the Region's copy slots; told once for each wait.
  virtual void waits_for_slot(const BatchItem& item) = 0;
  // Several times a second.
  virtual void tick(const std::vector<BatchItem>& items) = 0;
  virtual void notice(const std::string& text) = 0;
};

struct BatchResult {
  bool detached = false;  // interrupted: what was started goes on, the rest is not started
  std::vector<BatchItem> items;

  bool all_completed() const;
};

// Operations are "<batch>-<item>"; of a second attempt "<batch>-<item>-2". Throws what the Api throws when
// nobody answered for a minute.
BatchResult run_batch(Context& context, World& world, const Fleet& fleet, const std::string& batch,
                      BatchObserver& observer);

}  // namespace aurora::cli
