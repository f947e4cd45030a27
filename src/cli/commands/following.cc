#include "cli/commands/following.h"

#include <fmt/format.h>

#include "cli/summary.h"

namespace aurora::cli {
namespace {

ExitCode exit_code_of(const Operation& operation, const Story& story) {
  if (story.outcome() == Story::Outcome::kSucceeded) return ExitCode::kDone;
  const Json state = operation.state.value_or(Json::object());
  std::string error = text_at(state, {"error", "name"});
  if (error.empty()) error = story.error();
  // Only what the request got wrong keeps its own code: an endpoint that a step could not reach is a
  // restore that failed.
  const ExitCode code = exit_code_of_error(error);
  return code == ExitCode::kBadInput || code == ExitCode::kNotFound ? code : ExitCode::kFailed;
}

void say_how_to_come_back(Context& context, const std::string& operation_id) {
  const Style style(context.terminal.err_traits());
  context.terminal.err(fmt::format("\n{} Detached. The restore goes on.\n  Come back: {}\n  End it:    {}\n",
                                   style.warn(), command_line(context, "watch " + operation_id),
                                   command_line(context, "cancel " + operation_id)));
}

ExitCode follow_for_machine(Context& context, World& world, const std::string& operation_id) {
  MachineView view(context);
  const FollowResult result = follow(context, world, operation_id, view);
  if (result.detached) {
    view.line("detached", {{"operation_id", operation_id}});
    return ExitCode::kDetached;
  }
  const Operation operation{operation_id, result.state, std::nullopt};
  const ExitCode code = exit_code_of(operation, result.story);
  Json summary = summary_json(operation, result.story);
  summary["exit_code"] = static_cast<int>(code);
  view.line("finished", summary);
  return code;
}

}  // namespace

ExitCode follow_and_sum_up(Context& context, World& world, const std::string& operation_id, bool json) {
  if (json) return follow_for_machine(context, world, operation_id);
  PersonView view(context);
  const FollowResult result = follow(context, world, operation_id, view);
  view.end();
  if (result.detached) {
    say_how_to_come_back(context, operation_id);
    return ExitCode::kDetached;
  }
  const Operation operation{operation_id, result.state, std::nullopt};
  context.terminal.out(
      summary_text(context, world, operation, result.story, Style(context.terminal.out_traits())));
  return exit_code_of(operation, result.story);
}

}  // namespace aurora::cli
