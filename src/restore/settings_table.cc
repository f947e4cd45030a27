// The table of settings, and the rules of their values.
#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/text.h"
#include "restore/settings.h"

namespace aurora::restore {
namespace {

using Rule = std::optional<std::string>;

Rule rule_unless(bool good, std::string_view rule) {
  return good ? Rule() : Rule(std::string(rule));
}

Rule check_operation_id(const Json& value) {
  return rule_unless(is_operation_id(value.get<std::string>()),
                     "1 to 80 letters, digits, dots, underscores and hyphens");
}

Rule check_region(const Json& value) {
  return rule_unless(is_region_name(value.get<std::string>()),
                     "an AWS Region such as us-east-1, eu-central-1 or ap-southeast-2");
}

Rule check_identifier(const Json& value) {
  return rule_unless(is_rds_identifier(value.get<std::string>()),
                     "1 to 63 letters, digits and hyphens, beginning with a letter, with no hyphen at the "
                     "end and no two in a row");
}

Rule check_date(const Json& value) {
  const std::string text = value.get<std::string>();
  const bool good = text == "today" || text == "yesterday" || text == "latest" ||
                    parse_date(text).has_value() || text.find("$(date") != std::string::npos ||
                    text.find('{') != std::string::npos;
  return rule_unless(good, "YYYY-MM-DD, today, yesterday or latest");
}

Rule check_engine(const Json& value) {
  const std::string text = value.get<std::string>();
  return rule_unless(text == "aurora-postgresql" || text == "aurora-mysql",
                     "aurora-postgresql or aurora-mysql");
}

Rule check_port(const Json& value) {
  const auto port = value.get<std::int64_t>();
  return rule_unless(port >= 1150 && port <= 65535, "1150 to 65535");
}

Rule check_instance_class(const Json& value) {
  return rule_unless(value.get<std::string>().starts_with("db."),
                     "an instance class such as db.r6g.large or db.serverless");
}

Rule check_readers(const Json& value) {
  const auto count = value.get<std::int64_t>();
  return rule_unless(count >= 0 && count <= 15, "0 to 15");
}

Rule check_poll_interval(const Json& value) {
  const auto seconds = value.get<std::int64_t>();
  return rule_unless(seconds >= 1 && seconds <= 3600, "1 to 3600 seconds");
}

Rule check_positive(const Json& value) {
  return rule_unless(value.get<std::int64_t>() > 0, "a number above 0");
}

Rule check_replace_strategy(const Json& value) {
  const std::string text = value.get<std::string>();
  return rule_unless(text == "retire" || text == "delete", "retire or delete");
}

Rule check_compare(const Json& value) {
  const std::string text = value.get<std::string>();
  return rule_unless(text == "none" || text == "rows" || text == "checksums", "none, rows or checksums");
}

Rule check_security_groups(const Json& value) {
  for (const Json& id : value)
    if (!id.get<std::string>().starts_with("sg-")) return "a list of security group ids such as sg-12345678";
  return {};
}

Rule check_subnets(const Json& value) {
  for (const Json& id : value)
    if (!id.get<std::string>().starts_with("subnet-")) return "a list of subnet ids such as subnet-12345678";
  return {};
}

Rule check_topic(const Json& value) {
  return rule_unless(value.get<std::string>().starts_with("arn:"), "the ARN of an SNS topic");
}

Rule check_queue(const Json& value) {
  return rule_unless(value.get<std::string>().starts_with("http"), "the URL of an SQS queue");
}

Rule check_users(const Json& value) {
  for (const Json& user : value) {
    if (!user.is_object() || string_or(user, "username", "").empty())
      return "a list of objects with username, privileges and password_secret_id (or password)";
    if (string_or(user, "password", "").empty() && string_or(user, "password_secret_id", "").empty())
      return fmt::format("user {} needs password_secret_id (or password)", string_or(user, "username", ""));
    for (const auto& [key, field] : user.items()) {
      static const std::vector<std::string> kKeys{"username",   "password", "password_secret_id",
                                                  "privileges", "schemas",  "databases"};
      if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
        return fmt::format("{} is no field of a user; the fields are {}", key, join(kKeys, ", "));
      if (key == "privileges" || key == "schemas" || key == "databases") {
        if (!field.is_array() ||
            !std::all_of(field.begin(), field.end(), [](const Json& j) { return j.is_string(); }))
          return fmt::format("{} of user {} must be a list of strings", key, string_or(user, "username", ""));
      } else if (!field.is_string()) {
        return fmt::format("{} must be a string", key);
      }
    }
  }
  return {};
}

}  // namespace

std::span<const Setting> settings() {
  using enum SettingType;
  static const std::vector<Setting> kSettings{
      {"operation_id", kString, {}, {}, "", check_operation_id, "Names the operation; derived when absent."},
      {"snapshot_name",
       kString,
       {"snapshot_id", "snapshot_identifier", "source_snapshot"},
       {},
       "",
       nullptr,
       "The snapshot to restore: a name, an ARN, or a template such as prod-snapshot-{date-1d}."},
      {"snapshot_date",
       kString,
       {"target_date", "source_snapshot_date"},
       {},
       "",
       check_date,
       "The day the snapshot was made: YYYY-MM-DD, today, yesterday or latest."},
      {"snapshot_name_pattern",
       kString,
       {},
       {},
       "\"{source_cluster_id}-snapshot-{date}\"",
       nullptr,
       "The name tried first when only a date is given."},
      {"scheduled_time",
       kString,
       {"time"},
       {},
       "",
       nullptr,
       "The schedule's time, against which dates resolve."},
      {"source_region",
       kString,
       {},
       {"SOURCE_REGION", "DEFAULT_SOURCE_REGION"},
       "\"us-east-1\"",
       check_region,
       "The Region the snapshot is in."},
      {"target_region",
       kString,
       {},
       {"TARGET_REGION"},
       "",
       check_region,
       "The Region to restore into; the one the pipeline is deployed in when absent."},
      {"source_cluster_id",
       kString,
       {"source_cluster"},
       {"SOURCE_CLUSTER_ID"},
       "",
       check_identifier,
       "The cluster whose snapshots are meant when only a date is given."},
      {"target_cluster_id",
       kString,
       {"target_cluster"},
       {"TARGET_CLUSTER_ID"},
       "",
       check_identifier,
       "The name of the cluster to be made."},
      {"db_subnet_group_name",
       kString,
       {"target_subnet_group"},
       {"DB_SUBNET_GROUP_NAME"},
       "",
       nullptr,
       "The DB subnet group of the new cluster."},
      {"vpc_id",
       kString,
       {},
       {},
       "",
       nullptr,
       "For the record: the VPC of subnet_ids, which already say it."},
      {"subnet_ids",
       kStringList,
       {},
       {},
       "",
       check_subnets,
       "Instead of a subnet group: a group with exactly these subnets is found or made."},
      {"vpc_security_group_ids",
       kStringList,
       {"security_group_ids", "target_security_groups"},
       {"DB_SECURITY_GROUP_IDS"},
       "",
       check_security_groups,
       "Security groups of the new cluster."},
      {"db_instance_class",
       kString,
       {"instance_class"},
       {"DB_INSTANCE_CLASS", "DEFAULT_DB_INSTANCE_CLASS"},
       "\"db.r5.large\"",
       check_instance_class,
       "Class of the writer and the readers."},
      {"reader_count", kInteger, {}, {}, "0", check_readers, "Readers beside the writer."},
      {"engine", kString, {}, {}, "", check_engine, "Must be the snapshot's; taken from it when absent."},
      {"engine_version", kString, {}, {}, "", nullptr, "The snapshot's when absent."},
      {"port", kInteger, {}, {}, "", check_port, "The engine's (5432, 3306) when absent."},
      {"db_cluster_parameter_group_name",
       kString,
       {"cluster_parameter_group"},
       {},
       "",
       nullptr,
       "Cluster parameter group; the family's default when absent."},
      {"db_parameter_group_name",
       kString,
       {"parameter_group"},
       {},
       "",
       nullptr,
       "Parameter group of the instances; the family's default when absent."},
      {"kms_key_id",
       kString,
       {"target_kms_key_id"},
       {"TARGET_KMS_KEY_ID"},
       "",
       nullptr,
       "Key of the target Region for an encrypted copy and cluster."},
      {"deletion_protection", kBoolean, {}, {}, "false", nullptr, "Protects the new cluster from deletion."},
      {"delete_cluster_if_exists",
       kBoolean,
       {},
       {},
       "false",
       nullptr,
       "Allows replacing a cluster that no earlier restore of this pipeline made."},
      {"replace_strategy",
       kString,
       {},
       {},
       "\"retire\"",
       check_replace_strategy,
       "retire: rename the old cluster aside and drop it after verification; delete: drop it first."},
      {"final_snapshot", kBoolean, {}, {}, "false", nullptr, "Keeps a final snapshot of a replaced cluster."},
      {"master_credentials_secret_id",
       kString,
       {"admin_secret_id", "master_secret_id", "admin_credentials_secret_id"},
       {"MASTER_CREDENTIALS_SECRET_ID", "ADMIN_SECRET_ID"},
       "\"aurora-restore/master-credentials\"",
       nullptr,
       "Secret with the master password that the new cluster gets."},
      {"app_credentials_secret_id",
       kString,
       {},
       {"APP_CREDENTIALS_SECRET_ID"},
       "\"aurora-restore/app-credentials\"",
       nullptr,
       "Secret of the application's user, made when db_users is not set."},
      {"source_credentials_secret_id",
       kString,
       {},
       {},
       "",
       nullptr,
       "Secret with a user of the source cluster, for comparing with it; master_credentials_secret_id when "
       "absent."},
      {"db_users", kUsers, {}, {}, "", check_users, "Users to ensure in the new cluster."},
      {"compare_with_source",
       kString,
       {},
       {},
       "\"none\"",
       check_compare,
       "Holds the restored tables against the running source cluster's: none, rows or checksums. For sources "
       "that did not change since the snapshot."},
      {"allow_empty",
       kBoolean,
       {},
       {},
       "false",
       nullptr,
       "Accepts a restored cluster without a single table."},
      {"notification_topic_arn",
       kString,
       {"sns_topic_arn"},
       {"NOTIFICATION_TOPIC_ARN", "SNS_TOPIC_ARN"},
       "",
       check_topic,
       "SNS topic for notifications."},
      {"notification_queue_url",
       kString,
       {"sqs_queue_url"},
       {"NOTIFICATION_QUEUE_URL", "SQS_QUEUE_URL"},
       "",
       check_queue,
       "SQS queue for the completion message."},
      {"log_bucket",
       kString,
       {},
       {"LOG_BUCKET"},
       "",
       nullptr,
       "S3 bucket for state and audit trail at the end."},
      {"log_prefix",
       kString,
       {},
       {"LOG_PREFIX"},
       "\"aurora-restore-logs\"",
       nullptr,
       "Prefix of these objects."},
      {"delete_copied_snapshot",
       kBoolean,
       {},
       {},
       "true",
       nullptr,
       "Deletes the copied snapshot at the end."},
      {"delete_state", kBoolean, {}, {}, "false", nullptr, "Deletes the operation's state at the end."},
      {"delete_logs",
       kBoolean,
       {},
       {},
       "false",
       nullptr,
       "Deletes the operation's objects in log_bucket at the end."},
      {"state_retention_days",
       kInteger,
       {},
       {"STATE_RETENTION_DAYS"},
       "90",
       check_positive,
       "How long the state of a finished operation is kept."},
      {"poll_interval_seconds",
       kInteger,
       {},
       {"POLL_INTERVAL_SECONDS"},
       "30",
       check_poll_interval,
       "How long to wait between two looks at a copy, deletion or restore."},
  };
  return kSettings;
}

}  // namespace aurora::restore
