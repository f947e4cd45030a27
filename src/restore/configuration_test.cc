#include "restore/configuration.h"

#include "restore/configuration_sources.h"
#include "restore/deployment_variables.h"
#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Environment of(std::map<std::string, std::string> variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto it = variables.find(name);
    return it == variables.end() ? std::nullopt : std::optional(it->second);
  };
}

struct DocumentedVariable {
  const char* document;
  const char* variable;
  const char* value;
  const char* setting;
  const char* as_json;
};

TEST(EnvironmentSettings, EveryDocumentedVariableSetsItsSetting) {
  const DocumentedVariable documented[] = {
      {"configuration guide", "SNS_TOPIC_ARN",
       "arn:aws:sns:us-east-1:123456789012:aurora-restore-notifications", "notification_topic_arn",
       R"("arn:aws:sns:us-east-1:123456789012:aurora-restore-notifications")"},
      {"configuration guide", "KMS_KEY_ID", "arn:aws:kms:us-east-1:123456789012:key/12345678", "kms_key_id",
       R"("arn:aws:kms:us-east-1:123456789012:key/12345678")"},
      {"operations guide", "DEFAULT_DB_INSTANCE_CLASS", "db.r6g.large", "db_instance_class",
       R"("db.r6g.large")"},
      {"operations guide", "DEFAULT_SOURCE_REGION", "eu-west-1", "source_region", R"("eu-west-1")"},
      {"operations guide", "ADMIN_SECRET_ID", "aurora-restore/admin-credentials",
       "master_credentials_secret_id", R"("aurora-restore/admin-credentials")"},
  };
  for (const DocumentedVariable& row : documented) {
    std::vector<Finding> findings;
    const Json settings = environment_settings(of({{row.variable, row.value}}), findings);
    EXPECT_TRUE(findings.empty()) << row.document << " " << row.variable;
    EXPECT_EQ(settings, Json({{row.setting, Json::parse(row.as_json)}}))
        << row.document << " " << row.variable;
  }
}

TEST(EnvironmentSettings, FunctionsOwnNetworkIsNotTheClusters) {
  std::vector<Finding> findings;
  EXPECT_EQ(
      environment_settings(
          of({{"VPC_ID", "vpc-1"}, {"SUBNET_IDS", "subnet-1"}, {"SECURITY_GROUP_IDS", "sg-1"}}), findings),
      Json::object());
}

TEST(EnvironmentSettings, SpecificVariableWins) {
  std::vector<Finding> findings;
  EXPECT_EQ(environment_settings(of({{"DEFAULT_SOURCE_REGION", "eu-west-1"}, {"SOURCE_REGION", "us-west-1"}}),
                                 findings)["source_region"],
            "us-west-1");
}

TEST(EnvironmentSettings, MalformedOnesAreAllNamedByTheirVariable) {
  std::vector<Finding> findings;
  environment_settings(of({{"POLL_INTERVAL_SECONDS", "soon"}, {"NOTIFICATION_LEVEL", "loud"}}), findings);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].to_text(),
            "environment variable NOTIFICATION_LEVEL is \"loud\": allowed is all, summary or failures");
  EXPECT_THAT(findings[1].to_text(), HasSubstr("POLL_INTERVAL_SECONDS is \"soon\""));
}

TEST(FunctionVariables, HandOnWhateverSetsASettingOrNamesAPart) {
  const std::vector<std::string> names = function_variables();
  for (const char* name : {"LOG_LEVEL", "STATE_TABLE_NAME", "FUNCTION_NAME_PATTERN", "ADMIN_SECRET_ID"})
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
}

TEST(DeploymentVariables, AreTheConfigurationGuidesThatAreNoSettings) {
  std::set<std::string_view> names;
  for (const DeploymentVariable& variable : deployment_variables()) names.insert(variable.name);
  for (const char* documented :
       {"ENVIRONMENT", "REGION", "DYNAMODB_TABLE_NAME", "VPC_ID", "SUBNET_IDS", "SECURITY_GROUP_IDS",
        "LOG_LEVEL", "MAX_RETRIES", "RETRY_INTERVAL_SECONDS", "RETRY_BACKOFF_RATE",
        "STATE_MACHINE_TIMEOUT_SECONDS", "LAMBDA_TIMEOUT_SECONDS", "LAMBDA_MEMORY_SIZE", "STATE_TABLE_NAME",
        "AUDIT_TABLE_NAME"})
    EXPECT_TRUE(names.contains(documented)) << documented;
}

