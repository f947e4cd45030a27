// The rows of the demo's databases.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "cli/task_report.h"
#include "db/session.h"

namespace aurora::cli {

// Runs infrastructure/demo/<name>.sql, with numbers in place of its :names.
void run_script(db::Session& session, std::string_view name, const std::map<std::string, int>& values = {});

// True when the data was there already; what an interrupted run left is made anew.
bool load_postgresql(db::Session& session, int scale, TaskReport& report);
bool load_mysql(db::Session& session, int scale, TaskReport& report);

}  // namespace aurora::cli
