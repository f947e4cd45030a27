// What several readers of PostgreSQL's catalog share. All expect a Transaction's search path.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "db/session.h"

namespace aurora::db::postgres {

// Throws Error "EngineNotSupported" for a session on another engine; `what` is "users can be set up".
void require_postgres(const Session& session, std::string_view what);

// SQL conditions on a pg_namespace `n`: schemas of the users, not of the system, of RDS or of an extension.
std::string is_user_schema();
// Condition on the catalog `catalog` with alias `alias`: the object is no part of an extension. What an
// extension brings is set up by it alone.
std::string is_no_extension_member(std::string_view catalog, std::string_view alias);

// An array of text as a parameter: {"a","b"}.
std::string text_array(const std::vector<std::string>& values);

// The value of a column that is never null.
const std::string& text_of(const Row& row, std::size_t column);
std::int64_t number_of(const Row& row, std::size_t column);
bool truth_of(const Row& row, std::size_t column);

// Runs `action` again, a few times, when it lost a race against another session that changed the same
// roles or objects: PostgreSQL reports such races as errors. `action` is a whole transaction.
void repeat_on_conflict(const std::function<void()>& action);

// Holds the lock by which our own sessions take turns at users in one database, until the transaction ends.
void lock_users(Session& session);

}  // namespace aurora::db::postgres
