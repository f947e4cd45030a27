// SQL on one connection: the seam to the database servers.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/secret.h"

namespace aurora::db {

enum class Engine { kPostgreSql, kMySql };

// "aurora-postgresql" and "aurora-mysql" (RDS's names); nothing for others.
std::optional<Engine> engine_of(std::string_view rds_engine);

struct ConnectOptions {
  Engine engine = Engine::kPostgreSql;
  // A name, an address, or a path: of a local socket's directory (PostgreSQL), of the socket (MySQL).
  std::string host = {};
  unsigned short port = 5432;
  std::string user = {};
  Secret password = {};
  std::string database = {};  // when empty: "postgres" in PostgreSQL, none in MySQL
  enum class Tls { kDisable, kPrefer, kVerifyFull } tls = Tls::kPrefer;
  std::string ca_file = {};  // for kVerifyFull
  std::chrono::seconds connect_timeout{10};
  std::chrono::seconds statement_timeout{300};
  std::string application_name = "aurora-restore";
};

// Values as text; no value is SQL NULL.
using Row = std::vector<std::optional<std::string>>;

struct Result {
  std::vector<std::string> columns;
  std::vector<Row> rows;
  std::int64_t affected = 0;  // rows that INSERT, UPDATE or DELETE touched
};

// The server or the connection said no. `sql_state` is five characters, or empty when there was no server to
// say it. Names: DatabaseUnavailable (may pass: refused, starting up, too many connections),
// DatabaseLoginFailed, DatabaseError. The message never holds a statement with a password.
class SqlError : public Error {
 public:
  SqlError(std::string name, std::string message, std::string sql_state, std::string hint = {},
           int number = 0)
      : Error(std::move(name), std::move(message), std::move(hint)),
        sql_state_(std::move(sql_state)),
        number_(number) {}
  const std::string& sql_state() const { return sql_state_; }
  // MySQL's own number, which tells apart what its SQLSTATE does not; 0 from PostgreSQL.
  int number() const { return number_; }

 private:
  std::string sql_state_;
  int number_;
};

// Not thread-safe: one user at a time.
class Session {
 public:
  virtual ~Session() = default;
  virtual Engine engine() const = 0;
  // Runs one statement with parameters ($1, $2 … in PostgreSQL; ? in MySQL), sent apart from its text.
  virtual Result query(std::string_view sql,
                       const std::vector<std::optional<std::string>>& parameters = {}) = 0;
  // Runs statements without results in as few round trips as the engine allows, in order, and stops at the
  // first that fails; its error says which number it had ("statement 3 of 1000: …") and never its text.
  // PostgreSQL makes one transaction of each round trip (1 MB of text), MySQL of each statement, unless the
  // caller holds one open. No COMMIT, nor statements that refuse a transaction (CREATE DATABASE).
  virtual void run_all(std::span<const std::string> statements);
  // Text that is safe inside a statement as an identifier, or as a literal with its quotes.
  virtual std::string quote_identifier(std::string_view name) = 0;
  virtual std::string quote_literal(std::string_view text) = 0;
  // The form in which `password` may stand in CREATE or ALTER of `user`: a verifier computed here, so that
  // the password itself reaches neither the server's log nor its statement statistics. PostgreSQL: a SCRAM
  // verifier, in place of the password. MySQL: mysql_native_password's hash ("*" and 40 digits), for
  // IDENTIFIED BY PASSWORD '…' in MariaDB and IDENTIFIED WITH mysql_native_password AS '…' in MySQL.
  virtual std::string password_verifier(std::string_view user, const Secret& password) = 0;
};

// Opens sessions; replaced by a fake in unit tests.
class Connector {
 public:
  virtual ~Connector() = default;
  virtual std::unique_ptr<Session> connect(const ConnectOptions& options) = 0;
};

// PostgreSQL through libpq, MySQL and MariaDB through MariaDB Connector/C. Thread-safe. Throws SqlError, and
// Error "InvalidInput" for options that cannot work.
class NativeConnector final : public Connector {
 public:
  std::unique_ptr<Session> connect(const ConnectOptions& options) override;
};

}  // namespace aurora::db
