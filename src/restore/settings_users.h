// The shapes of db_users and remove_users, and what they mean to the database layer.
#pragma once
#include <vector>

#include "base/json.h"
#include "db/users.h"
#include "restore/configuration.h"

namespace aurora::restore {

// One element of db_users that check_db_users() has passed. The password is only there when it stands in
// the configuration itself; else `password_secret_id` says where it is.
db::UserSpec user_spec(const Json& user);
std::string password_secret(const Json& user);
// Whether the password is made by the pipeline: where there is none yet, or (rotate) anew in each restore.
bool is_password_generated(const Json& user);
bool is_password_rotated(const Json& user);

std::vector<db::Removal> removals_of(const Json& remove_users);

// What the database layer finds, about the setting `list`.
Finding finding_of(const std::string& list, const db::UserFinding& finding);

// What is wrong with db_users and remove_users for this engine, with the path of each field; all at once,
// before anything is asked of a server.
std::vector<Finding> user_findings(const Configuration& settings, db::Engine engine);

}  // namespace aurora::restore
