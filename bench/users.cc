// Many users set up and checked: by db/users.h, and by the plain loop over one connection that it replaces.
//
//   users [USERS [TABLES]]    1000 users with five privileges each, on 50 tables
#include "db/users.h"

#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/testing/mariadb_server.h"
#include "db/testing/postgres_server.h"

namespace {

using namespace aurora;
using db::Engine;

const std::vector<std::string> kPrivileges{"SELECT", "INSERT", "UPDATE", "DELETE", "REFERENCES"};

struct Cost {
  int statements = 0;
  int round_trips = 0;
};

// Counts what passes through to another session.
class Counted final : public db::Session {
 public:
  Counted(std::unique_ptr<db::Session> session, Cost& cost) : session_(std::move(session)), cost_(cost) {}
  Engine engine() const override { return session_->engine(); }
  db::Result query(std::string_view sql,
                   const std::vector<std::optional<std::string>>& parameters = {}) override {
    ++cost_.statements;
    // A statement of MySQL's with parameters is prepared, executed and closed.
    cost_.round_trips += engine() == Engine::kMySql && !parameters.empty() ? 2 : 1;
    return session_->query(sql, parameters);
  }
  void run_all(std::span<const std::string> statements) override {
    // As the sessions do: a round trip for each 1 MB; in MySQL two more turn several statements on and off.
    constexpr std::size_t kChunkBytes = 1'000'000;
    cost_.statements += static_cast<int>(statements.size());
    std::size_t bytes = kChunkBytes;
    for (const std::string& statement : statements) {
      if (bytes + statement.size() >= kChunkBytes) {
        ++cost_.round_trips;
        bytes = 0;
      }
      bytes += statement.size();
    }
    if (engine() == Engine::kMySql && !statements.empty()) cost_.round_trips += 2;
    session_->run_all(statements);
  }
  std::string quote_identifier(std::string_view name) override { return session_->quote_identifier(name); }
  std::string quote_literal(std::string_view text) override { return session_->quote_literal(text); }
  std::string password_verifier(std::string_view user, const Secret& password) override {
    return session_->password_verifier(user, password);
  }

 private:
  std::unique_ptr<db::Session> session_;
  Cost& cost_;
};

// Counts what passes through its sessions.
class CountedConnector final : public db::Connector {
 public:
  explicit CountedConnector(Cost& cost) : cost_(cost) {}
  std::unique_ptr<db::Session> connect(const db::ConnectOptions& options) override {
    return std::make_unique<Counted>(native_.connect(options), cost_);
  }

