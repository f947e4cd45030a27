#include "cli/commands/deploy_commands.h"
#include "cli/deploy/deployment.h"

namespace aurora::cli {
namespace {

void bind_deploy(Binder& binder, DeployOptions& options) {
  binder.option(
      "--package", "FILE", options.package,
      "The functions' package (default: dist/aurora-restore-functions-ARCH.zip, or one beside this program)");
  binder.option("--arch", "ARCH", options.architecture,
                "Which machines run the functions (default: what is deployed, else arm64)",
                {"arm64", "x86_64"});
  binder.option("--bucket", "NAME", options.bucket,
                "Where files are uploaded (default: aurora-restore-ACCOUNT-REGION, made when it is missing)");
  binder.list("--parameter", "KEY=VALUE", options.parameters,
              "A parameter of the template; what is not given keeps the value that it has", false);
  binder.option("--parameters", "FILE", options.parameters_file, "Parameters as YAML, one KEY: value a line");
  binder.option("--template", "FILE", options.template_file, "Another template than this program's own");
  binder.list("--tag", "KEY=VALUE", options.tags, "A tag of everything that the stack has", false);
  binder.option("--stack", "NAME", options.stack, "The stack's name (default: aurora-restore-ENVIRONMENT)");
  binder.option("--role-arn", "ARN", options.role_arn,
                "The role that CloudFormation acts in, instead of with your own rights");
  binder.flag("--check", options.check, "Only look, at the rights too; nothing is uploaded");
  binder.flag("--dry-run", options.dry_run, "Upload and show the change, and take the change set back");
  binder.flag("-y,--yes", options.yes, "Do not ask");
  binder.flag("--allow-replacement", options.allow_replacement,
              "Make a change, too, that removes or replaces a table with what it holds");
  binder.flag("--continue-rollback", options.continue_rollback, "Go on with a rollback that failed");
  binder.flag("--protect", options.protect, "Protect the stack from deletion");
  bind_output(binder, options.output, "The stack, with the changes, as one JSON object");
}

ExitCode run_deploy(Context& context, const DeployOptions& options) {
  if (options.continue_rollback) return continue_rollback(context, options);
  return options.check ? check_deployment(context, options) : deploy(context, options);
}

}  // namespace

Command deploy_command() {
  return make_command<DeployOptions>(
      {.path = "deploy",
       .summary = "Create or update the pipeline of an environment on AWS",
       .description =
           "Looks at everything first (credentials, package, template, parameters, stack) and tells all that "
           "stands "
           "in the way at once; a package for this machine is started, to prove that it starts. Then uploads "
           "what is "
           "not there yet, each file under its content's hash, shows the change before it is made, asks, and "
           "follows it with its events. CloudFormation takes a failed change back.\n\nOperations that run "
           "finish on "
           "the version they began with. Ctrl-C stops looking; the change goes on.",
       .examples = {{"{} deploy --env dev --region eu-central-1", "the first time, and every time after"},
                    {"{} deploy --env prod --parameters prod.yaml --dry-run", "only show what would change"},
                    {"{} deploy --env prod --parameter LogLevel=DEBUG --yes", "one parameter, in a script"},
                    {"{} deploy --env prod --check",
                     "whether everything that is needed is there and allowed"}},
       .lists = true},
      bind_deploy, run_deploy);
}

}  // namespace aurora::cli
