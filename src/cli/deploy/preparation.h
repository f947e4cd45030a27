// Everything that is looked at before a deployment touches anything, with all findings in one answer.
#pragma once
#include <optional>
#include <string>

#include "cli/deploy/options.h"
#include "cli/deploy/package.h"
#include "cli/deploy/parameters.h"
#include "cli/deploy/place.h"
#include "cli/deploy/release.h"
#include "cli/deploy/template_file.h"

namespace aurora::cli {

struct Preparation {
  DeployPlace place;
  TemplateFile file;
  Package package;
  std::string definition;
  ParameterValues given;
  ParameterValues own;
  ParameterValues tags;
  std::string code_key;
  std::string definition_key;
  std::string template_key;
  Release release;
  std::optional<Stack> stack;
  RunningWork running;
  bool has_bucket = false;
  std::optional<Duration>
      started_within;  // how fast the package starts here; nothing when it is for another machine

  bool stands() const { return state_of(stack) == StackState::kStands; }
  // Values of the stack that is updated; one that never stood gives none.
  ParameterValues before() const { return stands() ? stack->parameters : ParameterValues(); }
  Release deployed() const { return parse_release(stack ? stack->parameter("Release") : ""); }
};

// Throws the one Error that was found, or Error "DeploymentRefused" with all of them.
Preparation prepare(Context& context, const DeployOptions& options);

}  // namespace aurora::cli
