// PostgreSQL's side of db/users.h.
#pragma once
#include "db/users.h"

namespace aurora::db::postgres {

std::vector<EnsuredUser> ensure_users(Session& session, std::span<const UserSpec> users);
std::vector<GrantedPrivileges> grant_privileges(Session& session, std::span<const UserSpec> users);
std::vector<std::string> list_databases(Session& session);
std::vector<SchemaPrivileges> privileges_of(Session& session, std::string_view username);
std::vector<std::vector<std::string>> missing_privileges(Session& session, std::span<const UserSpec> users);
std::vector<std::vector<std::string>> excess_privileges(Session& session, std::span<const UserSpec> users);
std::vector<RemovedUser> remove_users(Connector& connector, const ConnectOptions& access,
                                      std::span<const Removal> removals);

std::vector<std::string> names_of(std::span<const UserSpec> users);
// Members of which role cannot be told apart from administrators: SQL, true for such a pg_roles `alias`.
std::string is_powerful(std::string_view alias);

}  // namespace aurora::db::postgres
