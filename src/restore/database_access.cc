#include "restore/database_access.h"

#include <fmt/format.h>

#include "base/program_files.h"
#include "restore/point_in_time.h"
#include "restore/secrets.h"
#include "restore/swap.h"
#include "restore/user_passwords.h"

namespace aurora::restore {
namespace {

// Where the RDS certificate bundle lies in a function's package.
constexpr char kBundle[] = "global-bundle.pem";

// The authority of the servers' certificates: DB_CA_FILE, or the bundle beside the executable (which on AWS
// is in /var/task). Nothing when there is neither, as on a machine without TLS.
std::string certificate_file(const StepContext& context) {
  if (const auto file = context.environment("DB_CA_FILE")) return *file;
  if (const auto bundle = find_beside_program(kBundle)) return *bundle;
  return {};
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
  access.ca_file = certificate_file(context);
  if (!access.ca_file.empty()) access.tls = db::ConnectOptions::Tls::kVerifyFull;
  return access;
}

// RDS's own secret where it manages the password, else the configured one.
std::string master_secret(const StepContext& context) {
  if (!context.settings.flag("manage_master_user_password"))
    return context.settings.text("master_credentials_secret_id");
  std::string arn = string_or(context.operation.get("restore_details"), "master_user_secret_arn", "");
  if (arn.empty())
    throw Error("StepOutOfOrder", "the cluster's managed master secret is not known yet.",
                "Run check_restore_status until it says available.");
  return arn;
}

}  // namespace

std::vector<db::UserSpec> configured_users(StepContext& context) {
  constexpr bool kMake = false;
  return read_users(context, {}, kMake)->users;
}

db::ConnectOptions master_access(StepContext& context) {
  const std::string name = restored_name(context.operation, context.settings.text("target_cluster_id"));
  const auto cluster = context.target_rds().find_cluster(name);
  if (!cluster || cluster->endpoint.empty())
    throw Error("StepOutOfOrder", fmt::format("cluster {} has no endpoint yet.", name),
                "Run check_restore_status until it says available.");
  return access_to(context, *cluster,
                   read_credentials(context.api, context.names.region, master_secret(context)));
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
  // A cluster is restored to a point in time where it is.
  aws::Rds rds = is_point_in_time(context.settings) ? context.target_rds() : context.source_rds();
  const auto cluster = rds.find_cluster(name);
  if (!cluster || cluster->endpoint.empty() || cluster->status != "available")
    throw Error("SourceUnavailable",
                fmt::format("compare_with_source is {}, but source cluster {} is {} in {}.",
                            context.settings.text("compare_with_source"), name,
                            cluster ? cluster->status : "not there", rds.region()),
                "Set compare_with_source to none when the source is not there to compare with.");
  const std::string secret = context.settings.has("source_credentials_secret_id")
                                 ? context.settings.text("source_credentials_secret_id")
                                 : context.settings.text("master_credentials_secret_id");
  return access_to(context, *cluster, read_credentials(context.api, context.names.region, secret));
}

}  // namespace aurora::restore
