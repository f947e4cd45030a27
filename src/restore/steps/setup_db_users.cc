#include <fmt/format.h>

#include "restore/database_access.h"
#include "restore/steps/steps.h"

namespace aurora::restore::steps {
namespace {

// What the login may not do is no failure, but somebody has to know.
void record_notes(StepContext& context, const std::string& username, const std::vector<std::string>& notes) {
  for (const std::string& note : notes)
    context.audit.record(context.operation.id(), "setup_db_users", "warning",
                         {{"username", username}, {"message", note}});
}

void set_up(StepContext& context, const db::ConnectOptions& access, db::Session& session,
            const db::UserSpec& user) {
  record_notes(context, user.username, db::ensure_user(session, user).notes);
  for (const std::string& database : db::databases_of(session, user)) {
    db::ConnectOptions there = access;
    there.database = database;
    const auto in_database = context.databases.connect(there);
    record_notes(context, user.username, db::grant_privileges(*in_database, user).notes);
  }
}

}  // namespace

StepResult setup_db_users(StepContext& context) {
  const db::ConnectOptions access = master_access(context);
  const std::vector<db::UserSpec> users = configured_users(context);
  for (const db::UserSpec& user : users) db::validate_user(user, access.engine);

  const auto session = context.databases.connect(access);
  Json created = Json::array();
  for (const db::UserSpec& user : users) {
    set_up(context, access, *session, user);
    created.push_back({{"username", user.username}, {"privileges", user.privileges}});
  }
  const std::string target = context.settings.text("target_cluster_id");
  context.operation.state()["users_created"] = created;
  return {.message = fmt::format("Successfully set up {} users for cluster {}", users.size(), target),
          .fields = {{"target_cluster_id", target},
                     {"cluster_endpoint", access.host},
                     {"cluster_port", access.port},
                     {"users_created", created}},
          .next_step = "verify_restore",
          .retry_after = {}};
}

}  // namespace aurora::restore::steps
