#include "db/postgres_users.h"

#include <algorithm>
#include <set>

#include "base/dates.h"
#include "base/text.h"
#include "db/postgres_catalog.h"
#include "db/transaction.h"

namespace aurora::db::postgres {
namespace {

struct Role {
  bool superuser = false;
  bool makes_others = false;  // roles or databases
  bool powerful = false;
};

// What stands before anything is changed.
struct Present {
  std::set<std::string> logins;                          // we ourselves
  std::map<std::string, Role> roles;                     // of those that were asked for, and rds_iam
  std::map<std::string, std::set<std::string>> members;  // user -> roles
};

Present read_present(Session& session, std::span<const UserSpec> users) {
  std::vector<std::string> names = names_of(users);
  for (const UserSpec& user : users)
    if (user.roles) names.insert(names.end(), user.roles->begin(), user.roles->end());
  const Result result = session.query(
      fmt::format("SELECT 'login', current_user, session_user, false, false UNION ALL "
                  "SELECT 'role', r.rolname, r.rolsuper::text, r.rolcreaterole OR r.rolcreatedb, {} FROM "
                  "pg_roles r WHERE r.rolname = 'rds_iam' OR "
                  "r.rolname = ANY ($1::text[]) UNION ALL "
                  "SELECT 'member', u.rolname, r.rolname, false, false FROM pg_auth_members m JOIN pg_roles "
                  "r ON r.oid = "
                  "m.roleid JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = ANY ($1::text[])",
                  is_powerful("r")),
      {text_array(names)});
  Present present;
  for (const Row& row : result.rows) {
    if (text_of(row, 0) == "login")
      present.logins = {text_of(row, 1), text_of(row, 2)};
    else if (text_of(row, 0) == "role")
      present.roles[text_of(row, 1)] = {text_of(row, 2) == "true", truth_of(row, 3), truth_of(row, 4)};
    else
      present.members[text_of(row, 1)].insert(text_of(row, 2));
  }
  return present;
}

class Ensuring {
 public:
  Ensuring(Session& session, std::span<const UserSpec> users, const std::vector<std::string>& verifiers)
      : session_(session),
        users_(users),
        verifiers_(verifiers),
        present_(read_present(session, users)),
        outcomes_(users.size()) {}

  std::vector<EnsuredUser> run() {
    refuse_what_must_not_be();
    for (std::size_t number = 0; number < users_.size(); ++number) create_or_alter(number);
    for (std::size_t number = 0; number < users_.size(); ++number) settle_memberships(number);
    for (const auto& [role, members] : joining_) change("GRANT", role, " TO ", members);
    for (const auto& [role, members] : leaving_) change("REVOKE", role, " FROM ", members);
    session_.run_all(statements_);
    return std::move(outcomes_);
  }

 private:
  void refuse_what_must_not_be() const {
    std::vector<std::string> findings;
    for (const UserSpec& user : users_) {
      // To alter the role that we are logged in as would lock us out half-way.
      if (present_.logins.contains(user.username))
        findings.push_back("database user \"" + user.username +
                           "\" is the master user, which is not to be changed");
      else if (const auto found = present_.roles.find(user.username);
               found != present_.roles.end() && found->second.superuser)
        findings.push_back("database user \"" + user.username +
                           "\" is a superuser, which is not to be changed");
      if (!user.roles) continue;
      for (const std::string& role : *user.roles)
        if (const auto found = present_.roles.find(role);
            found != present_.roles.end() && found->second.powerful)
          findings.push_back("database user \"" + user.username +
                             "\" would be an administrator by its role " + role);
    }
    if (!findings.empty())
      throw Error("InvalidInput", join(findings, "; "),
                  "Take these names out of db_users; the master's password is set on the cluster.");
  }

  void create_or_alter(std::size_t number) {
    const UserSpec& user = users_[number];
    outcomes_[number].created = !present_.roles.contains(user.username);
    // An account that expired in production would not log in here either.
    const std::string until =
        user.valid_until.empty() ? "infinity" : format_iso_seconds(*parse_iso(user.valid_until));
    std::string sql = (outcomes_[number].created ? "CREATE ROLE " : "ALTER ROLE ") +
                      session_.quote_identifier(user.username) + " WITH " +
                      (user.login ? "LOGIN" : "NOLOGIN") + " VALID UNTIL " + session_.quote_literal(until);
    if (const auto found = present_.roles.find(user.username);
        found != present_.roles.end() && found->second.makes_others)
      sql += " NOCREATEROLE NOCREATEDB";
    if (user.connection_limit) sql += fmt::format(" CONNECTION LIMIT {}", *user.connection_limit);
    sql += " PASSWORD " +
           (user.iam || !user.login ? std::string("NULL") : session_.quote_literal(verifiers_[number]));
    statements_.push_back(std::move(sql));
  }

