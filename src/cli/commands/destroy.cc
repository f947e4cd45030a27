#include "cli/commands/deploy_commands.h"
#include "cli/deploy/removal.h"

namespace aurora::cli {
namespace {

void bind_destroy(Binder& binder, DestroyOptions& options) {
  binder.option("--stack", "NAME", options.stack, "The stack's name (default: aurora-restore-ENVIRONMENT)");
  binder.option("--bucket", "NAME", options.bucket,
                "The bucket of the deployments, which stays (default: aurora-restore-ACCOUNT-REGION)");
  binder.option("--role-arn", "ARN", options.role_arn,
                "The role that CloudFormation acts in, instead of with your own rights");
  binder.flag("-y,--yes", options.yes, "Do not ask; does not answer for --delete-data");
  binder.flag("--force", options.force, "Also while operations run, which then stand still half-done");
  binder.flag("--delete-data", options.delete_data,
              "Delete, too, what the stack keeps: state and audit of all restores");
  binder.option("--confirm", "STACK", options.confirm,
                "The stack's name, instead of the question of --delete-data");
  binder.flag("--unprotect", options.unprotect, "Take protection from deletion away first");
  bind_output(binder, options.output, "What is left as one JSON object");
}

ExitCode run_destroy(Context& context, const DestroyOptions& options) {
  return destroy(context, options);
}

}  // namespace

Command destroy_command() {
  return make_command<DestroyOptions>(
      {.path = "destroy",
       .summary = "Delete the pipeline of an environment from AWS, but not its state and audit",
       .description =
           "Deletes the stack and follows it. Tables with state and audit stay, and a new deployment takes "
           "them over; --delete-data deletes them as well, after the stack's name was typed. Clusters, "
           "snapshots, secrets and SSM parameters are no part of the stack and are never touched. Ends "
           "with what is left and how to remove it.",
       .examples = {{"{} destroy --env dev", "asks first"},
                    {"{} destroy --env dev --delete-data --confirm aurora-restore-dev",
                     "with all that it knew"}},
       .lists = true},
      bind_destroy, run_destroy);
}

}  // namespace aurora::cli
