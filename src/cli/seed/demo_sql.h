// The demo's SQL scripts, infrastructure/demo/<name>.sql.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::cli {

// The script's text; empty when there is none of that name.
std::string_view demo_sql(std::string_view name);

// The statements of a script, which end with a semicolon before an empty line or the end; comments
// before a statement go with it. ":name" is replaced by its number in `values`.
std::vector<std::string> sql_statements(std::string_view script,
                                        const std::map<std::string, int>& values = {});

}  // namespace aurora::cli
