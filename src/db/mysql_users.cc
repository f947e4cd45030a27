#include "db/mysql_users.h"

#include <algorithm>
#include <set>

#include "base/ids.h"
#include "base/text.h"
#include "db/mysql_grants.h"
#include "db/mysql_sha2.h"

namespace aurora::db::mysql {
namespace {

class Ensuring {
 public:
  Ensuring(Session& session, std::span<const UserSpec> users)
      : session_(session), users_(users), server_(server_of(session)), outcomes_(users.size()) {
    for (const UserSpec& user : users) {
      names_.insert(user.username);
      if (user.roles) names_.insert(user.roles->begin(), user.roles->end());
    }
  }

  std::vector<EnsuredUser> run() {
    refuse_what_must_not_be();
    const UsersLock lock(session_);
    read_present();
    for (std::size_t number = 0; number < users_.size(); ++number) create_or_alter(number);
    for (std::size_t number = 0; number < users_.size(); ++number) settle_roles(number);
    for (const auto& [role, members] : joining_)
      statements_.push_back("GRANT " + role + " TO " + join(members, ", "));
    for (const auto& [role, members] : leaving_)
      statements_.push_back("REVOKE " + role + " FROM " + join(members, ", "));
    statements_.insert(statements_.end(), defaults_.begin(), defaults_.end());
    session_.run_all(statements_);
    return std::move(outcomes_);
  }

 private:
  void refuse_what_must_not_be() const {
    std::vector<std::string> findings;
    const std::string self = server_.login.substr(0, server_.login.rfind('@'));
    for (const UserSpec& user : users_) {
      if (user.username == self)
        findings.push_back("database user \"" + user.username +
                           "\" is the master user, which is not to be changed");
      if ((user.roles || !user.login) && !server_.has_roles())
        findings.push_back("database user \"" + user.username +
                           "\" has roles, which this server's version does not know");
      if (user.roles && std::ranges::count(*user.roles, self) > 0)
        findings.push_back("database user \"" + user.username + "\" would be an administrator by its role " +
                           self);
    }
    if (!findings.empty())
      throw Error("InvalidInput", join(findings, "; "),
                  "Take these names out of db_users; the master's password is set on the cluster.");
  }

  void read_present() {
    for (const Row& row :
         session_
             .query("SELECT User, Host FROM mysql.user WHERE User IN (" + literals(session_, names_) + ")")
             .rows)
      hosts_[row.at(0).value_or("")].insert(row.at(1).value_or(""));
    roles_ = server_.has_roles() ? read_grants(session_, server_, names_).roles : decltype(roles_){};
  }

  bool is_there(const std::string& user, const std::string& host) const {
    const auto found = hosts_.find(user);
    return found != hosts_.end() && found->second.contains(host);
  }

  void create_or_alter(std::size_t number) {
    const UserSpec& user = users_[number];
    const std::string who = account(session_, user, server_);
    const std::string host = !user.login && server_.mariadb ? "" : user.host;
    outcomes_[number].created = !is_there(user.username, host);
    if (!user.login) {
      if (outcomes_[number].created) statements_.push_back("CREATE ROLE IF NOT EXISTS " + who);
      return;
    }
    const std::string identified = identified_by(number);
    if (outcomes_[number].created) statements_.push_back("CREATE USER IF NOT EXISTS " + who + identified);
    std::string alter = "ALTER USER " + who + identified;
    if (user.connection_limit) alter += fmt::format(" WITH MAX_USER_CONNECTIONS {}", *user.connection_limit);
    const bool usable = !user.iam || server_.takes_iam;
    statements_.push_back(alter + (usable ? " ACCOUNT UNLOCK" : " ACCOUNT LOCK"));
    tell_of_other_hosts(number);
  }

  // How the account proves who it is. The hash is computed here: no statement, and so no log, holds the
  // password.
  std::string identified_by(std::size_t number) {
    const UserSpec& user = users_[number];
    if (user.iam) {
      if (server_.takes_iam) return " IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'";
      outcomes_[number].notes.push_back("This server has no AWSAuthenticationPlugin, so " + user.username +
                                        " cannot log in with IAM tokens; the account is made, and locked.");
      return "";
    }
    if (!server_.mariadb && !server_.takes_native)
      return " IDENTIFIED WITH caching_sha2_password AS " +
             session_.quote_literal(caching_sha2_verifier(user.password, random_alphanumeric(20)));
    const std::string hash = session_.quote_literal(session_.password_verifier(user.username, user.password));
    return server_.mariadb ? " IDENTIFIED BY PASSWORD " + hash
                           : " IDENTIFIED WITH mysql_native_password AS " + hash;
  }

