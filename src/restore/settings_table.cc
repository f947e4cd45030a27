// The table of settings, and the rules of their values.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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
  return rule_unless(text == "retire" || text == "delete" || text == "swap", "retire, delete or swap");
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

Rule check_notification_level(const Json& value) {
  const std::string text = value.get<std::string>();
  return rule_unless(text == "all" || text == "summary" || text == "failures", "all, summary or failures");
}

Rule check_queue(const Json& value) {
  return rule_unless(value.get<std::string>().starts_with("http"), "the URL of an SQS queue");
}

Rule check_positive_number(const Json& value) {
  return rule_unless(value.get<double>() > 0, "a number above 0");
}

Rule check_time(const Json& value) {
  return rule_unless(parse_iso(value.get<std::string>()).has_value(),
                     "an ISO 8601 time such as 2026-11-21T02:00:00Z");
}

Rule check_account(const Json& value) {
  const std::string text = value.get<std::string>();
  return rule_unless(text.size() == 12 && text.find_first_not_of("0123456789") == std::string::npos,
                     "an AWS account id of 12 digits");
}

Rule check_role(const Json& value) {
  const std::string text = value.get<std::string>();
  return rule_unless(text.starts_with("arn:") && text.find(":role/") != std::string::npos,
                     "the ARN of an IAM role");
}

Rule check_on_failure(const Json& value) {
  const std::string text = value.get<std::string>();
  return rule_unless(text == "rollback" || text == "keep", "rollback or keep");
}

// Aurora capacity units: 0, or 0.5 to 256 in steps of a half.
Rule check_capacity(const Json& value) {
  const double units = value.get<double>();
  return rule_unless(units >= 0 && units <= 256 && units * 2 == std::floor(units * 2),
                     "0 to 256 in steps of 0.5");
}

Rule check_auto_pause(const Json& value) {
  const auto seconds = value.get<std::int64_t>();
  return rule_unless(seconds >= 300 && seconds <= 86400, "300 to 86400 seconds");
}

Rule check_backup_retention(const Json& value) {
  const auto days = value.get<std::int64_t>();
  return rule_unless(days >= 1 && days <= 35, "1 to 35 days");
}

Rule check_storage_type(const Json& value) {
  const std::string text = value.get<std::string>();
  return rule_unless(text == "aurora" || text == "aurora-iopt1", "aurora or aurora-iopt1");
}

Rule check_network_type(const Json& value) {
  const std::string text = value.get<std::string>();
  return rule_unless(text == "IPV4" || text == "DUAL", "IPV4 or DUAL");
}

Rule check_lifecycle_support(const Json& value) {
  const std::string text = value.get<std::string>();
  return rule_unless(
      text == "open-source-rds-extended-support" || text == "open-source-rds-extended-support-disabled",
      "open-source-rds-extended-support or open-source-rds-extended-support-disabled");
}

Rule check_tags(const Json& value) {
  for (const auto& [key, tag] : value.items()) {
    if (key.empty() || key.size() > 128 || tag.get_ref<const std::string&>().size() > 256)
      return "tags with keys of 1 to 128 and values of up to 256 characters";
    if (to_lower(key).starts_with("aws:") || key.starts_with("aurora-restore:"))
      return "tags whose keys do not begin with aws: or aurora-restore:";
  }
  return {};
}

