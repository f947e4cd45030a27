// What `run` and `watch` share: following an operation and closing with its summary.
#pragma once
#include "cli/exit_codes.h"
#include "cli/follow.h"
#include "cli/follow_view.h"

namespace aurora::cli {

ExitCode follow_and_sum_up(Context& context, World& world, const std::string& operation_id, bool json);

}  // namespace aurora::cli
