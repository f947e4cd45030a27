// The engines that this machine can carry.
#pragma once
#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "local/engines/engine.h"
#include "local/engines/mariadb_engine.h"
#include "local/engines/postgresql_engine.h"
#include "local/engines/tls_authority.h"

namespace aurora::local::engines {

// Those whose servers are installed; for a missing one a line in the log says how to get it, and orders for
// its clusters are refused. `authority` must outlive them.
Engines native_engines(const PostgreSqlOptions& postgresql, const TlsAuthority& authority, Clock& clock,
                       const Log& log, const MariaDbOptions& mariadb = {});

}  // namespace aurora::local::engines
