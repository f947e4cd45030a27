// Passwords of database users: read from Secrets Manager, or made and stored there.
//
// A password that is made takes the order of a rotation, so that at every moment some stage of the secret
// opens the database: the new one is stored as AWSPENDING, then set in the database, then tried by a login,
// then made AWSCURRENT. Its version's id follows from the operation, so that a step that is repeated goes on
// with the same password.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "restore/settings_users.h"
#include "restore/step.h"

namespace aurora::restore {

// A stored password that is not yet AWSCURRENT.
struct PendingPassword {
  std::size_t user = 0;  // its place among the users
  std::string secret;
  std::string version;
};

struct UsersWithPasswords {
  std::vector<db::UserSpec> users;
  std::vector<PendingPassword> pending;
};

// The users of db_users; without it, the application's user of app_credentials_secret_id, with SELECT,
// INSERT, UPDATE and DELETE. `make`: passwords that are to be generated are, and stored; else all are read
// as they are now. A password that stands in the configuration itself is warned of in log and audit, by the
// parameter's name. Throws Error "SecretNotFound" or "SecretMalformed". Nothing when the function's time
// does not suffice; what was made is found again.
std::optional<UsersWithPasswords> read_users(StepContext& context, const db::ConnectOptions& access,
                                             bool make);

// Makes the password AWSCURRENT.
void settle_password(StepContext& context, const PendingPassword& pending);

}  // namespace aurora::restore
