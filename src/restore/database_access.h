// The way from a step to the databases: which users there are to be, and sessions as master or as user.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "db/users.h"
#include "restore/step.h"

namespace aurora::restore {

// The users of db_users with their passwords; without db_users, the application's user of
// app_credentials_secret_id, with SELECT, INSERT, UPDATE and DELETE. A password that stands in the
// configuration itself is warned of in log and audit, by the parameter's name.
std::vector<db::UserSpec> configured_users(StepContext& context);

// How to reach the restored cluster, as its master user; `restore_details` of the operation say where.
db::ConnectOptions master_access(StepContext& context);
// The same, as another user and in another database.
db::ConnectOptions access_as(const db::ConnectOptions& access, const db::UserSpec& user,
                             const std::string& database);
// How to reach the running source cluster, for comparing with it. Throws Error "SourceUnavailable".
db::ConnectOptions source_access(StepContext& context);

}  // namespace aurora::restore
