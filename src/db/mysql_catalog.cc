#include "db/mysql_catalog.h"

#include <fmt/format.h>

namespace aurora::db::mysql {

std::string is_user_schema(std::string_view column) {
  return fmt::format(
      "{} NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'innodb', 'tmp')", column);
}

std::string is_table() {
  return "t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')";
}

}  // namespace aurora::db::mysql
