// Where a deployment goes: the stack of an environment, in an account and Region.
#pragma once
#include <optional>
#include <string>

#include "cli/deploy/rights.h"
#include "cli/deploy/running.h"
#include "cli/deploy/stack.h"
#include "cli/world.h"

namespace aurora::cli {

struct DeployPlace {
  World world;
  std::string stack;   // name
  std::string bucket;  // name

  RightsPlace rights() const;
};

// `stack` and `bucket` empty for aurora-restore-<environment> and aurora-restore-<account>-<region>. Throws
// Error "NotDeployable" for the endpoint on this machine, and what open_world throws.
DeployPlace open_deploy_place(Context& context, const std::string& stack, const std::string& bucket);

// What the stack says its parts are called, else what they are called in the environment.
RunningWork running_work(DeployPlace& place, const Stack& stack);

// The stack, which must be there. Throws Error "StackNotFound".
Stack require_stack(Formation& formation, const DeployPlace& place);

}  // namespace aurora::cli
