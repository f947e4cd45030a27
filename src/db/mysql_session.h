// A session on MySQL or MariaDB through MariaDB Connector/C.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "db/session.h"

namespace aurora::db {

// Opens it within options.connect_timeout (for each of connecting, TLS and login). A host that begins with
// "/" is the path of a local socket. Throws SqlError, or Error "InvalidInput".
std::unique_ptr<Session> connect_mysql(const ConnectOptions& options);

// The hash that mysql_native_password stores: "*" and 40 hexadecimal digits of SHA1(SHA1(password)). It
// stands in CREATE or ALTER USER … IDENTIFIED BY PASSWORD '*…' (MariaDB) and IDENTIFIED WITH
// mysql_native_password AS '*…' (MySQL). Empty for an empty password, as the servers have it.
std::string native_password_hash(const Secret& password);

}  // namespace aurora::db
