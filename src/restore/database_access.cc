#include "restore/database_access.h"

#include <fmt/format.h>

#include "restore/secrets.h"

namespace aurora::restore {
namespace {

std::vector<std::string> strings_of(const Json& list) {
  std::vector<std::string> strings;
  for (const Json& element : list) strings.push_back(element.get<std::string>());
  return strings;
}

db::UserSpec user_from(StepContext& context, const Json& json) {
  db::UserSpec user;
  user.username = string_or(json, "username", "");
  user.privileges = strings_of(member_or_null(json, "privileges"));
  user.schemas = strings_of(member_or_null(json, "schemas"));
  user.databases = strings_of(member_or_null(json, "databases"));
  const std::string secret = string_or(json, "password_secret_id", "");
  user.password = secret.empty() ? Secret(string_or(json, "password", ""))
                                 : read_credentials(context.api, context.names.region, secret).password;
  return user;
}

bool holds_password(const Json& users) {
  for (const Json& user : users)
    if (user.contains("password")) return true;
  return false;
}

db::ConnectOptions access_to(StepContext& context, const aws::Cluster& cluster, Credentials credentials) {
  db::ConnectOptions access;
  const auto engine = db::engine_of(cluster.engine);
  if (!engine)
    throw Error("EngineNotSupported",
                fmt::format("cluster {} is of engine {}.", cluster.identifier, cluster.engine));
  access.engine = *engine;
  access.host = cluster.endpoint;
  access.port = static_cast<unsigned short>(cluster.port);
  access.user = cluster.master_username;
  access.password = std::move(credentials.password);
  // The authority of the server's certificate: on AWS the RDS bundle in the package.
  if (const auto file = context.environment("DB_CA_FILE"); file && !file->empty()) {
    access.tls = db::ConnectOptions::Tls::kVerifyFull;
    access.ca_file = *file;
  }
  return access;
}

}  // namespace

std::vector<db::UserSpec> configured_users(StepContext& context) {
  const Configuration& settings = context.settings;
  const Json& configured = settings.value("db_users");
  std::vector<db::UserSpec> users;
  if (!configured.is_array()) {
    const std::string secret = settings.text("app_credentials_secret_id");
    Credentials app = read_credentials(context.api, context.names.region, secret);
    db::UserSpec user;
    user.username = std::move(app.username);
    user.password = std::move(app.password);
    user.privileges = {"SELECT", "INSERT", "UPDATE", "DELETE"};
    users.push_back(std::move(user));
    return users;
  }
  if (holds_password(configured)) {
    const std::string text = fmt::format(
        "{} holds passwords in plain text; store them in Secrets Manager and give password_secret_id",
        context.names.db_users_parameter());
    context.log.warning(text);
    if (context.operation.known("plain_passwords_told").empty()) {
      context.audit.record(context.operation.id(), "setup_db_users", "warning", {{"message", text}});
      context.operation.state()["plain_passwords_told"] = "yes";
    }
  }
  for (const Json& json : configured) users.push_back(user_from(context, json));
  return users;
}

db::ConnectOptions master_access(StepContext& context) {
  const std::string target = context.settings.text("target_cluster_id");
  const auto cluster = context.target_rds().find_cluster(target);
  if (!cluster || cluster->endpoint.empty())
    throw Error("StepOutOfOrder", fmt::format("cluster {} has no endpoint yet.", target),
                "Run check_restore_status until it says available.");
  return access_to(context, *cluster,
                   read_credentials(context.api, context.names.region,
                                    context.settings.text("master_credentials_secret_id")));
}

db::ConnectOptions access_as(const db::ConnectOptions& access, const db::UserSpec& user,
                             const std::string& database) {
  db::ConnectOptions own = access;
  own.user = user.username;
  own.password = user.password;
  own.database = database;
  return own;
}

db::ConnectOptions source_access(StepContext& context) {
  const std::string name = string_or(context.operation.get("snapshot_details"), "source_cluster_id", "");
  const auto cluster = context.source_rds().find_cluster(name);
  if (!cluster || cluster->endpoint.empty() || cluster->status != "available")
    throw Error("SourceUnavailable",
                fmt::format("compare_with_source is {}, but source cluster {} is {} in {}.",
                            context.settings.text("compare_with_source"), name,
                            cluster ? cluster->status : "not there", context.settings.text("source_region")),
                "Set compare_with_source to none when the source is not there to compare with.");
  const std::string secret = context.settings.has("source_credentials_secret_id")
                                 ? context.settings.text("source_credentials_secret_id")
                                 : context.settings.text("master_credentials_secret_id");
  return access_to(context, *cluster, read_credentials(context.api, context.names.region, secret));
}

}  // namespace aurora::restore
