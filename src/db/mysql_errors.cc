#include "db/mysql_errors.h"

#include <algorithm>
#include <array>

namespace aurora::db::mysql {
namespace {

constexpr unsigned kTlsError = 2026;
constexpr unsigned kTooManyConnections = 1040;
constexpr unsigned kUnknownDatabase = 1049;
constexpr unsigned kSyntaxError = 1064;
constexpr unsigned kDuplicateEntry = 1062;

template <std::size_t kCount>
bool is_one_of(unsigned number, const std::array<unsigned, kCount>& numbers) {
  return std::ranges::count(numbers, number) > 0;
}

bool is_said_by_client(unsigned number) {
  return (number >= 2000 && number < 3000) || (number >= 5000 && number < 6000);
}

// The text from the first to the last quotation mark becomes an ellipsis: a value may hold marks itself.
std::string without_quoted(const std::string& text) {
  const std::size_t first = text.find('\'');
  const std::size_t last = text.rfind('\'');
  if (first == std::string::npos || last == first) return text;
  return text.substr(0, first) + "'…'" + text.substr(last + 1);
}

std::string hint_for(std::string_view name, const Failure& failure) {
  constexpr unsigned kPluginCannotLoad = 2059;
  constexpr unsigned kPluginNotAllowed = 5010;
  if (failure.number == kTlsError)
    return "Give the certificate bundle of the server's authority, and connect to the name that its "
           "certificate carries (the cluster's own endpoint, not an alias).";
  if (failure.number == kPluginCannotLoad || failure.number == kPluginNotAllowed)
    return "The user's authentication plugin is none that this program knows: use "
           "caching_sha2_password or mysql_native_password.";
  if (failure.number == kTooManyConnections)
    return "The server has no free connection; it may have one in a moment.";
  if (failure.number == kUnknownDatabase) return "List the databases with: SHOW DATABASES";
  if (name == "DatabaseLoginFailed")
    return "Check the user's name and password, and that the server admits them.";
  if (name == "DatabaseUnavailable")
    return "Check that the server runs, and that its security group and network admit this client.";
  return {};
}

}  // namespace

std::string error_name(const Failure& failure) {
  // Too many connections (of all, of the user), shutting down, killed by an administrator; and what the
  // client says of sockets: refused, unknown host, gone, lost, no answer.
  static constexpr std::array<unsigned, 15> kPassing{1040, 1203, 1053, 1927, 1152, 1184, 2002, 2003,
                                                     2005, 2006, 2012, 2013, 2055, 5013, 5014};
  // Access denied (with and without a password), host not admitted, password expired (two numbers), account
  // locked (MySQL's number and MariaDB's).
  static constexpr std::array<unsigned, 7> kLogin{1045, 1698, 1130, 1820, 1862, 3118, 4151};
  if (is_one_of(failure.number, kPassing)) return "DatabaseUnavailable";
  if (is_one_of(failure.number, kLogin)) return "DatabaseLoginFailed";
  return "DatabaseError";
}

std::string without_values(const Failure& failure) {
  if (failure.number == kDuplicateEntry) {
    const std::size_t key = failure.text.rfind(" for key ");
    return key == std::string::npos ? without_quoted(failure.text)
                                    : "Duplicate entry" + failure.text.substr(key);
  }
  // Incorrect string value and wrong value for a type come under HY000 in some versions.
  static constexpr std::array<unsigned, 5> kQuoting{kSyntaxError, 1149, 1366, 1292, 1411};
  if (is_one_of(failure.number, kQuoting) || failure.sql_state.starts_with("22"))
    return without_quoted(failure.text);
  return failure.text;
}

SqlError statement_error(const Failure& failure) {
  std::string name = error_name(failure);
  std::string hint = name == "DatabaseError" ? "" : hint_for(name, failure);
  return SqlError(std::move(name), without_values(failure),
                  is_said_by_client(failure.number) ? "" : failure.sql_state, std::move(hint),
                  static_cast<int>(failure.number));
}

SqlError connection_error(const ConnectOptions& options, const Failure& failure) {
  std::string name = error_name(failure);
  std::string hint = hint_for(name, failure);
  return SqlError(std::move(name),
                  fmt::format("cannot connect to {}{} at {}:{} as {}: {}",
                              options.database.empty() ? "the server" : "database ", options.database,
                              options.host, options.port, options.user, without_values(failure)),
                  is_said_by_client(failure.number) ? "" : failure.sql_state, std::move(hint),
                  static_cast<int>(failure.number));
}

}  // namespace aurora::db::mysql
