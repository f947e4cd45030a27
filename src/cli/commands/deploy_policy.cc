#include "cli/commands/deploy_commands.h"
#include "cli/deploy/place.h"
#include "cli/output.h"

namespace aurora::cli {
namespace {

struct DeployPolicyOptions {
  std::string stack;
  std::string bucket;
  std::string account;
};

void bind_deploy_policy(Binder& binder, DeployPolicyOptions& options) {
  binder.option("--account", "ID", options.account,
                "The account to deploy into (default: of the credentials, which are asked of STS)");
  binder.option("--stack", "NAME", options.stack, "The stack's name (default: aurora-restore-ENVIRONMENT)");
  binder.option("--bucket", "NAME", options.bucket, "The bucket (default: aurora-restore-ACCOUNT-REGION)");
}

RightsPlace named_place(const Context& context, const DeployPolicyOptions& options) {
  const std::string region =
      !context.globals.region.empty() ? context.globals.region : context.variable("AWS_REGION").value_or("");
  if (region.empty())
    throw Error("RegionNotFound", "a policy is for a Region, and none is set",
                "Give --region (the Region to deploy into), or set AWS_REGION.");
  const std::string environment = chosen_environment(context);
  return {
      .account = options.account,
      .region = region,
      .environment = environment,
      .bucket = options.bucket.empty() ? "aurora-restore-" + options.account + "-" + region : options.bucket,
      .stack = options.stack.empty() ? "aurora-restore-" + environment : options.stack};
}

ExitCode run_deploy_policy(Context& context, const DeployPolicyOptions& options) {
  // Whoever writes the policy need not be who deploys: with an account given, nothing is asked.
  const RightsPlace place = options.account.empty()
                                ? open_deploy_place(context, options.stack, options.bucket).rights()
                                : named_place(context, options);
  context.terminal.out(dump_json_pretty(deployer_policy(place)) + "\n");
  return ExitCode::kDone;
}

}  // namespace

Command deploy_policy_command() {
  return make_command<DeployPolicyOptions>(
      {.path = "deploy policy",
       .summary = "Print the IAM policy of whoever deploys",
       .description =
           "What `deploy` and CloudFormation on its behalf call, with the account, Region, stack and bucket "
           "filled in. docs/DEPLOY.md shows it. Rights on functions, tables, roles, topics and queues are "
           "for names that begin with aurora-restore-: with other names they have to be added.",
       .examples = {{"{} deploy policy --env prod --region eu-central-1 --account 123456789012",
                     "without any credentials"}}},
      bind_deploy_policy, run_deploy_policy);
}

}  // namespace aurora::cli
