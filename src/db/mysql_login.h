// The ways to prove a password to MySQL that Connector/C has as plugins of its own only, and those not in its
// archive: with them a static program needs no file beside it.
//
// Built into the archive: mysql_native_password. Here: caching_sha2_password (MySQL 8.4's default), and
// mysql_clear_password, with which RDS takes IAM tokens. No others: plugins are never loaded from files, and
// what the server asks for beyond these three is refused.
#pragma once
#include <string>
#include <string_view>

typedef struct st_mysql MYSQL;

namespace aurora::db::mysql {

// Separated by commas, as the option MARIADB_OPT_RESTRICTED_AUTH wants them.
inline constexpr char kAllowedPlugins[] = "mysql_native_password,caching_sha2_password,mysql_clear_password";

// Makes the plugins known to the client library; once per process is enough, more do no harm.
void register_plugins(MYSQL* connection);

// The answer to the server's `nonce` under caching_sha2_password:
// SHA256(password) XOR SHA256(SHA256(SHA256(password)), nonce).
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html
std::string caching_sha2_answer(std::string_view password, std::string_view nonce);

}  // namespace aurora::db::mysql