// Where SQL files are: s3://bucket/key, or a path that the command line turns into one.
Rule check_sql_files(const Json& value) {
  for (const Json& file : value)
    if (file.get_ref<const std::string&>().empty()) return "a list of s3://bucket/key or paths of files";
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
      {"snapshot_max_age_hours",
       kNumber,
       {},
       {"SNAPSHOT_MAX_AGE_HOURS"},
       "",
       check_positive_number,
       "Refuses a snapshot that is older than so many hours at the start."},
      {"restore_to_time",
       kString,
       {"restore_time"},
       {},
       "",
       check_time,
       "Instead of a snapshot: restores source_cluster_id as it was at this time."},
      {"use_latest_restorable_time",
       kBoolean,
       {},
       {},
       "false",
       nullptr,
       "Instead of a snapshot: restores source_cluster_id as of the last moment there is."},
      {"scheduled_time",
       kString,
       {"time"},
       {},
       "",
       nullptr,
       "The schedule's time, against which dates resolve."},
      {"scheduler_role_arn",
       kString,
       {},
       {},
       "",
       nullptr,
       "The role with which EventBridge Scheduler starts the restores of `schedule add`."},
      {"source_region",
       kString,
       {},
       {"SOURCE_REGION", "DEFAULT_SOURCE_REGION"},
       "\"us-east-1\"",
       check_region,
       "The Region the snapshot is in."},
      {"source_account_id",
       kString,
       {"source_account"},
       {"SOURCE_ACCOUNT_ID"},
       "",
       check_account,
       "The account that owns the snapshot, when it is another one."},
      {"source_role_arn",
       kString,
       {},
       {"SOURCE_ROLE_ARN"},
       "",
       check_role,
       "Role of the source account to assume for finding, copying and sharing its snapshot."},
      {"source_role_external_id",
       kString,
       {},
       {"SOURCE_ROLE_EXTERNAL_ID"},
       "",
       nullptr,
       "The external id that the role asks for."},
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
       "The VPC that the subnets must be of; they already say it, so it is only checked."},
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
       {"TARGET_KMS_KEY_ID", "KMS_KEY_ID"},
       "",
       nullptr,
       "Key of the target Region for an encrypted copy and cluster."},
      {"source_kms_key_id",
       kString,
       {},
       {},
       "",
       nullptr,
       "Key of the source account for re-copying a snapshot whose own key cannot be shared."},
      {"deletion_protection", kBoolean, {}, {}, "false", nullptr, "Protects the new cluster from deletion."},
      {"iam_database_authentication",
       kBoolean,
       {"enable_iam_database_authentication"},
       {},
       "false",
       nullptr,
       "Lets users log in with IAM tokens."},
      {"cloudwatch_log_exports",
       kStringList,
       {"enable_cloudwatch_logs_exports"},
       {},
       "",
       nullptr,
       "Logs the new cluster exports to CloudWatch, by the engine's names."},
      {"backup_retention_period",
       kInteger,
       {},
       {},
       "",
       check_backup_retention,
       "Days that automated backups of the new cluster are kept."},
      {"preferred_backup_window",
       kString,
       {},
       {},
       "",
       nullptr,
       "When automated backups begin: 03:00-04:00, in UTC."},
      {"storage_type",
       kString,
       {},
       {},
       "",
       check_storage_type,
       "Storage of the new cluster: aurora or aurora-iopt1; the snapshot's when absent."},
      {"network_type", kString, {}, {}, "", check_network_type, "IPV4 or DUAL."},
      {"engine_lifecycle_support",
       kString,
       {},
       {},
       "",
       check_lifecycle_support,
       "Whether a version past its end is kept as (paid) Extended Support."},
      {"serverless_min_capacity",
       kNumber,
       {"min_capacity"},
       {},
       "",
       check_capacity,
       "Least capacity of db.serverless, in Aurora capacity units."},
      {"serverless_max_capacity",
       kNumber,
       {"max_capacity"},
       {},
       "",
       check_capacity,
       "Largest capacity of db.serverless."},
      {"serverless_auto_pause_seconds",
       kInteger,
       {},
       {},
       "",
       check_auto_pause,
       "Idle time after which db.serverless with a least capacity of 0 pauses."},
      {"copy_tags",
       kBoolean,
       {},
       {},
       "true",
       nullptr,
       "Gives the copy and the new cluster the tags of the snapshot, without those of AWS and of the "
       "pipeline."},
      {"tags", kMap, {}, {}, "", check_tags, "Further tags of the new cluster and its instances."},
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
       "retire: rename the old cluster aside and drop it after verification; delete: drop it first; swap: "
       "restore beside it and exchange names after verification."},
      {"on_failure",
       kString,
       {},
       {"ON_FAILURE"},
       "\"rollback\"",
       check_on_failure,
       "rollback: undo at once; keep: leave what stands for aurora-restore resume or cancel."},
      {"final_snapshot", kBoolean, {}, {}, "false", nullptr, "Keeps a final snapshot of a replaced cluster."},
      {"master_credentials_secret_id",
       kString,
       {"admin_secret_id", "master_secret_id", "admin_credentials_secret_id"},
       {"MASTER_CREDENTIALS_SECRET_ID", "ADMIN_SECRET_ID"},
       "\"aurora-restore/master-credentials\"",
       nullptr,
       "Secret with the master password that the new cluster gets."},
      {"manage_master_user_password",
       kBoolean,
       {},
       {},
       "false",
       nullptr,
       "RDS makes and rotates the master password in a secret of its own, instead of "
       "master_credentials_secret_id."},
      {"master_user_secret_kms_key_id",
       kString,
       {},
       {},
       "",
       nullptr,
       "Key of that secret; Secrets Manager's own when absent."},
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
      {"db_users", kUsers, {}, {}, "", check_db_users, "Users to ensure in the new cluster."},
      {"remove_users",
       kUsers,
       {},
       {},
       "",
       check_remove_users,
       "Users that came with the snapshot and must not live in the target: locked or dropped."},
      {"post_restore_sql",
       kStringList,
       {"post_restore_scripts"},
       {},
       "",
       check_sql_files,
       "SQL files to run before users are set up, such as masking of personal data."},
      {"compare_with_source",
       kString,
       {},
       {},
       "\"none\"",
       check_compare,
       "Holds the restored tables against the running source cluster's: none, rows or checksums. For sources "
       "that did not change since the snapshot."},
      {"verification_manifest",
       kString,
       {"manifest"},
       {},
       "",
       nullptr,
       "Manifest to hold the restored data against: s3://bucket/key, a path, or auto for the one stored for "
       "the snapshot."},
      {"verification_sql",
       kStringList,
       {},
       {},
       "",
       check_sql_files,
       "SQL files with the team's own checks and what they expect."},
      {"verification_budget_seconds",
       kInteger,
       {},
       {"VERIFICATION_BUDGET_SECONDS"},
       "600",
       check_positive,
       "How long reading tables for verification may take in all."},
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
      {"notification_level",
       kString,
       {},
       {"NOTIFICATION_LEVEL"},
       "\"all\"",
       check_notification_level,
       "What the topic hears of: all (start, each step, errors, end), summary (start and end) or failures (a "
       "failed or cancelled end). The queue gets every end."},
      {"log_bucket",
       kString,
       {},
       {"LOG_BUCKET"},
       "",
       nullptr,
       "S3 bucket for state and audit trail at the end."},
      {"script_bucket",
       kString,
       {},
       {"SCRIPT_BUCKET"},
       "",
       nullptr,
       "S3 bucket that the command line uploads SQL files and manifests to; log_bucket when absent."},
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
      {"audit_retention_days",
       kInteger,
       {},
       {"AUDIT_RETENTION_DAYS"},
       "",
       check_positive,
       "How long audit events are kept; for ever when absent."},
      {"poll_interval_seconds",
       kInteger,
       {},
       {"POLL_INTERVAL_SECONDS"},
       "",
       check_poll_interval,
       "A fixed time between two looks at a copy, deletion or restore; when absent, waits learn from age, "
       "size, "
       "percentage and earlier restores."},
  };
  return kSettings;
}

}  // namespace aurora::restore
