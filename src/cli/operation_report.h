// The report of an operation (restore/report.h) with what only the command line sees: the execution's
// history, and what carries the operation's tag now.
#pragma once
#include "cli/operations.h"

namespace aurora::cli {

Json report_of(Context& context, World& world, const Operation& operation, const std::vector<Json>& audit);

}  // namespace aurora::cli
