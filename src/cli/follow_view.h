// How a followed execution is shown: to a person, and to a machine.
#pragma once
#include "cli/follow.h"
#include "cli/live.h"
#include "cli/progress.h"

namespace aurora::cli {

// A line for each step that is over; below them, on a tty, the step at work with its bar. In a pipe a
// line when a step starts to wait and one for each quarter of a percentage.
class PersonView final : public FollowObserver {
 public:
  explicit PersonView(Context& context);
  void step_started(const Step& step) override;
  void step_finished(const Step& step) override;
  void tick(const Step* step, const Progress& progress) override;
  void notice(const std::string& text) override;
  // Takes the moving line away; called before anything else is written.
  void end() { live_.clear(); }

 private:
  std::string moving_line(const Step& step, const Progress& progress);
  void quarter_line(const Step& step, const Progress& progress);
  std::string remaining_of(const Progress& progress) const;

  Context& context_;
  LiveLines live_;
  RemainingTime remaining_;
  std::string measured_step_;
  std::string last_message_;
  int quarters_told_ = 0;
  std::size_t turn_ = 0;
};

// One JSON object a line on standard output.
class MachineView final : public FollowObserver {
 public:
  // With an operation's id every line bears it, for following several.
  explicit MachineView(Context& context, std::string operation_id = {})
      : context_(context), operation_id_(std::move(operation_id)) {}
  void step_started(const Step& step) override;
  void step_finished(const Step& step) override;
  void tick(const Step* step, const Progress& progress) override;
  void notice(const std::string& text) override;
  // `event` is the line's kind; the time is added.
  void line(const std::string& event, Json fields);

 private:
  Context& context_;
  const std::string operation_id_;
  std::string last_progress_;
};

}  // namespace aurora::cli
