// Follows what CloudFormation does to a stack, to its end.
#pragma once
#include <optional>
#include <string>

#include "cli/context.h"
#include "cli/deploy/stack.h"
#include "cli/style.h"

namespace aurora::cli {

struct StackOutcome {
  std::string status;                       // of the stack; DELETE_COMPLETE when it is gone
  std::optional<StackEvent> first_failure;  // what began the trouble, not what was cancelled because of it
};

class StackWatch {
 public:
  // `after`: the event that came last before; only later ones are shown. The stack is followed by its id,
  // which a deleted one keeps.
  StackWatch(Context& context, Formation& formation, std::string stack_id, std::string after)
      : context_(context), formation_(formation), stack_id_(std::move(stack_id)), after_(std::move(after)) {}

  // One line an event on standard error, and below them on a terminal what is at work. Throws Cancelled on
  // Ctrl-C: CloudFormation goes on by itself.
  StackOutcome follow();

 private:
  class View;

  Context& context_;
  Formation& formation_;
  std::string stack_id_;
  std::string after_;
};

// The event that came last so far; empty when there is none, or no such stack.
std::string last_event(Formation& formation, const std::string& stack);

// A line of an event, for lists: time, status, resource, reason.
std::string event_line(Context& context, const StackEvent& event, const Style& style);

}  // namespace aurora::cli
