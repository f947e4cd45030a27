// Command lines of deploy and destroy against a CloudFormation that answers as it is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/files.h"
#include "base/ids.h"
#include "cli/deploy/testing/make_package.h"
#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kTemplate[] = R"(
Parameters:
  Environment: {Type: String, Default: dev}
  CodeBucket: {Type: String}
  CodeKey: {Type: String}
  DefinitionKey: {Type: String}
  Release: {Type: String, AllowedPattern: "[A-Za-z0-9._-]{1,64}"}
  Architecture: {Type: String, Default: arm64, AllowedValues: [arm64, x86_64]}
  LogLevel: {Type: String, Default: INFO, AllowedValues: [INFO, DEBUG]}
  StateMachineTimeoutSeconds: {Type: Number, Default: 7200}
Resources:
  StateTable: {Type: "AWS::DynamoDB::Table", DeletionPolicy: Retain}
  Topic: {Type: "AWS::SNS::Topic"}
)";

// A stack that goes from status to status as change sets are executed.
class Deploying : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_);
    write_file(folder_ / "package.zip", make_good_package());
    write_file(folder_ / "template.yaml", kTemplate);
    line.api.answer("sts.GetCallerIdentity",
                    {{"Account", "123456789012"}, {"Arn", "arn:aws:iam::123456789012:user/me"}});
    line.api.on("s3.HeadBucket", [](const Json&) -> Json { return Json::object(); });
    line.api.on("s3.HeadObject", [this](const Json& input) -> Json {
      EXPECT_EQ(input["ExpectedBucketOwner"], "123456789012");
      if (objects_.contains(input["Key"])) return Json::object();
      throw aws::ServiceError("NotFound", "no", 404);
    });
    line.api.on("s3.PutObject", [this](const Json& input) -> Json {
      const auto key = input["Key"].get<std::string>();
      objects_.insert(key);
      if (key.starts_with("definition/")) definition_ = parse_json(input["Body"].get<std::string>(), key);
      return Json::object();
    });
    line.api.on("cloudformation.DescribeStacks", [this](const Json&) { return describe(); });
    line.api.on("cloudformation.DescribeStackEvents", [this](const Json&) -> Json {
      Json newest_first = Json::array();
      for (auto event = events_.rbegin(); event != events_.rend(); ++event) newest_first.push_back(*event);
      return {{"StackEvents", newest_first}};
    });
    line.api.on("cloudformation.CreateChangeSet", [this](const Json& input) -> Json {
      if (status_.empty()) status_ = "REVIEW_IN_PROGRESS";
      wanted_ = input;
      return {{"Id", "change"}, {"StackId", kStackId}};
    });
    line.api.on("cloudformation.DescribeChangeSet", [this](const Json&) -> Json {
      if (!no_change_.empty()) return {{"Status", "FAILED"}, {"StatusReason", no_change_}};
      return {{"Status", "CREATE_COMPLETE"}, {"Changes", changes_}};
    });
    line.api.on("cloudformation.DeleteChangeSet", [](const Json&) { return Json::object(); });
    line.api.on("cloudformation.ExecuteChangeSet", [this](const Json&) {
      finish(end_);
      return Json::object();
    });
    line.api.on("cloudformation.DeleteStack", [this](const Json&) {
      if (looks_until_deleted_ > 0) {
        status_ = "DELETE_IN_PROGRESS";
        return Json::object();
      }
      finish("DELETE_COMPLETE");
      status_.clear();
      return Json::object();
    });
    line.api.answer("stepfunctions.ListExecutions", {{"executions", Json::array()}});
    line.api.answer("dynamodb.Query", {{"Items", Json::array()}});
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Json describe() {
    if (status_ == "DELETE_IN_PROGRESS" && looks_until_deleted_-- == 0) status_.clear();
    if (status_.empty())
      throw aws::ServiceError("ValidationError", "Stack with id aurora-restore-prod does not exist");
    Json stack{{"StackId", kStackId},
               {"StackName", "aurora-restore-prod"},
               {"StackStatus", status_},
               {"EnableTerminationProtection", protected_},
               {"Parameters", parameters_},
               {"Outputs", {{{"OutputKey", "TopicArn"}, {"OutputValue", "arn:topic"}}}}};
    return {{"Stacks", Json::array({stack})}};
  }

  void event(const std::string& id, const std::string& type, const std::string& status,
             const std::string& reason = "") {
    events_.push_back({{"EventId", std::to_string(events_.size())},
                       {"Timestamp", "2026-11-21T06:52:10Z"},
                       {"LogicalResourceId", id},
                       {"ResourceType", type},
                       {"ResourceStatus", status},
                       {"ResourceStatusReason", reason}});
  }
  void finish(const std::string& status) {
    if (!failing_.empty()) event(failing_, "AWS::SNS::Topic", "CREATE_FAILED", "the quota is used up");
    event("aurora-restore-prod", "AWS::CloudFormation::Stack", status);
    status_ = status;
  }

  static Json change(const std::string& action, const std::string& id, const std::string& type,
                     const std::string& replacement = "", const std::string& policy = "") {
    return {{"Type", "Resource"},
            {"ResourceChange",
             {{"Action", action},
              {"LogicalResourceId", id},
              {"ResourceType", type},
              {"Replacement", replacement},
              {"PolicyAction", policy}}}};
  }

  ExitCode deploy(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"deploy",
                                       "--env",
                                       "prod",
                                       "--package",
                                       (folder_ / "package.zip").string(),
                                       "--template",
                                       (folder_ / "template.yaml").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return line.run(arguments);
  }
  std::string wanted_parameter(const std::string& key) {
    for (const Json& parameter : wanted_["Parameters"])
      if (parameter["ParameterKey"] == key)
        return parameter.contains("ParameterValue") ? parameter["ParameterValue"].get<std::string>()
                                                    : "(as before)";
    return "(not sent)";
  }
  void stands(const std::string& status = "CREATE_COMPLETE") {
    status_ = status;
    parameters_ = {{{"ParameterKey", "Environment"}, {"ParameterValue", "prod"}},
                   {{"ParameterKey", "Release"}, {"ParameterValue", "0.0.9-aaaaaaaaaaaa"}},
                   {{"ParameterKey", "LogLevel"}, {"ParameterValue", "DEBUG"}},
                   {{"ParameterKey", "Architecture"}, {"ParameterValue", "arm64"}}};
    end_ = "UPDATE_COMPLETE";
  }

  static constexpr char kStackId[] =
      "arn:aws:cloudformation:eu-central-1:123456789012:stack/aurora-restore-prod/1";
  TestCommandLine line;
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("deploying-" + random_hex(12));
  std::set<std::string> objects_;
  std::string status_;  // empty: there is no stack
  int looks_until_deleted_ = 0;
  std::string end_ = "CREATE_COMPLETE";
  std::string failing_;
  std::string no_change_;
  bool protected_ = false;
  Json parameters_ = Json::array();
  Json changes_ = Json::array({change("Add", "Topic", "AWS::SNS::Topic")});
  Json wanted_;
  Json definition_;
  std::vector<Json> events_;
};

