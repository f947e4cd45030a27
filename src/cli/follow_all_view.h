// How operations that are followed together are shown: to people, and to machines.
#pragma once
#include "cli/follow_all.h"
#include "cli/live.h"

namespace aurora::cli {

// A line for each event; on a tty, below them, a table of what runs, which is redrawn. Written to a pipe or a
// file, the lines go to standard output and begin with the time in UTC.
class TableView final : public FollowAllView {
 public:
  explicit TableView(Context& context) : context_(context), live_(context.terminal) {}
  std::unique_ptr<FollowObserver> observer_of(const std::string& operation_id) override;
  void ended(const Followed& operation) override;
  void tick(const std::vector<std::unique_ptr<Followed>>& operations) override;
  void notice(const std::string& text) override;
  // "12:03:07  nightly-3  ✓ Copy the snapshot"
  void event_line(TimePoint when, const std::string& operation_id, const std::string& text);

 private:
  Context& context_;
  LiveLines live_;
};

// One JSON object a line, as of one operation and with `operation_id`.
class MachineAllView final : public FollowAllView {
 public:
  explicit MachineAllView(Context& context) : context_(context) {}
  std::unique_ptr<FollowObserver> observer_of(const std::string& operation_id) override;
  void ended(const Followed& operation) override;
  void tick(const std::vector<std::unique_ptr<Followed>>&) override {}
  void notice(const std::string& text) override;

 private:
  Context& context_;
};

}  // namespace aurora::cli
