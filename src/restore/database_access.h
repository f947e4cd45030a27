// The way from a step to the databases: which users there are to be, and sessions as master or as user.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "db/users.h"
#include "restore/step.h"

namespace aurora::restore {

// The users of db_users, or the application's, with the passwords that hold now (user_passwords.h).
std::vector<db::UserSpec> configured_users(StepContext& context);

// How to reach the restored cluster (under its temporary name while it waits for a swap), as its master
// user. The server's certificate is verified whenever the authority is known.
db::ConnectOptions master_access(StepContext& context);
// The same, as another user and in another database.
db::ConnectOptions access_as(const db::ConnectOptions& access, const db::UserSpec& user,
                             const std::string& database);
// How to reach the running source cluster, for comparing with it. Throws Error "SourceUnavailable".
db::ConnectOptions source_access(StepContext& context);

}  // namespace aurora::restore