TEST_F(Deploying, FirstTimeUploadsAndCreates) {
  EXPECT_EQ(deploy({"--yes", "--tag", "team=dba"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(objects_.size(), 3u);
  EXPECT_EQ(wanted_["ChangeSetType"], "CREATE");
  EXPECT_EQ(wanted_["ImportExistingResources"], true);
  EXPECT_EQ(wanted_["Tags"], Json::array({{{"Key", "team"}, {"Value", "dba"}}}));
  EXPECT_EQ(wanted_parameter("Environment"), "prod");
  EXPECT_EQ(wanted_parameter("CodeBucket"), "aurora-restore-123456789012-eu-central-1");
  EXPECT_TRUE(objects_.contains(wanted_parameter("CodeKey")));
  EXPECT_TRUE(objects_.contains(wanted_parameter("DefinitionKey")));
  EXPECT_THAT(wanted_parameter("Release"), testing::StartsWith("9.9.9-"));
  EXPECT_EQ(wanted_parameter("LogLevel"), "(not sent)");
  EXPECT_THAT(line.out(), AllOf(HasSubstr("+ add"), HasSubstr("arn:topic")));
}

TEST_F(Deploying, DefinitionHasPlaceholdersForFunctionsAndTheParametersTimeout) {
  deploy({"--yes", "--parameter", "StateMachineTimeoutSeconds=14400"});
  EXPECT_EQ(definition_["States"]["CopySnapshot"]["Parameters"]["FunctionName"], "${CopySnapshotFunction}");
  EXPECT_EQ(definition_["TimeoutSeconds"], 14400);
}

TEST_F(Deploying, VariableOfTheTimeoutIsTheParameterToo) {
  line.variables["STATE_MACHINE_TIMEOUT_SECONDS"] = "3600";
  deploy({"--yes"});
  EXPECT_EQ(definition_["TimeoutSeconds"], 3600);
  EXPECT_EQ(wanted_parameter("StateMachineTimeoutSeconds"), "3600");
}

TEST_F(Deploying, WhatIsThereIsNotSentAgain) {
  deploy({"--yes"});
  const std::size_t sent = line.api.calls_of("s3.PutObject").size();
  stands();
  EXPECT_EQ(deploy({"--yes"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(line.api.calls_of("s3.PutObject").size(), sent);
  EXPECT_THAT(line.err(), HasSubstr("there already"));
}

TEST_F(Deploying, UpdateKeepsWhatIsNotGiven) {
  stands();
  EXPECT_EQ(deploy({"--yes"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(wanted_["ChangeSetType"], "UPDATE");
  EXPECT_EQ(wanted_parameter("LogLevel"), "(as before)");
  EXPECT_EQ(deploy({"--yes", "--parameter", "LogLevel=INFO"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(wanted_parameter("LogLevel"), "INFO");
}

TEST_F(Deploying, OlderReleaseShowsTheNotesOfTheVersionsBetween) {
  stands();
  deploy({"--yes"});
  EXPECT_THAT(line.err(), HasSubstr("0.1.0: The first version"));
  parameters_[1]["ParameterValue"] = "10.0.0-aaaaaaaaaaaa";
  deploy({"--yes"});
  EXPECT_THAT(line.err(), HasSubstr("an older one takes its place"));
}

TEST_F(Deploying, BucketIsMadePrivateAndEncrypted) {
  line.api.on("s3.HeadBucket", [](const Json&) -> Json { throw aws::ServiceError("NotFound", "no", 404); });
  for (const char* name :
       {"s3.CreateBucket", "s3.PutPublicAccessBlock", "s3.PutBucketEncryption", "s3.PutBucketTagging"})
    line.api.answer(name, Json::object());
  EXPECT_EQ(deploy({"--yes"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(line.api.calls_of("s3.CreateBucket")[0].input["CreateBucketConfiguration"]["LocationConstraint"],
            "eu-central-1");
  EXPECT_EQ(line.api.calls_of("s3.PutPublicAccessBlock").size(), 1u);
  EXPECT_EQ(line.api.calls_of("s3.PutBucketEncryption").size(), 1u);
}

TEST_F(Deploying, SomebodyElsesBucketGetsNothing) {
  line.api.on("s3.HeadBucket", [](const Json&) -> Json { throw aws::ServiceError("Forbidden", "no", 403); });
  EXPECT_EQ(deploy({"--yes"}), ExitCode::kRefused);
  EXPECT_THAT(line.err(), HasSubstr("BucketNotOurs"));
  EXPECT_THAT(objects_, IsEmpty());
}

TEST_F(Deploying, AllThatStandsInTheWayIsToldBeforeAnythingIsTouched) {
  stands("UPDATE_IN_PROGRESS");
  write_file(folder_ / "package.zip", "no zip");
  EXPECT_EQ(deploy({"--yes", "--parameter", "LogLevl=DEBUG", "--parameter", "CodeKey=mine"}),
            ExitCode::kBadInput);
  EXPECT_THAT(line.err(), AllOf(HasSubstr("4 things"), HasSubstr("StackBusy"), HasSubstr("PackageUnusable"),
                                HasSubstr("did you mean LogLevel"), HasSubstr("sets it itself")));
  EXPECT_THAT(objects_, IsEmpty());
  EXPECT_THAT(line.api.calls_of("cloudformation.CreateChangeSet"), IsEmpty());
}

TEST_F(Deploying, WithoutTerminalAndYesItStopsBeforeTheChange) {
  stands();
  EXPECT_EQ(deploy(), ExitCode::kRefused);
  EXPECT_THAT(line.err(), AllOf(HasSubstr("NotConfirmed"), HasSubstr("--yes beside the other options")));
  EXPECT_THAT(line.api.calls_of("cloudformation.ExecuteChangeSet"), IsEmpty());
  EXPECT_EQ(line.api.calls_of("cloudformation.DeleteChangeSet").size(), 1u);
  line.terminal.answers = {"yes"};
  EXPECT_EQ(deploy(), ExitCode::kDone) << line.err();
}

TEST_F(Deploying, NoChangesIsNoFailure) {
  stands();
  no_change_ =
      "The submitted information didn't contain changes. Submit different information to create a change "
      "set.";
  EXPECT_EQ(deploy(), ExitCode::kDone) << line.err();
  EXPECT_THAT(line.err(), HasSubstr("nothing would change"));
  EXPECT_EQ(line.api.calls_of("cloudformation.DeleteChangeSet").size(), 1u);
  EXPECT_THAT(line.api.calls_of("cloudformation.DeleteStack"), IsEmpty());
}

TEST_F(Deploying, ChangeThatCannotBeWorkedOutGivesTheReason) {
  stands();
  no_change_ = "Parameter validation failed: no such subnet";
  EXPECT_EQ(deploy({"--yes"}), ExitCode::kFailed);
  EXPECT_THAT(line.err(), AllOf(HasSubstr("ChangeSetFailed"), HasSubstr("no such subnet")));
}

TEST_F(Deploying, DryRunLeavesNoStackBehind) {
  EXPECT_EQ(deploy({"--dry-run"}), ExitCode::kDone) << line.err();
  EXPECT_THAT(line.out(), HasSubstr("Topic"));
  EXPECT_THAT(line.api.calls_of("cloudformation.ExecuteChangeSet"), IsEmpty());
  EXPECT_EQ(line.api.calls_of("cloudformation.DeleteStack").size(), 1u);
}

TEST_F(Deploying, NameIsFreeAgainWhenADeclinedFirstDeploymentEnds) {
  looks_until_deleted_ = 3;
  EXPECT_EQ(deploy(), ExitCode::kRefused);
  EXPECT_THAT(line.err(), AllOf(HasSubstr("Empty stack"), HasSubstr("NotConfirmed")));
  EXPECT_EQ(status_, "");
  looks_until_deleted_ = 0;
  EXPECT_EQ(deploy({"--yes"}), ExitCode::kDone) << line.err();
}

TEST_F(Deploying, EmptyStackThatDoesNotGoIsNotSaidToBeRemoved) {
  looks_until_deleted_ = 1000;
  EXPECT_EQ(deploy(), ExitCode::kRefused);
  EXPECT_THAT(line.err(), AllOf(HasSubstr("still removing it"), HasSubstr("NotConfirmed")));
}

TEST_F(Deploying, DryRunOfAStackThatStandsDeletesTheChangeSetOnly) {
  stands();
  EXPECT_EQ(deploy({"--dry-run"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(line.api.calls_of("cloudformation.DeleteChangeSet").size(), 1u);
  EXPECT_THAT(line.api.calls_of("cloudformation.DeleteStack"), IsEmpty());
}

TEST_F(Deploying, SomebodyElsesChangeSetKeepsItsStack) {
  stands("REVIEW_IN_PROGRESS");
  EXPECT_EQ(deploy({"--dry-run"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(wanted_["ChangeSetType"], "CREATE");
  EXPECT_THAT(line.api.calls_of("cloudformation.DeleteStack"), IsEmpty());
}

TEST_F(Deploying, ReplacedTableIsRefusedUnlessAllowed) {
  stands();
  changes_.push_back(change("Modify", "StateTable", "AWS::DynamoDB::Table", "True", "ReplaceAndDelete"));
  EXPECT_EQ(deploy({"--yes"}), ExitCode::kRefused);
  EXPECT_THAT(line.err(), AllOf(HasSubstr("ReplacementRefused"), HasSubstr("StateTable")));
  EXPECT_THAT(line.out(), HasSubstr("REPLACED, DATA LOST"));
  EXPECT_THAT(line.api.calls_of("cloudformation.ExecuteChangeSet"), IsEmpty());
  EXPECT_EQ(deploy({"--yes", "--allow-replacement"}), ExitCode::kDone) << line.err();
}

TEST_F(Deploying, RemovedTableThatIsRetainedIsNoLoss) {
  stands();
  changes_ = Json::array({change("Remove", "StateTable", "AWS::DynamoDB::Table", "", "Retain")});
  EXPECT_EQ(deploy({"--yes"}), ExitCode::kDone) << line.err();
  EXPECT_THAT(line.out(), HasSubstr("leaves the stack, stays"));
}

TEST_F(Deploying, FailureNamesTheFirstReasonAndWhatStands) {
  stands();
  end_ = "UPDATE_ROLLBACK_COMPLETE";
  failing_ = "Topic";
  EXPECT_EQ(deploy({"--yes"}), ExitCode::kFailed);
  EXPECT_THAT(line.err(),
              AllOf(HasSubstr("DeploymentFailed"), HasSubstr("Topic (AWS::SNS::Topic): the quota is used up"),
                    HasSubstr("stands as it did before")));
}

TEST_F(Deploying, FailedFirstCreationIsRemovedAndMadeAnew) {
  stands("ROLLBACK_COMPLETE");
  end_ = "CREATE_COMPLETE";
  EXPECT_EQ(deploy({"--yes"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(line.api.calls_of("cloudformation.DeleteStack").size(), 1u);
  EXPECT_EQ(wanted_["ChangeSetType"], "CREATE");
  // What never stood gives no values.
  EXPECT_EQ(wanted_parameter("LogLevel"), "(not sent)");
}

TEST_F(Deploying, StuckRollbackSaysHowToGoOn) {
  stands("UPDATE_ROLLBACK_FAILED");
  EXPECT_EQ(deploy({"--yes"}), ExitCode::kRefused);
  EXPECT_THAT(line.err(), HasSubstr("deploy --continue-rollback"));
  line.api.on("cloudformation.ContinueUpdateRollback", [this](const Json&) {
    finish("UPDATE_ROLLBACK_COMPLETE");
    return Json::object();
  });
  EXPECT_EQ(deploy({"--continue-rollback"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(deploy({"--continue-rollback"}), ExitCode::kRefused);
  EXPECT_THAT(line.err(), HasSubstr("NothingToContinue"));
}

TEST_F(Deploying, RunningOperationsAreToldOf) {
  stands();
  line.api.answer("stepfunctions.ListExecutions", {{"executions", {{{"name", "op-1"}}, {{"name", "op-2"}}}}});
  EXPECT_EQ(deploy({"--yes"}), ExitCode::kDone) << line.err();
  EXPECT_THAT(line.err(),
              HasSubstr("2 operations run (op-1, op-2) and finish on the version they began with."));
}

TEST_F(Deploying, StateOfALaterReleaseIsRefused) {
  stands();
  line.api.answer("dynamodb.Query",
                  {{"Items", {{{"operation_id", {{"S", "op-1"}}}, {"format", {{"N", "99"}}}}}}});
  EXPECT_EQ(deploy({"--yes"}), ExitCode::kRefused);
  EXPECT_THAT(line.err(), HasSubstr("StateTooNew"));
}

TEST_F(Deploying, LocalEndpointIsNotDeployedTo) {
  EXPECT_EQ(line.run({"deploy", "--package", (folder_ / "package.zip").string()}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("NotDeployable"));
}

TEST_F(Deploying, CheckTouchesNothing) {
  line.api.answer("iam.SimulatePrincipalPolicy", {{"EvaluationResults", Json::array()}});
  EXPECT_EQ(deploy({"--check"}), ExitCode::kDone) << line.err();
  EXPECT_THAT(line.out(), AllOf(HasSubstr("to be created"), HasSubstr("all there are needed")));
  EXPECT_THAT(objects_, IsEmpty());
  EXPECT_THAT(line.api.calls_of("cloudformation.CreateChangeSet"), IsEmpty());
}

TEST_F(Deploying, StatusComparesWithThisProgram) {
  stands();
  finish("UPDATE_COMPLETE");
  EXPECT_EQ(line.run({"deploy", "status", "--env", "prod"}), ExitCode::kDone) << line.err();
  EXPECT_THAT(line.out(), AllOf(HasSubstr("0.0.9-aaaaaaaaaaaa"), HasSubstr("older than this program, 9.9.9"),
                                HasSubstr("UPDATE_COMPLETE"), HasSubstr("arn:topic")));
  EXPECT_EQ(line.run({"deploy", "status", "--env", "prod", "--json"}), ExitCode::kDone);
  EXPECT_EQ(Json::parse(line.out())["outputs"]["TopicArn"], "arn:topic");
}

TEST_F(Deploying, StatusOfNothingIsNotFound) {
  EXPECT_EQ(line.run({"deploy", "status", "--env", "prod"}), ExitCode::kNotFound);
  EXPECT_THAT(line.err(), HasSubstr("StackNotFound"));
}

class Destroying : public Deploying {
 protected:
  void SetUp() override {
    Deploying::SetUp();
    stands();
    line.api.answer("cloudformation.GetTemplate", {{"TemplateBody", kTemplate}});
    line.api.answer("cloudformation.ListStackResources",
                    {{"StackResourceSummaries",
                      {{{"LogicalResourceId", "StateTable"},
                        {"PhysicalResourceId", "aurora-restore-state-prod"},
                        {"ResourceType", "AWS::DynamoDB::Table"}},
                       {{"LogicalResourceId", "Topic"},
                        {"PhysicalResourceId", "arn:topic"},
                        {"ResourceType", "AWS::SNS::Topic"}}}}});
    line.api.answer("dynamodb.UpdateTable", Json::object());
    line.api.answer("dynamodb.DeleteTable", Json::object());
    line.api.answer("cloudformation.UpdateTerminationProtection", Json::object());
  }
};

TEST_F(Destroying, KeepsTheTablesAndSaysHowToRemoveThem) {
  EXPECT_EQ(line.run({"destroy", "--env", "prod", "--yes"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(line.api.calls_of("cloudformation.DeleteStack").size(), 1u);
  EXPECT_THAT(line.api.calls_of("dynamodb.DeleteTable"), IsEmpty());
  EXPECT_THAT(line.out(),
              AllOf(HasSubstr("delete-table --region eu-central-1 --table-name aurora-restore-state-prod"),
                    HasSubstr("s3 rb"), Not(HasSubstr("arn:topic"))));
}

TEST_F(Destroying, DeletesDataOnlyWhenTheStackIsNamed) {
  EXPECT_EQ(line.run({"destroy", "--env", "prod", "--delete-data", "--yes"}), ExitCode::kRefused);
  EXPECT_EQ(line.run({"destroy", "--env", "prod", "--delete-data", "--confirm", "aurora-restore-dev"}),
            ExitCode::kRefused);
  EXPECT_THAT(line.api.calls_of("cloudformation.DeleteStack"), IsEmpty());
  EXPECT_EQ(line.run({"destroy", "--env", "prod", "--delete-data", "--confirm", "aurora-restore-prod"}),
            ExitCode::kDone)
      << line.err();
  EXPECT_EQ(line.api.calls_of("dynamodb.DeleteTable")[0].input["TableName"], "aurora-restore-state-prod");
}

TEST_F(Destroying, RunningOperationsAreNotCutOff) {
  line.api.answer("stepfunctions.ListExecutions", {{"executions", {{{"name", "op-1"}}}}});
  EXPECT_EQ(line.run({"destroy", "--env", "prod", "--yes"}), ExitCode::kRefused);
  EXPECT_THAT(line.err(), HasSubstr("OperationsRun"));
  EXPECT_EQ(line.run({"destroy", "--env", "prod", "--yes", "--force"}), ExitCode::kDone) << line.err();
}

TEST_F(Destroying, ProtectedStackStays) {
  protected_ = true;
  EXPECT_EQ(line.run({"destroy", "--env", "prod", "--yes"}), ExitCode::kRefused);
  EXPECT_THAT(line.err(), HasSubstr("StackProtected"));
  EXPECT_EQ(line.run({"destroy", "--env", "prod", "--yes", "--unprotect"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(line.api.calls_of("cloudformation.UpdateTerminationProtection").size(), 1u);
}

TEST_F(Destroying, UnansweredQuestionDeletesNothing) {
  EXPECT_EQ(line.run({"destroy", "--env", "prod"}), ExitCode::kRefused);
  EXPECT_THAT(line.api.calls_of("cloudformation.DeleteStack"), IsEmpty());
}

}  // namespace
}  // namespace aurora::cli
