// PostgreSQL's side of db/users.h.
#pragma once
#include "db/users.h"

namespace aurora::db::postgres {

EnsuredUser ensure_user(Session& session, const UserSpec& user);
GrantedPrivileges grant_privileges(Session& session, const UserSpec& user);
std::vector<std::string> list_databases(Session& session);
std::vector<SchemaPrivileges> privileges_of(Session& session, std::string_view username);
std::vector<std::string> missing_privileges(Session& session, const UserSpec& user);

}  // namespace aurora::db::postgres
