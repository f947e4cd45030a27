#include "db/sql_error.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace aurora::db {
namespace {

constexpr std::string_view kUnavailable = "DatabaseUnavailable";
constexpr std::string_view kLoginFailed = "DatabaseLoginFailed";
constexpr std::string_view kError = "DatabaseError";
constexpr std::size_t kStateLength = 5;

// In libpq's verbose form a server's refusal reads "SEVERITY:  SQLSTATE: text", in any language.
struct Refusal {
  std::string sql_state;
  std::string text;
};

bool is_state(std::string_view text) {
  return text.size() == kStateLength &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

std::optional<Refusal> refusal_in(std::string_view line) {
  for (std::size_t at = line.find(":  "); at != std::string_view::npos; at = line.find(":  ", at + 1)) {
    const std::string_view rest = line.substr(at + 3);
    if (rest.size() > kStateLength + 2 && is_state(rest.substr(0, kStateLength)) &&
        rest.substr(kStateLength, 2) == ": ")
      return Refusal{std::string(rest.substr(0, kStateLength)), std::string(rest.substr(kStateLength + 2))};
  }
  return std::nullopt;
}

// The text has lines for each address of the host and, where sslmode=prefer made a second attempt without
// TLS, for each attempt. The first that a server said counts: of two attempts it is what is wrong, and the
// second only follows from it. Without any, the first line.
Refusal first_refusal(std::string_view client_text) {
  const std::vector<std::string> lines = split(client_text, '\n');
  for (const std::string& line : lines)
    if (auto refusal = refusal_in(line)) return *refusal;
  return {{}, std::string(trim(lines.front()))};
}

// TLS that cannot be agreed on stays so; waiting does not help.
bool is_tls_refusal(std::string_view text) {
  static constexpr std::array<std::string_view, 3> kSigns{"certificate", "SSL error", "does not support SSL"};
  return std::ranges::any_of(
      kSigns, [&](std::string_view sign) { return text.find(sign) != std::string_view::npos; });
}

std::string hint_for(std::string_view name, std::string_view sql_state, bool tls) {
  if (tls)
    return "Give the certificate bundle of the server's authority, and connect to the name that its "
           "certificate carries (the cluster's own endpoint, not an alias).";
  if (name == kLoginFailed) return "Check the user's name and password, and that the server admits them.";
  if (sql_state == "53300") return "The server has no free connection; it may have one in a moment.";
  if (sql_state == "3D000") return "List the databases with: psql -l";
  if (name == kUnavailable)
    return "Check that the server runs, and that its security group and network admit this client.";
  return {};
}

}  // namespace

std::string error_name(std::string_view sql_state) {
  // 08: connection exceptions. 57P01 to 57P03: shut down, crashed, starting up. 53300: too many connections.
  static constexpr std::array<std::string_view, 4> kPassing{"57P01", "57P02", "57P03", "53300"};
  if (sql_state.empty() || sql_state.starts_with("08") || std::ranges::count(kPassing, sql_state) > 0)
    return std::string(kUnavailable);
  if (sql_state.starts_with("28")) return std::string(kLoginFailed);
  return std::string(kError);
}

SqlError connection_error(const ConnectOptions& options, std::string_view client_text) {
  Refusal refusal = first_refusal(client_text);
  const bool tls = refusal.sql_state.empty() && is_tls_refusal(refusal.text);
  const std::string name = tls ? std::string(kError) : error_name(refusal.sql_state);
  std::string hint = hint_for(name, refusal.sql_state, tls);
  return SqlError(name,
                  fmt::format("cannot connect to database {} at {}:{} as {}: {}", options.database,
                              options.host, options.port, options.user, refusal.text),
                  std::move(refusal.sql_state), std::move(hint));
}

SqlError numbered(const SqlError& error, std::size_t number, std::size_t count) {
  return SqlError(error.name(), fmt::format("statement {} of {}: {}", number, count, error.message()),
                  error.sql_state(), error.hint(), error.number());
}

}  // namespace aurora::db
