// Locks roles, or takes them out of a cluster with all that hangs on them.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "db/postgres_borrowing.h"
#include "db/postgres_catalog.h"
#include "db/postgres_users.h"
#include "db/transaction.h"

namespace aurora::db::postgres {
namespace {

// By the number of a removal.
using Numbers = std::vector<std::size_t>;

class Removing {
 public:
  Removing(Connector& connector, const ConnectOptions& access, std::span<const Removal> removals)
      : connector_(connector),
        access_(access),
        session_(connector.connect(access)),
        removals_(removals),
        outcomes_(removals.size()) {
    for (const Removal& removal : removals) quoted_.push_back(session_->quote_identifier(removal.username));
  }

  std::vector<RemovedUser> run() {
    repeat_on_conflict([&] { lock(); });
    end_sessions();
    if (!to_drop_.empty()) {
      for (const std::string& database : postgres::list_databases(*session_)) empty(database);
      drop();
    }
    return std::move(outcomes_);
  }

 private:
  // Nobody shall come in any more while the rest is done, and who stays stays locked.
  void lock() {
    for (RemovedUser& outcome : outcomes_) outcome = {.outcome = "absent", .sessions_ended = 0, .notes = {}};
    to_drop_.clear();
    Transaction transaction(*session_, "BEGIN");
    lock_users(*session_);
    std::vector<std::string> statements;
    for (const std::size_t number : present()) {
      outcomes_[number].outcome = "locked";
      statements.push_back("ALTER ROLE " + quoted_[number] + " NOLOGIN");
      if (removals_[number].drop) to_drop_.push_back(number);
    }
    session_->run_all(statements);
    transaction.commit();
  }

  // Throws for those that must stay; all of them in one message.
  Numbers present() {
    std::vector<std::string> names;
    for (const Removal& removal : removals_) names.push_back(removal.username);
    const Result found = session_->query(
        "SELECT w.number - 1, r.rolname, r.rolsuper OR r.rolreplication OR r.rolname IN (current_user, "
        "session_user) "
        "FROM unnest($1::text[]) WITH ORDINALITY AS w(name, number) JOIN pg_roles r ON r.rolname = w.name "
        "ORDER BY 1",
        {text_array(names)});
    Numbers numbers;
    std::vector<std::string> refused;
    for (const Row& row : found.rows) {
      if (truth_of(row, 2)) refused.push_back(text_of(row, 1));
      numbers.push_back(static_cast<std::size_t>(number_of(row, 0)));
    }
    if (!refused.empty())
      throw Error("InvalidInput",
                  fmt::format("remove_users names {}, which the server or this program itself works with",
                              join(refused, ", ")),
                  "Take the master user, superusers and replication users out of remove_users.");
    return numbers;
  }

  void end_sessions() {
    std::vector<std::string> names;
    for (std::size_t number = 0; number < removals_.size(); ++number)
      if (outcomes_[number].outcome != "absent") names.push_back(removals_[number].username);
    if (names.empty()) return;
    try {
      const Result ended = session_->query(
          "SELECT a.usename, count(*) FILTER (WHERE pg_catalog.pg_terminate_backend(a.pid)) FROM "
          "pg_catalog.pg_stat_activity a WHERE a.usename = ANY ($1::text[]) GROUP BY 1",
          {text_array(names)});
      for (const Row& row : ended.rows)
        for (std::size_t number = 0; number < removals_.size(); ++number)
          if (removals_[number].username == text_of(row, 0))
            outcomes_[number].sessions_ended = number_of(row, 1);
    } catch (const SqlError& error) {
      // Not permitted: the account is closed all the same.
      if (error.sql_state() != "42501") throw;
      for (RemovedUser& outcome : outcomes_)
        if (outcome.outcome != "absent")
          outcome.notes.emplace_back("The login may not end its sessions; those that are open go on.");
    }
  }

