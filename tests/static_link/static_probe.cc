// A fully static program that logs in to PostgreSQL: what aurora_link_static promises, and nothing else.
//
//   static_probe HOST PORT USER DATABASE CA_FILE   (the password comes on standard input)
//
// prints whether the session is encrypted, and a line that needs fmt and a server's answer.
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "db/session.h"

int main(int count, char** arguments) {
  constexpr int kArguments = 6;
  if (count != kArguments) return EXIT_FAILURE;
  std::string password;
  std::getline(std::cin, password);
  try {
    aurora::db::NativeConnector connector;
    const auto session = connector.connect({.host = arguments[1],
                                            .port = static_cast<unsigned short>(std::stoi(arguments[2])),
                                            .user = arguments[3],
                                            .password = aurora::Secret(password),
                                            .database = arguments[4],
                                            .tls = aurora::db::ConnectOptions::Tls::kVerifyFull,
                                            .ca_file = arguments[5]});
    const auto answer = session->query(
        "SELECT ssl, current_user, 1.5 FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()");
    const auto& row = answer.rows.at(0);
    std::cout << fmt::format("encrypted={} user={} number={:.2f}\n", *row.at(0), *row.at(1),
                             std::stod(*row.at(2)));
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::cout << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
