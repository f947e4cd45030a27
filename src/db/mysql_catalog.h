// What several readers of MySQL's information schema share.
#pragma once
#include <string>
#include <string_view>

namespace aurora::db::mysql {

// SQL condition on a column with a schema's name: a schema of the users, not of the server or of RDS.
std::string is_user_schema(std::string_view column);

// SQL condition on information_schema.tables `t`: a table with rows of its own. MariaDB names tables that
// keep their history apart.
std::string is_table();

}  // namespace aurora::db::mysql
