#include "cli/deploy/place.h"

#include <fmt/format.h>

#include "cli/deploy/bucket.h"

namespace aurora::cli {
namespace {

std::string output_or(const Stack& stack, const std::string& key, const std::string& fallback) {
  const auto found = stack.outputs.find(key);
  return found == stack.outputs.end() || found->second.empty() ? fallback : found->second;
}

}  // namespace

RightsPlace DeployPlace::rights() const {
  return {.account = world.names.account,
          .region = world.region(),
          .environment = world.names.environment,
          .bucket = bucket,
          .stack = stack};
}

DeployPlace open_deploy_place(Context& context, const std::string& stack, const std::string& bucket) {
  const std::string environment = chosen_environment(context);
  if (environment == kLocalEnvironment)
    throw Error("NotDeployable", "the endpoint on this machine has its pipeline from the start",
                "Give --env NAME, the environment on AWS to deploy: dev, prod, or any other name.");
  DeployPlace place{.world = open_world(context), .stack = stack, .bucket = bucket};
  if (place.stack.empty()) place.stack = "aurora-restore-" + environment;
  if (place.bucket.empty())
    place.bucket = deploy_bucket_name(place.world.names.account, place.world.region());
  return place;
}

RunningWork running_work(DeployPlace& place, const Stack& stack) {
  const restore::PipelineNames& names = place.world.names;
  return running_work(place.world, output_or(stack, "StateMachineArn", names.state_machine_arn()),
                      output_or(stack, "StateTableName", names.state_table()));
}

Stack require_stack(Formation& formation, const DeployPlace& place) {
  auto stack = formation.find(place.stack);
  if (state_of(stack) == StackState::kAbsent)
    throw Error(
        "StackNotFound", fmt::format("there is no stack {} in {}", place.stack, place.world.region()),
        "Nothing is deployed there. --env, --region and --stack choose another; `aurora-restore deploy` "
        "deploys it.");
  return std::move(*stack);
}

}  // namespace aurora::cli