 private:
  db::NativeConnector native_;
  Cost& cost_;
};

// A server with a database `app` of so many tables, and its master's login.
struct Subject {
  std::string name;
  db::ConnectOptions master;
};

void fill(const Subject& subject, int tables) {
  const auto session = db::NativeConnector().connect(subject.master);
  std::vector<std::string> statements;
  for (int number = 0; number < tables; ++number)
    statements.push_back(fmt::format("CREATE TABLE table_{} (id int PRIMARY KEY, text varchar(20))", number));
  session->run_all(statements);
}

std::vector<db::UserSpec> users_of(const std::string& prefix, int count) {
  std::vector<db::UserSpec> users;
  for (int number = 0; number < count; ++number)
    users.push_back({.username = fmt::format("{}_{}", prefix, number),
                     .password = Secret(fmt::format("password-{}", number)),
                     .privileges = kPrivileges,
                     .databases = {"app"}});
  return users;
}

void set_up(db::Session& session, const std::vector<db::UserSpec>& users) {
  db::ensure_users(session, users);
  db::grant_privileges(session, users);
}

void check(db::Session& session, const std::vector<db::UserSpec>& users) {
  for (const std::vector<std::string>& missing : db::missing_privileges(session, users))
    if (!missing.empty()) throw Error("Benchmark", "a user lacks " + missing.front());
}

// What a script does that knows nothing of the other users.
void set_up_one_by_one(db::Session& session, const std::vector<db::UserSpec>& users) {
  const bool mysql = session.engine() == Engine::kMySql;
  for (const db::UserSpec& user : users) {
    const std::string name = session.quote_identifier(user.username);
    const std::string verifier =
        session.quote_literal(session.password_verifier(user.username, user.password));
    session.query(mysql ? "CREATE USER " + name + " IDENTIFIED BY PASSWORD " + verifier
                        : "CREATE ROLE " + name + " LOGIN PASSWORD " + verifier);
    if (!mysql) session.query("GRANT USAGE ON SCHEMA public TO " + name);
    for (const std::string& privilege : user.privileges) {
      session.query("GRANT " + privilege + (mysql ? " ON app.* TO " : " ON ALL TABLES IN SCHEMA public TO ") +
                    name);
      if (!mysql)
        session.query("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT " + privilege + " ON TABLES TO " +
                      name);
    }
  }
}

void check_one_by_one(db::Session& session, const std::vector<db::UserSpec>& users) {
  for (const db::UserSpec& user : users)
    for (const std::string& privilege : user.privileges) {
      const bool mysql = session.engine() == Engine::kMySql;
      const db::Result result =
          mysql ? session.query(
                      "SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES WHERE TABLE_SCHEMA = 'app' AND "
                      "GRANTEE = " +
                      session.quote_literal("'" + user.username + "'@'%'") +
                      " AND PRIVILEGE_TYPE = " + session.quote_literal(privilege))
                : session.query(
                      "SELECT 1 WHERE (SELECT bool_and(has_table_privilege($1, oid, $2)) FROM pg_class WHERE "
                      "relnamespace = 'public'::regnamespace AND relkind = 'r')",
                      {user.username, privilege});
      if (result.rows.empty()) throw Error("Benchmark", user.username + " lacks " + privilege);
    }
}

void remove_one_by_one(db::Session& session, const std::vector<db::UserSpec>& users) {
  const bool mysql = session.engine() == Engine::kMySql;
  for (const db::UserSpec& user : users) {
    const std::string name = session.quote_identifier(user.username);
    if (mysql) {
      session.query("DROP USER " + name);
      continue;
    }
    // The master is no superuser: what it does for a role it does as its member.
    session.query("GRANT " + name + " TO CURRENT_USER");
    session.query("DROP OWNED BY " + name);
    session.query("DROP ROLE " + name);
  }
}

using Work = std::function<void(db::Session&, const std::vector<db::UserSpec>&)>;

void print(const Subject& subject, const std::string& what, Duration time, const Cost& cost) {
  fmt::print("| {} | {} | {:.2f} s | {} | {} |\n", subject.name, what,
             std::chrono::duration<double>(time).count(), cost.statements, cost.round_trips);
  std::fflush(stdout);
}

void measure(const Subject& subject, const std::string& what, const std::vector<db::UserSpec>& users,
             const Work& work) {
  Cost cost;
  Counted session(db::NativeConnector().connect(subject.master), cost);
  const SystemClock clock;
  const Duration begin = clock.monotonic();
  work(session, users);
  print(subject, what, clock.monotonic() - begin, cost);
}

void measure_removal(const Subject& subject, const std::vector<db::UserSpec>& users) {
  std::vector<db::Removal> removals;
  for (const db::UserSpec& user : users) removals.push_back({.username = user.username, .drop = true});
  Cost cost;
  CountedConnector connector(cost);
  const SystemClock clock;
  const Duration begin = clock.monotonic();
  for (const db::RemovedUser& removed : db::remove_users(connector, subject.master, removals))
    if (removed.outcome != "dropped") throw Error("Benchmark", "a user is " + removed.outcome);
  print(subject, "together: removed", clock.monotonic() - begin, cost);
}

void measure_together(const Subject& subject, int count, int tables) {
  fill(subject, tables);
  const auto users = users_of("together", count);
  measure(subject, "together: set up", users, set_up);
  measure(subject, "together: checked", users, check);
  measure(subject, "together: set up again", users, set_up);
  measure_removal(subject, users);
}

void measure_one_by_one(const Subject& subject, int count, int tables) {
  fill(subject, tables);
  const auto users = users_of("alone", count);
  measure(subject, "one by one: set up", users, set_up_one_by_one);
  measure(subject, "one by one: checked", users, check_one_by_one);
  measure(subject, "one by one: removed", users, remove_one_by_one);
}

// Each way on a server of its own: grants that stand make further ones slower.
template <typename Server>
void compare(const std::string& name, int count, int tables) {
  for (const auto& way : {measure_together, measure_one_by_one}) {
    const Server server;
    way({.name = name, .master = server.master()}, count, tables);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int count = argc > 1 ? std::stoi(argv[1]) : 1000;
    const int tables = argc > 2 ? std::stoi(argv[2]) : 50;
    fmt::print("{} users with {} privileges each on {} tables\n\n", count, kPrivileges.size(), tables);
    fmt::print("| server | work | time | statements | round trips |\n|---|---|---|---|---|\n");
    compare<db::testing::PostgresServer>("PostgreSQL", count, tables);
    compare<db::testing::MariaDbServer>("MariaDB", count, tables);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "users: {}\n", error.what());
    return 1;
  }
}
