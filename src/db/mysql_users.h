// MySQL's and MariaDB's side of db/users.h.
#pragma once
#include "db/users.h"

namespace aurora::db::mysql {

std::vector<EnsuredUser> ensure_users(Session& session, std::span<const UserSpec> users);
std::vector<GrantedPrivileges> grant_privileges(Session& session, std::span<const UserSpec> users);
std::vector<std::string> list_databases(Session& session);
std::vector<SchemaPrivileges> privileges_of(Session& session, std::string_view username);
std::vector<std::vector<std::string>> missing_privileges(Session& session, std::span<const UserSpec> users);
std::vector<std::vector<std::string>> excess_privileges(Session& session, std::span<const UserSpec> users);
std::vector<RemovedUser> remove_users(Connector& connector, const ConnectOptions& access,
                                      std::span<const Removal> removals);

}  // namespace aurora::db::mysql
