// The commands about configuration and notifications.
#pragma once
#include "cli/command.h"

namespace aurora::cli {

Command config_show_command();
Command config_settings_command();
Command config_validate_command();
Command notify_test_command();

}  // namespace aurora::cli
