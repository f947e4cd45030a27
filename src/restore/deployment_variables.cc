#include "restore/deployment_variables.h"

#include <array>

namespace aurora::restore {
namespace {

constexpr std::array kVariables{
    DeploymentVariable{
        "ENVIRONMENT", "dev",
        "The environment that the pipeline's names and parameters carry; for the command line, "
        "which one is meant, `local` by default. The local endpoint is always `dev`."},
    DeploymentVariable{"REGION", "us-west-2", "The Region that the pipeline is deployed in."},
    DeploymentVariable{"STATE_TABLE_NAME", "aurora-restore-state-<environment>", "The state table."},
    DeploymentVariable{"DYNAMODB_TABLE_NAME", "", "The state table, where STATE_TABLE_NAME is not set."},
    DeploymentVariable{"AUDIT_TABLE_NAME", "aurora-restore-audit-<environment>", "The audit table."},
    DeploymentVariable{"STATE_MACHINE_NAME", "aurora-restore-<environment>", "The state machine."},
    DeploymentVariable{"FUNCTION_NAME_PATTERN", "aurora-restore-{step}-<environment>",
                       "The functions, with {step} for the step's name in hyphens."},
    DeploymentVariable{"LOG_LEVEL", "INFO",
                       "The functions' log: DEBUG (with every AWS call), INFO, WARNING or ERROR."},
    DeploymentVariable{"MAX_RETRIES", "3",
                       "How often the state machine repeats a step after an error that may pass."},
    DeploymentVariable{"RETRY_INTERVAL_SECONDS", "3", "The wait before the first of these repetitions."},
    DeploymentVariable{"RETRY_BACKOFF_RATE", "2", "By how much each wait is longer than the one before."},
    DeploymentVariable{"STATE_MACHINE_TIMEOUT_SECONDS", "7200", "When an execution is ended."},
    DeploymentVariable{"LAMBDA_TIMEOUT_SECONDS", "300", "When a function is ended."},
    DeploymentVariable{"LAMBDA_MEMORY_SIZE", "256", "A function's memory in MiB."},
    DeploymentVariable{"VPC_ID", "", "The VPC of the functions that speak SQL, not of the restored cluster."},
    DeploymentVariable{"SUBNET_IDS", "",
                       "The subnets of these functions; the cluster's are the setting subnet_ids."},
    DeploymentVariable{"SECURITY_GROUP_IDS", "",
                       "The security groups of these functions; the cluster's are the setting "
                       "vpc_security_group_ids."},
};

}  // namespace

std::span<const DeploymentVariable> deployment_variables() {
  return kVariables;
}

}  // namespace aurora::restore
