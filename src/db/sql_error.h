// Which of the three errors a server's or a connection's refusal is.
#pragma once
#include <string>
#include <string_view>

#include "db/session.h"

namespace aurora::db {

// DatabaseUnavailable, DatabaseLoginFailed or DatabaseError, by PostgreSQL's SQLSTATE
// (https://www.postgresql.org/docs/15/errcodes-appendix.html). Empty: no server said anything.
std::string error_name(std::string_view sql_state);

// The error of a connection that did not come about. `client_text` is libpq's message in verbose form
// ("connection to server at … failed: FATAL:  28P01: password authentication failed …\nLOCATION: …").
SqlError connection_error(const ConnectOptions& options, std::string_view client_text);

// The same error, of statement `number` (from 1) of `count` that were run together.
SqlError numbered(const SqlError& error, std::size_t number, std::size_t count);

}  // namespace aurora::db
