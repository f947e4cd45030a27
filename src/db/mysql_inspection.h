// The inventory of MySQL and MariaDB, from their information schema.
#pragma once
#include "db/inspection.h"
#include "db/session.h"

namespace aurora::db::mysql {

ServerInfo server_info(Session& session);
Inventory inspect(Session& session);

}  // namespace aurora::db::mysql