  void settle_memberships(std::size_t number) {
    const UserSpec& user = users_[number];
    const auto found = present_.members.find(user.username);
    const std::set<std::string> is =
        found == present_.members.end() ? std::set<std::string>{} : found->second;
    settle_iam(number, is.contains("rds_iam"));
    const std::set<std::string> wanted =
        user.roles ? std::set<std::string>(user.roles->begin(), user.roles->end()) : std::set<std::string>{};
    for (const std::string& role : wanted)
      if (!is.contains(role)) join_role(number, role);
    for (const std::string& role : is) {
      if (role == "rds_iam" || wanted.contains(role)) continue;
      if (user.roles)
        leaving_[role].push_back(session_.quote_identifier(user.username));
      else
        outcomes_[number].notes.push_back(
            user.username + " is also a member of " + role +
            ", through which it may do more than its list; name its roles to settle them.");
    }
  }

  void settle_iam(std::size_t number, bool is_member) {
    const UserSpec& user = users_[number];
    EnsuredUser& outcome = outcomes_[number];
    const std::string quoted = session_.quote_identifier(user.username);
    if (user.iam && !present_.roles.contains("rds_iam"))
      outcome.notes.push_back("This server has no role rds_iam, so " + user.username +
                              " cannot log in with IAM tokens.");
    else if (user.iam && !is_member)
      joining_["rds_iam"].push_back(quoted);
    else if (!user.iam && is_member && user.revoke_rds_iam)
      leaving_["rds_iam"].push_back(quoted);
    else if (!user.iam && is_member)
      outcome.notes.push_back(
          user.username +
          " is a member of rds_iam, so Aurora refuses its password; set authentication to "
          "password to end the membership.");
  }

  void join_role(std::size_t number, const std::string& role) {
    joining_[role].push_back(session_.quote_identifier(users_[number].username));
    const bool is_ensured =
        std::ranges::any_of(users_, [&](const UserSpec& other) { return other.username == role; });
    if (is_ensured || present_.roles.contains(role) || !made_.insert(role).second) return;
    statements_.push_back("CREATE ROLE " + session_.quote_identifier(role) + " NOLOGIN");
    outcomes_[number].notes.push_back("The role " + role +
                                      " was not there; it was made, without privileges of its own.");
  }

  void change(const std::string& verb, const std::string& role, const std::string& preposition,
              const std::vector<std::string>& members) {
    statements_.push_back(verb + " " + session_.quote_identifier(role) + preposition + join(members, ", "));
  }

  Session& session_;
  std::span<const UserSpec> users_;
  const std::vector<std::string>& verifiers_;
  const Present present_;
  std::vector<std::string> statements_;
  std::set<std::string> made_;
  // Role -> quoted members.
  std::map<std::string, std::vector<std::string>> joining_;
  std::map<std::string, std::vector<std::string>> leaving_;
  std::vector<EnsuredUser> outcomes_;
};

}  // namespace

std::vector<std::string> names_of(std::span<const UserSpec> users) {
  std::vector<std::string> names;
  for (const UserSpec& user : users) names.push_back(user.username);
  return names;
}

std::string is_powerful(std::string_view alias) {
  return fmt::format(
      "({0}.rolsuper OR {0}.rolcreaterole OR {0}.rolreplication OR {0}.rolbypassrls OR EXISTS (SELECT FROM "
      "pg_roles p "
      "WHERE (p.rolsuper OR p.rolcreaterole OR p.rolname IN ('rds_superuser', 'rds_replication', "
      "'rds_password', "
      "'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')) AND "
      "pg_has_role({0}.oid, p.oid, "
      "'MEMBER')))",
      alias);
}

std::vector<EnsuredUser> ensure_users(Session& session, std::span<const UserSpec> users) {
  // Each costs some milliseconds of computing, for which nobody else should wait.
  std::vector<std::string> verifiers;
  for (const UserSpec& user : users)
    verifiers.push_back(user.password.empty() ? "" : session.password_verifier(user.username, user.password));
  std::vector<EnsuredUser> outcomes;
  repeat_on_conflict([&] {
    Transaction transaction(session, "BEGIN");
    lock_users(session);
    outcomes = Ensuring(session, users, verifiers).run();
    transaction.commit();
  });
  return outcomes;
}

std::vector<std::string> list_databases(Session& session) {
  std::vector<std::string> names;
  for (const Row& row : session
                            .query("SELECT datname FROM pg_catalog.pg_database WHERE NOT datistemplate AND "
                                   "datallowconn AND datname <> 'rdsadmin' ORDER BY datname")
                            .rows)
    names.push_back(text_of(row, 0));
  return names;
}

}  // namespace aurora::db::postgres
