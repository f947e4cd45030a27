// Tells which of several tasks is at work, and how each ended.
#pragma once
#include <functional>
#include <string>

#include "cli/context.h"
#include "cli/live.h"
#include "cli/progress.h"

namespace aurora::cli {

// One line for each task on standard error: a moving one with a bar while it runs, then one that stays.
class TaskReport {
 public:
  explicit TaskReport(Context& context) : context_(context), live_(context.terminal) {}

  // `work` returns a note for the finished line ("there already"). Errors pass through.
  void task(const std::string& title, const std::function<std::string()>& work);
  // From within the work: draws anew. `percent` below 0: there is no percentage.
  void progress(double percent, const std::string& note = {});
  // Waits one look's interval while drawing; throws Cancelled on Ctrl-C.
  void wait(Duration interval, double percent, const std::string& note);

 private:
  void check_interrupted() const;

  Context& context_;
  LiveLines live_;
  std::string title_;
  TimePoint began_;
  RemainingTime remaining_;
  std::size_t turn_ = 0;
};

}  // namespace aurora::cli