  // The server takes the account with the most exact host, whatever its password.
  void tell_of_other_hosts(std::size_t number) {
    const UserSpec& user = users_[number];
    const auto found = hosts_.find(user.username);
    if (found == hosts_.end()) return;
    for (const std::string& host : found->second)
      if (!host.empty() && host != user.host)
        outcomes_[number].notes.push_back(
            fmt::format("There is also {}@{}, whose password and privileges stay as they are; remove_users "
                        "can lock or drop it.",
                        user.username, host));
  }

  void settle_roles(std::size_t number) {
    const UserSpec& user = users_[number];
    const std::string who = account(session_, user, server_);
    const auto found = roles_.find(grantee_of(user, server_));
    const std::set<std::string> is = found == roles_.end() ? std::set<std::string>{} : found->second;
    if (!user.roles) {
      for (const std::string& role : is)
        outcomes_[number].notes.push_back(
            user.username + " is also a member of " + role +
            ", through which it may do more than its list; name its roles to settle them.");
      return;
    }
    for (const std::string& role : *user.roles)
      if (!is.contains(role)) join_role(number, role);
    for (const std::string& role : is)
      if (std::ranges::count(*user.roles, role) == 0) leaving_[written(role)].push_back(who);
    if (user.login && !user.roles->empty()) set_default(number);
  }

  std::string written(const std::string& role) const {
    return account(session_, role, server_.mariadb ? "" : "%");
  }

  void join_role(std::size_t number, const std::string& role) {
    joining_[written(role)].push_back(account(session_, users_[number], server_));
    const bool is_ensured = std::ranges::any_of(
        users_, [&](const UserSpec& other) { return other.username == role && !other.login; });
    if (is_ensured || is_there(role, server_.mariadb ? "" : "%") || !made_.insert(role).second) return;
    statements_.push_back("CREATE ROLE IF NOT EXISTS " + written(role));
    outcomes_[number].notes.push_back("The role " + role +
                                      " was not there; it was made, without privileges of its own.");
  }

  // A role counts only once it is set; MariaDB sets one at login, MySQL all.
  void set_default(std::size_t number) {
    const UserSpec& user = users_[number];
    const std::string who = account(session_, user, server_);
    if (!server_.mariadb) {
      defaults_.push_back("SET DEFAULT ROLE ALL TO " + who);
      return;
    }
    defaults_.push_back("SET DEFAULT ROLE " + written(user.roles->front()) + " FOR " + who);
    if (user.roles->size() > 1)
      outcomes_[number].notes.push_back("MariaDB sets one role at login: " + user.roles->front() +
                                        "; the others take a SET ROLE.");
  }

  Session& session_;
  std::span<const UserSpec> users_;
  const Server server_;
  std::set<std::string> names_;
  std::map<std::string, std::set<std::string>> hosts_;
  std::map<std::string, std::set<std::string>> roles_;
  std::vector<std::string> statements_;
  std::set<std::string> made_;
  // Written role -> written accounts.
  std::map<std::string, std::vector<std::string>> joining_;
  std::map<std::string, std::vector<std::string>> leaving_;
  std::vector<std::string> defaults_;
  std::vector<EnsuredUser> outcomes_;
};

}  // namespace

std::vector<EnsuredUser> ensure_users(Session& session, std::span<const UserSpec> users) {
  return Ensuring(session, users).run();
}

std::vector<std::string> list_databases(Session& session) {
  std::vector<std::string> names;
  for (const Row& row :
       session
           .query("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE LOWER(SCHEMA_NAME) NOT IN "
                  "('mysql', "
                  "'sys', 'information_schema', 'performance_schema', 'rdsadmin') ORDER BY 1")
           .rows)
    names.push_back(row.at(0).value_or(""));
  std::ranges::sort(names);
  return names;
}

}  // namespace aurora::db::mysql
