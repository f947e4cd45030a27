// The settings that creating, restoring and modifying a cluster have in common.
#pragma once
#include "local/rds/catalog.h"
#include "local/rds/context.h"

namespace aurora::local::rds {

// Checks what the input sets and writes it into `body`, leaving what it does not mention.
void apply_settings(Context& context, Json& body);

// The version that the input asks for, else `fallback`; refused when RDS does not know it.
const EngineVersion& version_for(const Context& context, std::string_view engine, std::string_view fallback);

// Refuses an interval of Enhanced Monitoring that RDS does not have, and one without a role.
void check_monitoring(const Context& context, const Json& body);

// Refuses a password outside RDS's rules: 8 to 41 printable ASCII characters without / " @ and space.
void check_master_password(const std::string& password);

}  // namespace aurora::local::rds
