// What an update would do to a stack, before it is done.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/deploy/stack.h"
#include "cli/style.h"
#include "cli/task_report.h"

namespace aurora::cli {

struct ResourceChange {
  std::string action;  // Add, Modify, Remove, Import, Dynamic
  std::string logical_id;
  std::string physical_id;
  std::string type;
  std::string replacement;  // True, False, Conditional; empty where the question does not arise
  std::string policy;       // what becomes of what is removed or replaced: Retain, Delete, …

  bool replaces() const { return action == "Modify" && replacement == "True"; }
  bool may_replace() const { return action == "Modify" && replacement == "Conditional"; }
  // As published versions are: the old one stays, and is still used by what began with it.
  bool adds_beside() const;
  // What holds something that nobody can make again.
  bool holds_data() const;
  // What it holds would be gone, or at least nowhere in the stack.
  bool loses_data() const;
};

struct ChangeSet {
  std::string name;
  std::string stack_id;
  bool made_shell = false;  // an empty stack was made for it, which must not stay without it
  bool empty = false;       // nothing would change
  std::vector<ResourceChange> changes;
};

struct ChangeSetRequest {
  std::string stack;
  bool creates = false;  // there is no stack, or one that a change set made and nobody executed
  bool absent = false;   // there is none at all
  std::string template_url;
  Json parameters;
  ParameterValues tags;
  std::string role_arn;
  std::string description;
};

// Makes it and waits until it can be looked at. Throws Error "ChangeSetFailed" with CloudFormation's reason.
ChangeSet make_change_set(Context& context, Formation& formation, TaskReport& report,
                          const ChangeSetRequest& request);
// Takes it back, and the empty stack that was made for it, whose end is waited for: until then its name is
// busy. False when that is still so after a minute.
bool drop_change_set(Formation& formation, TaskReport& report, const ChangeSet& change_set);

// A table of what would be done; losses and replacements stand out.
std::string changes_text(const std::vector<ResourceChange>& changes, const Style& style);
Json to_json(const ResourceChange& change);

}  // namespace aurora::cli
