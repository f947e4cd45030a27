#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "restore/database_access.h"
#include "restore/scripts.h"
#include "restore/settings_users.h"
#include "restore/steps/steps.h"
#include "restore/user_passwords.h"

namespace aurora::restore::steps {
namespace {

// An answer may hold 256 KiB, and a state table's item 400.
constexpr std::size_t kUsersShownMax = 1000;

// Notes, each with the users that it is about: a thousand users may have the same.
class Notes {
 public:
  explicit Notes(std::string database) : database_(std::move(database)) {}
  void add(const std::string& username, const std::vector<std::string>& notes) {
    for (const std::string& note : notes) users_[note].push_back(username);
  }
  // What the login may not do is no failure, but somebody has to know.
  void record(StepContext& context) const {
    constexpr std::size_t kNamedMax = 50;
    for (const auto& [note, users] : users_) {
      Json details{{"message", note}};
      if (users.size() == 1)
        details["username"] = users.front();
      else
        details["usernames"] = std::vector<std::string>(
            users.begin(), users.begin() + static_cast<std::ptrdiff_t>(std::min(users.size(), kNamedMax)));
      if (users.size() > kNamedMax) details["users"] = users.size();
      if (!database_.empty()) details["database"] = database_;
      context.audit.record(context.operation.id(), "setup_db_users", "warning", details);
    }
  }

 private:
  std::string database_;
  std::map<std::string, std::vector<std::string>> users_;
};

Json remove_users(StepContext& context, const db::ConnectOptions& access) {
  const std::vector<db::Removal> removals = removals_of(context.settings.value("remove_users"));
  const std::vector<db::RemovedUser> removed = db::remove_users(context.databases, access, removals);
  Json answer = Json::array();
  Notes notes("");
  for (std::size_t number = 0; number < removed.size(); ++number) {
    Json one{{"username", removals[number].username}, {"action", removed[number].outcome}};
    if (!removals[number].host.empty()) one["host"] = removals[number].host;
    if (removed[number].sessions_ended > 0) one["sessions_ended"] = removed[number].sessions_ended;
    answer.push_back(std::move(one));
    notes.add(removals[number].username, removed[number].notes);
  }
  notes.record(context);
  return answer;
}

// Databases that are named and not there are all said before anybody is made.
void check_databases(const std::vector<db::UserSpec>& users, const std::vector<std::string>& there) {
  std::vector<Finding> findings;
  for (std::size_t at = 0; at < users.size(); ++at) {
    std::vector<db::UserFinding> found;
    db::databases_of(users[at], there, found);
    for (db::UserFinding& one : found) {
      one.field = fmt::format("[{}].{}", at, one.field);
      findings.push_back(finding_of("db_users", one));
    }
  }
  throw_if_any(findings);
}

void ensure(StepContext& context, db::Session& session, const std::vector<db::UserSpec>& users) {
  const std::vector<db::EnsuredUser> ensured = db::ensure_users(session, users);
  Notes notes("");
  for (std::size_t number = 0; number < users.size(); ++number)
    notes.add(users[number].username, ensured[number].notes);
  const bool any_iam =
      std::any_of(users.begin(), users.end(), [](const db::UserSpec& user) { return user.iam; });
  if (any_iam && !context.settings.flag("iam_database_authentication"))
    notes.add("",
              {"There are users who log in with IAM tokens; set iam_database_authentication, or the cluster "
               "refuses them."});
  notes.record(context);
}

void grant(StepContext& context, db::Session& session, const std::vector<db::UserSpec>& users,
           const std::string& database) {
  const std::vector<db::GrantedPrivileges> granted = db::grant_privileges(session, users);
  Notes notes(database);
  for (std::size_t number = 0; number < users.size(); ++number)
    notes.add(users[number].username, granted[number].notes);
  notes.record(context);
}

// PostgreSQL's privileges stand in each database, MySQL's are all in one place.
void grant_everywhere(StepContext& context, const db::ConnectOptions& access, db::Session& session,
                      const std::vector<db::UserSpec>& users, const std::vector<std::string>& databases) {
  if (access.engine == db::Engine::kMySql) return grant(context, session, users, "");
  for (const std::string& database : databases) {
    db::ConnectOptions there = access;
    there.database = database;
    grant(context, *context.databases.connect(there), users, database);
  }
}

// A new password becomes the secret's current one when it has opened the database.
void settle_passwords(StepContext& context, const db::ConnectOptions& access,
                      const UsersWithPasswords& prepared, const std::vector<std::string>& databases) {
  for (const PendingPassword& pending : prepared.pending) {
    const db::UserSpec& user = prepared.users[pending.user];
    std::vector<db::UserFinding> ignored;
    const std::vector<std::string> own = db::databases_of(user, databases, ignored);
    const bool needs_none = access.engine == db::Engine::kMySql || own.empty();
    context.databases.connect(access_as(access, user, needs_none ? "" : own.front()));
    settle_password(context, pending);
    context.audit.record(context.operation.id(), "setup_db_users", "password_set",
                         {{"username", user.username}, {"secret_id", pending.secret}});
  }
}

// As the configuration names them; for a list of grants, all its words.
Json shown(const std::vector<db::UserSpec>& users) {
  Json list = Json::array();
  for (const db::UserSpec& user : users) {
    if (list.size() == kUsersShownMax) break;
    Json privileges = Json::array();
    for (const db::GrantSpec& grant : user.all_grants())
      for (const std::string& word : grant.privileges)
        if (std::find(privileges.begin(), privileges.end(), word) == privileges.end())
          privileges.push_back(word);
    list.push_back({{"username", user.username}, {"privileges", privileges}});
    if (user.roles) list.back()["roles"] = *user.roles;
  }
  return list;
}

StepResult again(const std::string& target, std::string message) {
  return {.message = std::move(message),
          .fields = {{"target_cluster_id", target}},
          .next_step = "setup_db_users",
          .retry_after = 1};
}

}  // namespace

StepResult setup_db_users(StepContext& context) {
  const std::string target = context.settings.text("target_cluster_id");
  const db::ConnectOptions access = master_access(context);
  throw_if_any(user_findings(context.settings, access.engine));
  // Nobody gets in before personal data is masked.
  if (std::optional<StepResult> waiting = run_scripts(context, access)) return *std::move(waiting);

  const auto prepared = read_users(context, access, true);
  if (!prepared) return again(target, "Passwords of users are being made");
  const std::vector<db::UserSpec>& users = prepared->users;
  const auto session = context.databases.connect(access);
  const std::vector<std::string> databases = db::list_databases(*session);
  check_databases(users, databases);

  const Json removed = remove_users(context, access);
  ensure(context, *session, users);
  grant_everywhere(context, access, *session, users, databases);
  settle_passwords(context, access, *prepared, databases);

  const Json created = shown(users);
  context.operation.state()["users_created"] = created;
  context.operation.state()["users_removed"] = removed;
  return {.message = fmt::format("Successfully set up {} users for cluster {}", users.size(), target),
          .fields = {{"target_cluster_id", target},
                     {"cluster_endpoint", access.host},
                     {"cluster_port", access.port},
                     {"users_created", created},
                     {"users_removed", removed}},
          .next_step = "verify_restore",
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
