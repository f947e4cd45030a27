// The rows of the commands that deploy; each is defined in the file of its name.
#pragma once
#include "cli/command.h"

namespace aurora::cli {

Command deploy_command();
Command deploy_status_command();
Command deploy_policy_command();
Command destroy_command();

}  // namespace aurora::cli
