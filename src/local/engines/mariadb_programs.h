// Where MariaDB's programs are.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace aurora::local::engines {

// Throws Error "EngineFailed" when it is not installed.
std::string mariadb_program(std::string_view name);
// Of those that the engine needs.
std::vector<std::string> missing_mariadb_programs();

}  // namespace aurora::local::engines
