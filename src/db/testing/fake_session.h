// A database for unit tests: answers from a script, and a record of what was asked.
#pragma once
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "db/session.h"

namespace aurora::db::testing {

struct Statement {
  std::string user;
  std::string database;
  std::string sql;
  std::vector<std::optional<std::string>> parameters;
  int batch = 0;  // the number of the run_all (from 1) that it came in; 0 for query()
};

// The script and the record, shared by a connector and its sessions, which may be used in several threads.
// The script is written and the record is read before and after.
class FakeDatabase {
 public:
  // Every statement that contains `part` gets `result`; the rule added last wins. A statement without a
  // rule succeeds and has no rows.
  FakeDatabase& answer(std::string part, Result result);
  FakeDatabase& fail(std::string part, SqlError error);
  // The next connections fail with `error`, `times` times.
  FakeDatabase& refuse(const SqlError& error, int times = 1);

  const std::vector<ConnectOptions>& connections() const { return connections_; }
  const std::vector<Statement>& statements() const { return statements_; }
  // How many statements contained `part`.
  int count(std::string_view part) const;
  // What reached the server in one go: each query(), and each run_all().
  int round_trips() const { return round_trips_; }

 private:
  friend class FakeConnector;
  friend class FakeSession;
  struct Rule {
    std::string part;
    Result result;
    std::optional<SqlError> error;
  };
  Result run(Statement statement);
  std::mutex mutex_;

  std::vector<Rule> rules_;
  std::deque<SqlError> refusals_;
  std::vector<ConnectOptions> connections_;
  std::vector<Statement> statements_;
  int batches_ = 0;
  int round_trips_ = 0;
};

// A result of text: rows({"name", "rows"}, {{"users", "3"}}).
Result rows(std::vector<std::string> columns, std::vector<Row> rows = {});

class FakeSession final : public Session {
 public:
  FakeSession(FakeDatabase& database, ConnectOptions options)
      : database_(database), options_(std::move(options)) {}
  Engine engine() const override { return options_.engine; }
  Result query(std::string_view sql, const std::vector<std::optional<std::string>>& parameters = {}) override;
  void run_all(std::span<const std::string> statements) override;
  std::string quote_identifier(std::string_view name) override;
  std::string quote_literal(std::string_view text) override;
  // Holds the user's name and not the password.
  std::string password_verifier(std::string_view user, const Secret& password) override;

 private:
  FakeDatabase& database_;
  ConnectOptions options_;
};

class FakeConnector final : public Connector {
 public:
  // `database` outlives the connector and its sessions.
  explicit FakeConnector(FakeDatabase& database) : database_(database) {}
  std::unique_ptr<Session> connect(const ConnectOptions& options) override;

 private:
  FakeDatabase& database_;
};

}  // namespace aurora::db::testing