  // DROP OWNED writes the list of privileges of each object anew for each role; a REVOKE from all of them
  // writes it once. What this leaves, DROP OWNED takes.
  void take_privileges(Session& session) {
    std::vector<UserSpec> none;
    for (const std::size_t number : to_drop_) none.push_back({.username = removals_[number].username});
    postgres::grant_privileges(session, none);
  }

  // Gives what they own here to the login, and takes every privilege of theirs.
  void empty(const std::string& database) {
    ConnectOptions there = access_;
    there.database = database;
    const auto session = connector_.connect(there);
    take_privileges(*session);
    repeat_on_conflict([&] {
      Transaction transaction(*session, "BEGIN");
      lock_users(*session);
      Borrowing borrowing(*session);
      std::set<std::string> names;
      for (const std::size_t number : to_drop_) names.insert(removals_[number].username);
      borrowing.borrow(names);
      std::vector<std::string> quoted;
      for (const std::size_t number : to_drop_)
        if (borrowing.may_act_as(removals_[number].username)) quoted.push_back(quoted_[number]);
      if (!quoted.empty()) {
        const std::string list = join(quoted, ", ");
        session->run_all(std::vector<std::string>{"REASSIGN OWNED BY " + list + " TO CURRENT_USER",
                                                  "DROP OWNED BY " + list + " CASCADE"});
      }
      borrowing.give_back();
      transaction.commit();
    });
  }

  void drop() {
    if (try_drop(to_drop_)) return;
    Numbers free;
    Numbers held;
    const std::set<std::string> depended_on = names_with_dependents();
    for (const std::size_t number : to_drop_)
      (depended_on.contains(removals_[number].username) ? held : free).push_back(number);
    if (!free.empty() && !try_drop(free))
      for (const std::size_t number : free) try_drop({number});
    // Each by itself, for the server's word on what holds it.
    for (const std::size_t number : held) try_drop({number});
  }

  std::set<std::string> names_with_dependents() {
    std::vector<std::string> names;
    for (const std::size_t number : to_drop_) names.push_back(removals_[number].username);
    std::set<std::string> found;
    for (const Row& row : session_
                              ->query("SELECT DISTINCT r.rolname FROM pg_catalog.pg_shdepend d JOIN "
                                      "pg_catalog.pg_roles r ON r.oid = d.refobjid WHERE d.refclassid = "
                                      "'pg_catalog.pg_authid'::regclass AND r.rolname = ANY ($1::text[])",
                                      {text_array(names)})
                              .rows)
      found.insert(text_of(row, 0));
    return found;
  }

  // All or none of them. A role of which something is left cannot go, and stays locked.
  bool try_drop(const Numbers& numbers) {
    std::vector<std::string> quoted;
    for (const std::size_t number : numbers) quoted.push_back(quoted_[number]);
    try {
      repeat_on_conflict([&] {
        Transaction transaction(*session_, "BEGIN");
        lock_users(*session_);
        session_->query("DROP ROLE IF EXISTS " + join(quoted, ", "));
        transaction.commit();
      });
    } catch (const SqlError& error) {
      if (error.sql_state() != "2BP01" && error.sql_state() != "42501") throw;
      if (numbers.size() == 1)
        outcomes_[numbers[0]].notes.push_back("It cannot be dropped and stays locked: " + error.message());
      return false;
    }
    for (const std::size_t number : numbers) outcomes_[number].outcome = "dropped";
    return true;
  }

  Connector& connector_;
  const ConnectOptions& access_;
  std::unique_ptr<Session> session_;
  std::span<const Removal> removals_;
  std::vector<std::string> quoted_;
  Numbers to_drop_;
  std::vector<RemovedUser> outcomes_;
};

}  // namespace

std::vector<RemovedUser> remove_users(Connector& connector, const ConnectOptions& access,
                                      std::span<const Removal> removals) {
  return Removing(connector, access, removals).run();
}

}  // namespace aurora::db::postgres
