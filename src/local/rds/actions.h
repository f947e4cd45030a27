// Which handler an action of RDS has.
#pragma once
#include "local/rds/context.h"

namespace aurora::local::rds {

// Null for an action that is not carried.
Handler find_action(std::string_view operation);

}  // namespace aurora::local::rds
