// Locks accounts, or drops them.
#include <algorithm>

#include "base/text.h"
#include "db/mysql_grants.h"
#include "db/mysql_users.h"

namespace aurora::db::mysql {
namespace {

struct Account {
  std::size_t number = 0;  // of the removal
  std::string user;
  std::string host;  // empty: a role of MariaDB
};

std::string text_of(const Row& row, std::size_t column) {
  return row.at(column).value_or("");
}

class Removing {
 public:
  Removing(Session& session, std::span<const Removal> removals)
      : session_(session), removals_(removals), server_(server_of(session)), outcomes_(removals.size()) {}

  std::vector<RemovedUser> run() {
    const UsersLock lock(session_);
    find_accounts();
    lock_accounts();
    end_sessions();
    std::vector<const Account*> to_drop;
    for (const Account& account : accounts_)
      if (removals_[account.number].drop) to_drop.push_back(&account);
    if (!to_drop.empty()) tell_of_definers(to_drop);
    if (!to_drop.empty() && !try_drop(to_drop))
      for (const Account* account : to_drop) try_drop({account});
    return std::move(outcomes_);
  }

 private:
  void find_accounts() {
    std::set<std::string> names;
    const std::string self = server_.login.substr(0, server_.login.rfind('@'));
    for (const Removal& removal : removals_) {
      names.insert(removal.username);
      if (removal.username == self)
        throw Error("InvalidInput", "remove_users names " + self + ", the master user",
                    "Take it out of remove_users.");
    }
    for (RemovedUser& outcome : outcomes_) outcome.outcome = "absent";
    const Result found = session_.query("SELECT User, Host, Super_priv FROM mysql.user WHERE User IN (" +
                                        literals(session_, names) + ")");
    for (const Row& row : found.rows) {
      if (text_of(row, 2) == "Y")
        throw Error("InvalidInput", "remove_users names " + text_of(row, 0) + ", which has SUPER",
                    "Take it out of remove_users.");
      for (std::size_t number = 0; number < removals_.size(); ++number) {
        const Removal& removal = removals_[number];
        if (removal.username != text_of(row, 0) || (!removal.host.empty() && removal.host != text_of(row, 1)))
          continue;
        accounts_.push_back({number, text_of(row, 0), text_of(row, 1)});
        outcomes_[number].outcome = "locked";
      }
    }
  }

  std::string written(const Account& one) const { return account(session_, one.user, one.host); }

  // Nobody shall come in any more while the rest is done, and who stays stays locked.
  void lock_accounts() {
    std::vector<std::string> statements;
    for (const Account& one : accounts_)
      if (!one.host.empty()) statements.push_back("ALTER USER " + written(one) + " ACCOUNT LOCK");
    session_.run_all(statements);
  }

  void end_sessions() {
    std::set<std::string> names;
    for (const Account& one : accounts_) names.insert(one.user);
    if (names.empty()) return;
    // RDS's own procedure may what the master itself may not in MySQL 5.7.
    const bool rds = !session_
                          .query(
                              "SELECT 1 FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'mysql' AND "
                              "ROUTINE_NAME = 'rds_kill'")
                          .rows.empty();
    const Result open = session_.query("SELECT ID, USER FROM information_schema.PROCESSLIST WHERE USER IN (" +
                                       literals(session_, names) + ")");
    for (const Row& row : open.rows) end_session(text_of(row, 0), text_of(row, 1), rds);
  }

  void end_session(const std::string& id, const std::string& user, bool rds) {
    constexpr int kGone = 1094;
    RemovedUser* outcome = nullptr;
    for (const Account& one : accounts_)
      if (one.user == user) outcome = &outcomes_[one.number];
    AURORA_INVARIANT(outcome != nullptr);
    try {
      session_.query((rds ? "CALL mysql.rds_kill(" + id + ")" : "KILL " + id));
      ++outcome->sessions_ended;
    } catch (const SqlError& error) {
      if (error.name() == "DatabaseUnavailable") throw;
      if (error.number() == kGone) return;
      const std::string note = "The login may not end its sessions; those that are open go on.";
      if (std::ranges::count(outcome->notes, note) == 0) outcome->notes.push_back(note);
    }
  }

  // What runs with the rights of an account that is gone fails.
  void tell_of_definers(const std::vector<const Account*>& accounts) {
    std::set<std::string> definers;
    for (const Account* one : accounts) definers.insert(one->user + "@" + one->host);
    const auto part = [&](const char* kind, const char* table) {
      return fmt::format(
          "SELECT '{}', DEFINER, COUNT(*) FROM information_schema.{} WHERE DEFINER IN ({}) GROUP BY 2", kind,
          table, literals(session_, definers));
    };
    const Result found =
        session_.query(part("view", "VIEWS") + " UNION ALL " + part("routine", "ROUTINES") + " UNION ALL " +
                       part("trigger", "TRIGGERS") + " UNION ALL " + part("event", "EVENTS"));
    for (const Row& row : found.rows)
      for (const Account* one : accounts)
        if (one->user + "@" + one->host == text_of(row, 1))
          outcomes_[one->number].notes.push_back(fmt::format(
              "{} is the definer of {} {}{}, which fail without it; give them another definer.",
              text_of(row, 1), text_of(row, 2), text_of(row, 0), text_of(row, 2) == "1" ? "" : "s"));
  }

  bool try_drop(const std::vector<const Account*>& accounts) {
    std::vector<std::string> users;
    std::vector<std::string> roles;
    for (const Account* one : accounts) (one->host.empty() ? roles : users).push_back(written(*one));
    try {
      if (!users.empty()) session_.query("DROP USER IF EXISTS " + join(users, ", "));
      if (!roles.empty()) session_.query("DROP ROLE IF EXISTS " + join(roles, ", "));
    } catch (const SqlError& error) {
      if (error.name() == "DatabaseUnavailable") throw;
      if (accounts.size() == 1)
        outcomes_[accounts[0]->number].notes.push_back("It cannot be dropped and stays locked: " +
                                                       error.message());
      return false;
    }
    for (const Account* one : accounts) outcomes_[one->number].outcome = "dropped";
    return true;
  }

  Session& session_;
  std::span<const Removal> removals_;
  const Server server_;
  std::vector<Account> accounts_;
  std::vector<RemovedUser> outcomes_;
};

}  // namespace

std::vector<RemovedUser> remove_users(Connector& connector, const ConnectOptions& access,
                                      std::span<const Removal> removals) {
  const auto session = connector.connect(access);
  return Removing(*session, removals).run();
}

}  // namespace aurora::db::mysql
