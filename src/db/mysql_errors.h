// Which error a refusal of MySQL or MariaDB is.
#pragma once
#include <string>
#include <string_view>

#include "db/session.h"

namespace aurora::db::mysql {

// What the client library says of a failure: https://mariadb.com/kb/en/mariadb-error-codes/ (servers) and
// https://mariadb.com/kb/en/client-error-codes/ (numbers from 2000 and from 5000: no server said it).
struct Failure {
  unsigned number = 0;
  std::string sql_state = {};
  std::string text = {};
};

// DatabaseUnavailable, DatabaseLoginFailed or DatabaseError, by the number; most of MySQL's own errors share
// the SQLSTATE HY000.
std::string error_name(const Failure& failure);

// `text` without what a statement or a row brought into it: syntax errors quote the statement, which may hold
// a password or its hash, and "duplicate entry" quotes the row.
std::string without_values(const Failure& failure);

SqlError statement_error(const Failure& failure);
// The error of a connection that did not come about.
SqlError connection_error(const ConnectOptions& options, const Failure& failure);

}  // namespace aurora::db::mysql
