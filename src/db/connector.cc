#include "db/mysql_session.h"
#include "db/postgres_session.h"
#include "db/session.h"
#include "db/sql_error.h"

namespace aurora::db {

std::optional<Engine> engine_of(std::string_view rds_engine) {
  if (rds_engine == "aurora-postgresql") return Engine::kPostgreSql;
  if (rds_engine == "aurora-mysql") return Engine::kMySql;
  return std::nullopt;
}

void Session::run_all(std::span<const std::string> statements) {
  for (std::size_t number = 0; number < statements.size(); ++number) {
    try {
      query(statements[number]);
    } catch (const SqlError& error) {
      throw numbered(error, number + 1, statements.size());
    }
  }
}

std::unique_ptr<Session> NativeConnector::connect(const ConnectOptions& options) {
  return options.engine == Engine::kPostgreSql ? connect_postgres(options) : connect_mysql(options);
}

}  // namespace aurora::db
