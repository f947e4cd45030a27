// A fully static program that logs in to a server: what aurora_link_static promises, and nothing else.
//
//   static_probe ENGINE HOST PORT USER DATABASE CA_FILE   (the password comes on standard input)
//
// prints whether the session is encrypted, and a line that needs fmt and a server's answer.
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "db/session.h"

namespace {

constexpr char kAskPostgreSql[] =
    "SELECT ssl, current_user, 1.5 FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()";
constexpr char kAskMySql[] =
    "SELECT IF(variable_value <> '', 't', 'f'), SUBSTRING_INDEX(CURRENT_USER(), '@', 1), 1.5 FROM "
    "information_schema.session_status WHERE variable_name = 'Ssl_cipher'";

}  // namespace

int main(int count, char** arguments) {
  constexpr int kArguments = 7;
  if (count != kArguments) return EXIT_FAILURE;
  std::string password;
  std::getline(std::cin, password);
  const auto engine = aurora::db::engine_of(arguments[1]);
  if (!engine) return EXIT_FAILURE;
  try {
    aurora::db::NativeConnector connector;
    const auto session = connector.connect({.engine = *engine,
                                            .host = arguments[2],
                                            .port = static_cast<unsigned short>(std::stoi(arguments[3])),
                                            .user = arguments[4],
                                            .password = aurora::Secret(password),
                                            .database = arguments[5],
                                            .tls = aurora::db::ConnectOptions::Tls::kVerifyFull,
                                            .ca_file = arguments[6]});
    const bool is_postgres = *engine == aurora::db::Engine::kPostgreSql;
    const auto answer = session->query(is_postgres ? kAskPostgreSql : kAskMySql);
    const auto& row = answer.rows.at(0);
    std::cout << fmt::format("encrypted={} user={} number={:.2f}\n", *row.at(0), *row.at(1),
                             std::stod(*row.at(2)));
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::cout << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
