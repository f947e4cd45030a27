#include "db/mysql_login.h"

#include <errmsg.h>
#include <mysql.h>
#include <mysql/plugin_auth.h>

#include <cstring>

#include "base/digest.h"

namespace aurora::db::mysql {
namespace {

constexpr int kAuthentication = 2;
constexpr unsigned kInterfaceVersion = 0x0100;
constexpr std::size_t kNonceBytes = 20;

bool is_encrypted(MYSQL* connection) {
  return mysql_get_ssl_cipher(connection) != nullptr;
}

bool is_verified(MYSQL* connection) {
  my_bool verify = 0;
  mysql_get_optionv(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
  return is_encrypted(connection) && verify != 0;
}

int write(MYSQL_PLUGIN_VIO* server, const void* bytes, std::size_t count) {
  return server->write_packet(server, static_cast<const unsigned char*>(bytes), static_cast<int>(count));
}

// With the NUL at its end.
int write_password(MYSQL_PLUGIN_VIO* server, const MYSQL* connection) {
  return write(server, connection->passwd, std::strlen(connection->passwd) + 1) == 0 ? CR_OK : CR_ERROR;
}

int answer_caching_sha2(MYSQL_PLUGIN_VIO* server, MYSQL* connection) {
  unsigned char* packet = nullptr;
  const int size = server->read_packet(server, &packet);
  if (size < static_cast<int>(kNonceBytes)) return CR_SERVER_HANDSHAKE_ERR;
  if (*connection->passwd == '\0') return write(server, "", 1) == 0 ? CR_OK : CR_ERROR;

  const std::string answer = caching_sha2_answer(
      connection->passwd, std::string_view(reinterpret_cast<const char*>(packet), kNonceBytes));
  if (write(server, answer.data(), answer.size()) != 0) return CR_ERROR;

  constexpr unsigned char kAccepted = 3;
  constexpr unsigned char kPasswordWanted = 4;
  const int verdict = server->read_packet(server, &packet);
  if (verdict != 1) return CR_ERROR;
  if (*packet == kAccepted) return CR_OK;
  // The server has no digest of this password in its cache, and wants the password itself. Without TLS it
  // offers an RSA key for that, which whoever sits in between could replace by their own.
  if (*packet != kPasswordWanted || !is_encrypted(connection)) return CR_AUTH_PLUGIN_ERR;
  return write_password(server, connection);
}

// A token of IAM is as good as a password for 15 minutes, so it goes to a verified server only.
int answer_clear(MYSQL_PLUGIN_VIO* server, MYSQL* connection) {
  return is_verified(connection) ? write_password(server, connection) : CR_AUTH_PLUGIN_ERR;
}

// No exception may cross the library's C code.
template <int (*kAnswer)(MYSQL_PLUGIN_VIO*, MYSQL*)>
int guarded(MYSQL_PLUGIN_VIO* server, MYSQL* connection) {
  try {
    return kAnswer(server, connection);
  } catch (const std::exception&) {
    return CR_OUT_OF_MEMORY;
  }
}

// <mysql/client_plugin.h> has this as st_mysql_client_plugin_AUTHENTICATION, but includes a header that
// Debian's package leaves out. The layout is part of the library's interface of version 1.0.
struct Plugin {
  st_mysql_client_plugin header;
  int (*authenticate_user)(MYSQL_PLUGIN_VIO*, MYSQL*);
};

Plugin plugin(const char* name, int (*answer)(MYSQL_PLUGIN_VIO*, MYSQL*)) {
  Plugin made{};
  made.header.type = kAuthentication;
  made.header.interface_version = kInterfaceVersion;
  made.header.name = name;
  made.header.author = "aurora-restore";
  made.header.desc = name;
  made.header.license = "";
  made.authenticate_user = answer;
  return made;
}

}  // namespace

void register_plugins(MYSQL* connection) {
  // The library keeps the addresses for as long as the process lives.
  static Plugin caching_sha2 = plugin("caching_sha2_password", guarded<answer_caching_sha2>);
  static Plugin clear = plugin("mysql_clear_password", guarded<answer_clear>);
  for (Plugin* one : {&caching_sha2, &clear}) mysql_client_register_plugin(connection, &one->header);
}

std::string caching_sha2_answer(std::string_view password, std::string_view nonce) {
  std::string answer = sha256(password);
  const std::string mask = sha256(sha256(answer) + std::string(nonce));
  for (std::size_t at = 0; at < answer.size(); ++at)
    answer[at] =
        static_cast<char>(static_cast<unsigned char>(answer[at]) ^ static_cast<unsigned char>(mask[at]));
  return answer;
}

}  // namespace aurora::db::mysql