TEST(Configuration, OfSettingsThatStandForEachOtherTheFirstSourcesStays) {
  Configuration configuration;
  configuration.add({{"subnet_ids", {"subnet-1"}}, {"snapshot_date", "2023-06-01"}}, Source::kEvent);
  configuration.add({{"db_subnet_group_name", "dev-subnet-group"}, {"snapshot_name", "s"}},
                    Source::kParameterStore);
  configuration = settled(configuration);
  EXPECT_TRUE(configuration.has("subnet_ids"));
  EXPECT_FALSE(configuration.has("db_subnet_group_name"));
  EXPECT_FALSE(configuration.has("snapshot_name"));
  EXPECT_EQ(configuration.text("snapshot_date"), "2023-06-01");
}

TEST(Configuration, TwoOfOneSourceStayForTheFinding) {
  Configuration configuration;
  configuration.add({{"subnet_ids", {"subnet-1"}}, {"db_subnet_group_name", "g"}}, Source::kEvent);
  configuration = settled(configuration);
  EXPECT_TRUE(configuration.has("subnet_ids") && configuration.has("db_subnet_group_name"));
}

class Parameters : public testing::StepWorld {
 protected:
  void put(const std::string& name, const std::string& text) {
    api.call("ssm", "us-west-2", "PutParameter",
             {{"Name", name}, {"Value", text}, {"Type", "String"}, {"Overwrite", true}});
  }

  ParameterStore store{api, clock, names};
};

TEST_F(Parameters, AreKeptForHalfAMinute) {
  put(names.config_parameter(), R"({"reader_count":1})");
  EXPECT_EQ(store.settings()["reader_count"], 1);
  put(names.config_parameter(), R"({"reader_count":2})");
  clock.advance(std::chrono::seconds(29));
  EXPECT_EQ(store.settings()["reader_count"], 1) << "each step would ask SSM otherwise";
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(store.settings()["reader_count"], 2) << "a correction must not wait for a new process";
}

TEST_F(Parameters, MalformedJsonIsNamedWithLineAndColumn) {
  put(names.config_parameter(), "{\n  \"reader_count\": 1,\n  \"port\": 5432,\n}");
  EXPECT_THAT(error_of([&] { store.settings(); }),
              AllOf(HasSubstr("InvalidConfiguration"), HasSubstr("/aurora-restore/dev/config"),
                    HasSubstr("line 4, column 1")));
}

TEST_F(Parameters, EveryFindingOfBothIsToldAndNoPassword) {
  put(names.config_parameter(), R"({"reader_count":"many","target_regoin":"us-west-2"})");
  put(names.db_users_parameter(), R"([{"username":"a","password":"canary-secret","colour":"x"}])");
  const std::string error = error_of([&] { store.settings(); });
  EXPECT_THAT(error, AllOf(HasSubstr("reader_count"), HasSubstr("did you mean target_region?"),
                           HasSubstr("/aurora-restore/dev/db_users")));
  EXPECT_THAT(error, ::testing::Not(HasSubstr("canary-secret")));
}

TEST_F(Parameters, FindingsOfInputParametersAndWhatIsMissingAreOneAnswer) {
  put(names.config_parameter(), R"({"reader_count":"many"})");
  const std::string error = error_of([&] {
    step("snapshot_check", {{"snapshot_name", kSnapshot}, {"port", 1}, {"target_cluster_id", "1bad"}});
  });
  EXPECT_THAT(error, AllOf(HasSubstr("InvalidInput"), HasSubstr("port is 1"), HasSubstr("reader_count"),
                           HasSubstr("vpc_security_group_ids: required")));
  EXPECT_THAT(error, AllOf(HasSubstr("target_cluster_id is \"1bad\""),
                           ::testing::Not(HasSubstr("target_cluster_id: required"))));
}

TEST_F(Parameters, InputBySubnetsGoesBeforeTheirGroup) {
  put(names.config_parameter(), R"({"target_subnet_group":"dev-subnet-group"})");
  const Json answer = step("snapshot_check", {{"snapshot_id", kSnapshot},
                                              {"source_region", "us-east-1"},
                                              {"target_cluster_id", kTarget},
                                              {"subnet_ids", {"subnet-1a2b3c4d", "subnet-5e6f7a8b"}},
                                              {"security_group_ids", {"sg-12345678"}}});
  EXPECT_EQ(answer["status"], "success");
  const Operation operation = *operations.load("op-1");
  EXPECT_FALSE(operation.get("parameters").contains("db_subnet_group_name"));
  EXPECT_EQ(operation.get("parameter_sources")["subnet_ids"], "event");
}

TEST_F(Parameters, OperationRemembersWhereItsValuesCameFrom) {
  put(names.config_parameter(), R"({"reader_count":1})");
  check();
  const Operation operation = *operations.load("op-1");
  const Json& sources = operation.get("parameter_sources");
  EXPECT_EQ(sources["reader_count"], "ssm");
  EXPECT_EQ(sources["target_cluster_id"], "event");
  EXPECT_FALSE(sources.contains("replace_strategy")) << "a default";
}

}  // namespace
}  // namespace aurora::restore
