#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands/config_commands.h"
#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ConfigCommands : public testing::Test {
 protected:
  ConfigCommands() {
    line.api.answer("lambda.GetFunctionConfiguration",
                    {{"Environment", {{"Variables", {{"ADMIN_SECRET_ID", "prod/admin"}}}}}});
    parameters(R"({"reader_count":2,"notification_topic_arn":"arn:aws:sns:us-west-2:123456789012:t"})",
               R"([{"username":"app","password":"canary"}])");
  }
  void parameters(const std::string& config, const std::string& users) {
    line.api.answer("ssm.GetParameters", {{"Parameters",
                                           {{{"Name", "/aurora-restore/dev/config"}, {"Value", config}},
                                            {{"Name", "/aurora-restore/dev/db_users"}, {"Value", users}}}}});
  }
  Json row(const std::string& setting) {
    std::istringstream lines(line.out());
    for (std::string text; std::getline(lines, text);)
      if (Json row = Json::parse(text); row["setting"] == setting) return row;
    return nullptr;
  }

  TestCommandLine line;
};

TEST_F(ConfigCommands, ShowSaysWhereEachValueCameFrom) {
  EXPECT_EQ(line.run({"config", "show", "--output", "json"}), ExitCode::kDone);
  EXPECT_EQ(row("master_credentials_secret_id"), Json({{"setting", "master_credentials_secret_id"},
                                                       {"value", "prod/admin"},
                                                       {"source", "environment"},
                                                       {"from", "ADMIN_SECRET_ID"}}));
  EXPECT_EQ(row("reader_count")["from"], "/aurora-restore/dev/config");
  EXPECT_EQ(row("replace_strategy")["source"], "default");
  EXPECT_TRUE(row("engine").is_null()) << "without a value only with --all";
  EXPECT_EQ(line.run({"config", "show", "--all", "--output", "json"}), ExitCode::kDone);
  EXPECT_TRUE(row("engine")["source"].is_null());
}

TEST_F(ConfigCommands, ShowMasksPasswords) {
  for (const char* format : {"table", "json", "yaml"}) {
    EXPECT_EQ(line.run({"config", "show", "--output", format}), ExitCode::kDone);
    EXPECT_THAT(line.out() + line.err(), AllOf(HasSubstr("app"), Not(HasSubstr("canary")))) << format;
  }
}

TEST_F(ConfigCommands, ShowOfAnOperationIsWhatItUsed) {
  line.api.answer("dynamodb.GetItem",
                  {{"Item",
                    {{"operation_id", {{"S", "op-1"}}},
                     {"status", {{"S", "COMPLETED"}}},
                     {"parameters", {{"M", {{"reader_count", {{"N", "3"}}}, {"port", {{"N", "5432"}}}}}}},
                     {"parameter_sources",
                      {{"M",
                        {{"reader_count", {{"S", "environment READERS"}}},
                         {"port", {{"S", "event"}}},
                         {"db_users", {{"S", "ssm"}}}}}}}}}});
  line.api.fail("stepfunctions.DescribeExecution", "ExecutionDoesNotExist");
  EXPECT_EQ(line.run({"config", "show", "op-1", "--output", "json"}), ExitCode::kDone);
  EXPECT_EQ(row("reader_count")["from"], "READERS");
  EXPECT_EQ(row("port")["source"], "event");
  EXPECT_EQ(row("db_users")["from"], "/aurora-restore/dev/db_users");
  EXPECT_EQ(row("db_users")["value"], "(kept in the parameter)");
}

TEST_F(ConfigCommands, ValidateTellsEveryFindingOfBothParametersWithItsPlace) {
  parameters("{\n\"reader_count\": \"many\",\n\"colour\": 1}", "{");
  EXPECT_EQ(line.run({"config", "validate"}), ExitCode::kBadInput);
  EXPECT_THAT(line.out(),
              AllOf(HasSubstr("/aurora-restore/dev/config:2:"), HasSubstr("/aurora-restore/dev/config:3:"),
                    HasSubstr("unknown field"),
                    HasSubstr("/aurora-restore/dev/db_users: the text is not valid JSON at line 1")));
}

