// Whether each user may do what it was promised, and nothing else: as the server's catalogs have it, and as
// the server behaves when the user tries.
#pragma once
#include <span>
#include <vector>

#include "restore/verification.h"

namespace aurora::restore {

// Goes on where the last call stopped: logs in as each user, and tries with its own session a statement of
// each kind that the catalogs allow or deny. Nothing is changed: the server checks privileges when it is
// asked to EXPLAIN a statement, and a CREATE is rolled back. True when all users are done.
bool check_users(StepContext& context, const db::ConnectOptions& access, std::span<const db::UserSpec> users);

// One check for each user; where there are many, one for all that are right and one for each that is not.
std::vector<Check> user_checks(const StepContext& context);

}  // namespace aurora::restore
