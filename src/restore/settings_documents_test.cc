// Every input that the specification's documents name, as they name it: it is known, means the setting it
// should, and takes the value that the document shows.
#include <gtest/gtest.h>

#include "restore/settings.h"

namespace aurora::restore {
namespace {

struct DocumentedField {
  const char* document;
  const char* field;
  const char* value;    // as JSON, from the document
  const char* setting;  // what it means
  const char* fallback = "";
};

constexpr DocumentedField kDocumented[] = {
    {"usage guide", "snapshot_name", R"("aurora-snapshot-2023-01-01")", "snapshot_name"},
    {"usage guide", "source_region", R"("us-east-1")", "source_region", R"("us-east-1")"},
    {"usage guide", "target_region", R"("us-west-2")", "target_region"},
    {"usage guide", "target_cluster_id", R"("restored-cluster")", "target_cluster_id"},
    {"usage guide", "db_subnet_group_name", R"("default")", "db_subnet_group_name"},
    {"usage guide", "vpc_security_group_ids", R"(["sg-12345678"])", "vpc_security_group_ids"},
    {"usage guide", "db_instance_class", R"("db.r5.xlarge")", "db_instance_class", R"("db.r5.large")"},
    {"usage guide", "engine", R"("aurora-mysql")", "engine"},
    {"usage guide", "engine_version", R"("5.7.mysql_aurora.2.10.2")", "engine_version"},
    {"usage guide", "port", "3306", "port"},
    {"usage guide", "db_parameter_group_name", R"("default.aurora-mysql5.7")", "db_parameter_group_name"},
    {"usage guide", "db_cluster_parameter_group_name", R"("default.aurora-mysql5.7")",
     "db_cluster_parameter_group_name"},
    {"usage guide", "deletion_protection", "false", "deletion_protection", "false"},
    {"usage guide", "operation_id", R"("op-12345678")", "operation_id"},
    {"usage guide, schedule", "snapshot_name", R"~("aurora-snapshot-$(date +%Y-%m-%d)")~", "snapshot_name"},
    {"operations guide", "source_snapshot_date", R"("2023-06-15")", "snapshot_date"},
    {"operations guide", "target_cluster_id", R"("aurora-restored-cluster")", "target_cluster_id"},
    {"operations guide", "db_subnet_group_name", R"("default-vpc-subnet-group")", "db_subnet_group_name"},
    {"operations guide", "delete_cluster_if_exists", "true", "delete_cluster_if_exists", "false"},
    {"runbook", "snapshot_id", R"("aurora-snapshot-2023-01-01")", "snapshot_name"},
    {"runbook", "vpc_id", R"("vpc-12345678")", "vpc_id"},
    {"runbook", "subnet_ids", R"(["subnet-12345678","subnet-87654321"])", "subnet_ids"},
    {"runbook", "security_group_ids", R"(["sg-12345678"])", "vpc_security_group_ids"},
    {"sequence guide, config", "source_cluster_id", R"("dev-source-cluster")", "source_cluster_id"},
    {"sequence guide, config", "target_subnet_group", R"("dev-subnet-group")", "db_subnet_group_name"},
    {"sequence guide, config", "target_security_groups", R"(["sg-12345678"])", "vpc_security_group_ids"},
    {"sequence guide, config", "master_credentials_secret_id", R"("dev/master-credentials")",
     "master_credentials_secret_id", R"("aurora-restore/master-credentials")"},
    {"sequence guide, config", "notification_topic_arn",
     R"("arn:aws:sns:us-west-2:123456789012:dev-notifications")", "notification_topic_arn"},
    {"sequence guide, config", "notification_queue_url",
     R"("https://sqs.us-west-2.amazonaws.com/123456789012/dev-notifications")", "notification_queue_url"},
    {"sequence guide, config", "log_bucket", R"("dev-aurora-restore-logs")", "log_bucket"},
    {"sequence guide, config", "log_prefix", R"("aurora-restore-logs")", "log_prefix",
     R"("aurora-restore-logs")"},
    {"sequence guide, db_users", "db_users",
     R"([{"username":"app_user","password":"app_password","privileges":["SELECT","INSERT","UPDATE","DELETE"]}])",
     "db_users"},
    {"sequence guide, step 1", "target_date", R"("2023-06-01")", "snapshot_date"},
    {"decisions 1", "snapshot_date", R"("yesterday")", "snapshot_date"},
    {"decisions 1", "snapshot_name_pattern", R"("{source_cluster_id}-snapshot-{date}")",
     "snapshot_name_pattern", R"("{source_cluster_id}-snapshot-{date}")"},
    {"decisions 7", "replace_strategy", R"("swap")", "replace_strategy", R"("retire")"},
    {"decisions 8", "final_snapshot", "true", "final_snapshot", "false"},
    {"decisions 9", "reader_count", "2", "reader_count", "0"},
    {"decisions 12", "delete_state", "true", "delete_state", "false"},
    {"decisions 12", "delete_logs", "true", "delete_logs", "false"},
};

TEST(DocumentedFields, AreKnownAndTakeTheDocumentsValue) {
  for (const DocumentedField& row : kDocumented) {
    const Setting* setting = find_setting(row.field);
    ASSERT_NE(setting, nullptr) << row.document << ": " << row.field;
    EXPECT_EQ(setting->name, row.setting) << row.document << ": " << row.field;
    EXPECT_EQ(setting->fallback, row.fallback) << row.document << ": " << row.field;
    std::vector<Finding> findings;
    const Json value = Json::parse(row.value);
    const Json canonical = canonical_settings({{row.field, value}}, "the input", findings);
    EXPECT_TRUE(findings.empty()) << row.document << ": " << findings.front().to_text();
    EXPECT_EQ(canonical, Json({{row.setting, value}})) << row.document << ": " << row.field;
  }
}

TEST(DocumentedFields, AnotherTypeIsAFindingThatNamesTheField) {
  for (const DocumentedField& row : kDocumented) {
    std::vector<Finding> findings;
    canonical_settings({{row.field, Json::object({{"no", Json::array()}})}}, "the input", findings);
    ASSERT_EQ(findings.size(), 1u) << row.document << ": " << row.field;
    EXPECT_EQ(findings[0].field, row.field);
    EXPECT_TRUE(findings[0].rule.starts_with("must be ")) << findings[0].rule;
  }
}

}  // namespace
}  // namespace aurora::restore
