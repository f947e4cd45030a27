#include "cli/deploy/outcome.h"

#include <fmt/format.h>

#include "cli/table.h"

namespace aurora::cli {
namespace {

struct Ending {
  std::string stands;
  std::string hint;
};

Ending ending_of(const std::string& status, const std::string& stack) {
  if (status == "ROLLBACK_COMPLETE")
    return {fmt::format("Nothing of stack {} stands but what is kept on purpose.", stack),
            "Mend the reason and deploy again; that removes what is left of the stack first."};
  if (status == "UPDATE_ROLLBACK_COMPLETE")
    return {fmt::format("Stack {} stands as it did before; restores that run were not touched.", stack),
            "Mend the reason and deploy again."};
  if (status == "UPDATE_ROLLBACK_FAILED")
    return {fmt::format("Stack {} is neither as before nor as wanted.", stack),
            "Mend the reason, then `aurora-restore deploy --continue-rollback`."};
  if (status == "DELETE_FAILED")
    return {fmt::format("Stack {} is not deleted; what could be is.", stack),
            "`aurora-restore deploy status` shows what is left; `aurora-restore destroy` tries again."};
  return {fmt::format("Stack {} is in status {}.", stack, status),
          "`aurora-restore deploy status` shows what happened."};
}

}  // namespace

void require_done(const StackOutcome& outcome, const std::string& stack) {
  for (const char* done : {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE"})
    if (outcome.status == done) return;
  const Ending ending = ending_of(outcome.status, stack);
  std::string text = fmt::format("the change ended in {}", outcome.status);
  if (outcome.first_failure)
    text = fmt::format("{} ({}): {}", outcome.first_failure->logical_id, outcome.first_failure->type,
                       outcome.first_failure->reason);
  throw Error("DeploymentFailed", fmt::format("{} {}", text, ending.stands), ending.hint);
}

std::string outputs_text(const Stack& stack, const Style& style) {
  std::vector<std::pair<std::string, std::string>> lines(stack.outputs.begin(), stack.outputs.end());
  return label_lines(lines, style, 2);
}

Json stack_json(const Stack& stack) {
  return {{"stack", stack.name},
          {"id", stack.id},
          {"status", stack.status},
          {"reason", stack.reason},
          {"release", stack.parameter("Release")},
          {"created_at", stack.created},
          {"updated_at", stack.updated},
          {"protected", stack.protected_from_termination},
          {"outputs", stack.outputs}};
}

}  // namespace aurora::cli
