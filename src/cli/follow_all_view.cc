#include "cli/follow_all_view.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "cli/follow_view.h"
#include "cli/output.h"
#include "cli/summary.h"
#include "cli/table.h"

namespace aurora::cli {
namespace {

constexpr std::size_t kRowsMax = 20;
constexpr std::size_t kBarWidth = 14;
constexpr int kWideWindow = 110;

// Steps of one operation, as lines among those of the others.
class StepLines final : public FollowObserver {
 public:
  StepLines(Context& context, TableView& view, std::string operation_id)
      : context_(context), view_(view), operation_id_(std::move(operation_id)) {}

  void step_started(const Step& step) override {
    // On a terminal the table shows what is at work.
    if (!context_.terminal.out_traits().tty)
      view_.event_line(step.started, operation_id_, step_title(step.name) + " began");
  }
  void step_finished(const Step& step) override {
    const Style style(context_.terminal.out_traits());
    const bool good = step.status == StepStatus::kSucceeded;
    const std::string note = good ? step.message : step.error + (step.cause.empty() ? "" : ": " + step.cause);
    view_.event_line(step.finished, operation_id_,
                     fmt::format("{} {} after {}{}", good ? style.ok() : style.bad(), step_title(step.name),
                                 human_duration(step.finished - step.started),
                                 note.empty() ? "" : style.dim(": " + note)));
  }
  void tick(const Step* /*step*/, const Progress& /*progress*/) override {}
  void notice(const std::string& text) override { view_.notice(text); }

 private:
  Context& context_;
  TableView& view_;
  const std::string operation_id_;
};

struct Row {
  std::string target;
  std::string step = "has not begun";
  std::string bar;
  std::string left;
  std::string took;
};

Row row_of(const Followed& operation, TimePoint now, const Style& style) {
  Row row;
  row.target = text_at(operation.state, {"parameters", "target_cluster_id"});
  if (operation.story.started()) row.took = human_duration(now - *operation.story.started());
  if (operation.story.steps().empty()) return row;
  const Step& step = operation.story.steps().back();
  row.step = step_title(step.name);
  const Progress progress = progress_of(operation.state);
  if (progress.percent < 0 || progress.step != step.name) return row;
  row.bar = progress_bar(progress.percent, kBarWidth, style) + fmt::format(" {:3.0f} %", progress.percent);
  const auto left = progress.remaining ? progress.remaining : operation.remaining.left();
  if (left) row.left = remaining_text(*left);
  return row;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

std::unique_ptr<FollowObserver> TableView::observer_of(const std::string& operation_id) {
  return std::make_unique<StepLines>(context_, *this, operation_id);
}

void TableView::event_line(TimePoint when, const std::string& operation_id, const std::string& text) {
  const StreamTraits traits = context_.terminal.out_traits();
  const Style style(traits);
  const std::string line =
      fmt::format("{}  {}  {}", style.dim(shown_time_of_day(context_, when)), style.bold(operation_id), text);
  if (traits.tty)
    live_.keep(line);
  else
    context_.terminal.out(line + "\n");
}

void TableView::ended(const Followed& operation) {
  const Style style(context_.terminal.out_traits());
  const Story& story = operation.story;
  const bool good = story.outcome() == Story::Outcome::kSucceeded;
  const TimePoint when = story.finished().value_or(context_.clock.now());
  std::string text = good ? style.green("Restored") : style.red(std::string(name_of(story.outcome())));
  if (const std::string target = text_at(operation.state, {"parameters", "target_cluster_id"});
      !target.empty())
    text += " " + target;
  if (story.started()) text += " after " + human_duration(when - *story.started());
  if (!good) text += fmt::format("; look: {}", command_line(context_, "status " + operation.id));
  event_line(when, operation.id, text);
}

void TableView::tick(const std::vector<std::unique_ptr<Followed>>& operations) {
  const StreamTraits traits = context_.terminal.err_traits();
  if (!traits.tty) return;
  const Style style(traits);
  const bool wide = traits.width >= kWideWindow;
  std::vector<Table::Column> columns{
      {"OPERATION"}, {"TOOK", Table::Align::kRight}, {"STEP"}, {"PROGRESS"}, {""}};
  if (wide) columns.insert(columns.begin() + 1, {"TARGET"});
  Table table(columns);
  for (std::size_t i = 0; i < std::min(operations.size(), kRowsMax); ++i) {
    const Row row = row_of(*operations[i], context_.clock.now(), style);
    std::vector<std::string> cells{operations[i]->id, row.took, row.step, row.bar, row.left};
    if (wide) cells.insert(cells.begin() + 1, row.target);
    table.add(std::move(cells));
  }
  std::vector<std::string> lines;
  if (operations.empty())
    lines.push_back(style.dim("Nothing runs; waiting for what begins. Ctrl-C ends this."));
  else
    lines = lines_of(table.text(style));
  if (operations.size() > kRowsMax)
    lines.push_back(style.dim(fmt::format("and {} more", operations.size() - kRowsMax)));
  live_.move(std::move(lines));
}

void TableView::notice(const std::string& text) {
  const Style style(context_.terminal.err_traits());
  live_.keep(fmt::format("{} {}", style.warn(), text));
}

std::unique_ptr<FollowObserver> MachineAllView::observer_of(const std::string& operation_id) {
  return std::make_unique<MachineView>(context_, operation_id);
}

void MachineAllView::ended(const Followed& operation) {
  MachineView(context_, operation.id)
      .line("finished", summary_json({operation.id, operation.state, std::nullopt}, operation.story));
}

void MachineAllView::notice(const std::string& text) {
  MachineView(context_).line("notice", {{"message", text}});
}

}  // namespace aurora::cli