TEST_F(ConfigCommands, ValidatePassesWhatIsGoodAndWarnsOfPlainPasswords) {
  EXPECT_EQ(line.run({"config", "validate"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("/aurora-restore/dev/config: good"));
  EXPECT_THAT(line.err(),
              AllOf(HasSubstr("user app"), HasSubstr("password_secret_id"), Not(HasSubstr("canary"))));
}

TEST_F(ConfigCommands, ValidateReadsAFile) {
  line.host.files["restore.yaml"] = "port: 1\n";
  EXPECT_EQ(line.run({"config", "validate", "restore.yaml", "--output", "json"}), ExitCode::kBadInput);
  EXPECT_EQ(Json::parse(line.out())["line"], 1);
  EXPECT_NE(line.run({"config", "validate", "absent.yaml"}), ExitCode::kDone);
}

TEST_F(ConfigCommands, SettingsNeedNobody) {
  line.api.fail("ssm.GetParameters", "AccessDenied");
  EXPECT_EQ(line.run({"config", "settings", "--output", "json"}), ExitCode::kDone);
  EXPECT_EQ(row("snapshot_name")["aliases"],
            Json::array({"snapshot_id", "snapshot_identifier", "source_snapshot"}));
  EXPECT_EQ(line.run({"config", "settings", "--deployment"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("STATE_MACHINE_TIMEOUT_SECONDS"));
}

class NotifyTest : public ConfigCommands {
 protected:
  NotifyTest() {
    line.api.answer("sns.Publish", {{"MessageId", "m-1"}});
    line.api.answer("sqs.SendMessage", {{"MessageId", "m-2"}});
    line.api.answer("sns.GetTopicAttributes",
                    {{"Attributes", {{"SubscriptionsConfirmed", "2"}, {"SubscriptionsPending", "1"}}}});
  }
};

TEST_F(NotifyTest, SendsToTheConfiguredTopicAndCountsSubscribers) {
  EXPECT_EQ(line.run({"notify", "test"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), AllOf(HasSubstr("took message m-1"), HasSubstr("2 confirmed and 1 pending")));
  const Json input = line.api.calls_of("sns.Publish").at(0).input;
  EXPECT_EQ(input["TopicArn"], "arn:aws:sns:us-west-2:123456789012:t");
  EXPECT_EQ(input["MessageAttributes"]["status"]["StringValue"], "test");
}

TEST_F(NotifyTest, SaysWhenNobodyListens) {
  line.api.answer("sns.GetTopicAttributes", {{"Attributes", {{"SubscriptionsConfirmed", "0"}}}});
  EXPECT_EQ(line.run({"notify", "test"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("aws sns subscribe"));
}

TEST_F(NotifyTest, SaysWhatEachAnsweredAndFailsWhenOneRefused) {
  line.api.fail("sns.Publish", "NotFound", "Topic does not exist");
  EXPECT_EQ(line.run({"notify", "test", "--topic", "arn:aws:sns:us-west-2:123456789012:x", "--queue",
                      "https://sqs.us-west-2.amazonaws.com/123456789012/q"}),
            ExitCode::kFailed);
  EXPECT_THAT(line.out(),
              AllOf(HasSubstr("answered NotFound: Topic does not exist"), HasSubstr("message m-2")));
}

TEST_F(NotifyTest, WithoutAnyReceiverSaysHowToSetOne) {
  parameters("{}", "[]");
  EXPECT_EQ(line.run({"notify", "test"}), ExitCode::kNotFound);
  EXPECT_THAT(line.err(), HasSubstr("notification_topic_arn"));
}

}  // namespace
}  // namespace aurora::cli
