#include <gmock/gmock.h>

#include "local/testing/stepfunctions_fixture.h"

namespace aurora::local {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kPass;
using testing::kWait;

class StepFunctionsVersions : public testing::StepFunctionsFixture {
 protected:
  std::string publish(const std::string& machine, const Json& more = Json::object()) {
    Json input = {{"stateMachineArn", machine}};
    input.update(more);
    return call("PublishStateMachineVersion", input).at("stateMachineVersionArn");
  }
  std::string update(const std::string& machine, const std::string& states) {
    return call("UpdateStateMachine", {{"stateMachineArn", machine}, {"definition", definition(states)}})
        .at("revisionId");
  }
  std::vector<std::string> versions(const std::string& machine) {
    std::vector<std::string> arns;
    const Json answer = call("ListStateMachineVersions", {{"stateMachineArn", machine}});
    for (const Json& each : answer.at("stateMachineVersions"))
      arns.push_back(each.at("stateMachineVersionArn"));
    return arns;
  }
};

TEST_F(StepFunctionsVersions, ARevisionIsPublishedOnce) {
  const std::string machine = create(kPass);
  EXPECT_EQ(publish(machine), machine + ":1");
  EXPECT_EQ(publish(machine), machine + ":1");
  update(machine, kWait);
  EXPECT_EQ(publish(machine, {{"description", "second"}}), machine + ":2");
  EXPECT_THAT(versions(machine), ElementsAre(machine + ":2", machine + ":1"));
}

TEST_F(StepFunctionsVersions, AnUpdateWithoutAChangeIsNoNewRevision) {
  const std::string machine = create(kPass);
  EXPECT_FALSE(call("DescribeStateMachine", {{"stateMachineArn", machine}}).contains("revisionId"));
  const Json answer = call("UpdateStateMachine", {{"stateMachineArn", machine},
                                                  {"definition", definition(kPass)},
                                                  {"publish", true},
                                                  {"versionDescription", "first"}});
  EXPECT_FALSE(answer.contains("revisionId"));
  EXPECT_EQ(answer.at("stateMachineVersionArn"), machine + ":1");
}

TEST_F(StepFunctionsVersions, AnotherRevisionThanTheWantedOneIsNotPublished) {
  const std::string machine = create(kPass);
  EXPECT_EQ(publish(machine, {{"revisionId", "INITIAL"}}), machine + ":1");
  const std::string first = update(machine, kWait);
  const std::string second = update(machine, kPass);
  EXPECT_EQ(error_of("PublishStateMachineVersion", {{"stateMachineArn", machine}, {"revisionId", first}}),
            "ConflictException: Failed to publish the State Machine version for revision " + first +
                ". The current State Machine revision is " + second + ".");
}

TEST_F(StepFunctionsVersions, CreatingWithPublishIsTheSameOnlyWithThePublishedVersion) {
  Json input = {{"name", "m"}, {"definition", definition(kPass)}, {"roleArn", "arn:r"}, {"publish", true}};
  input["versionDescription"] = "one";
  const Json answer = call("CreateStateMachine", input);
  EXPECT_EQ(answer.at("stateMachineVersionArn").get<std::string>(),
            answer.at("stateMachineArn").get<std::string>() + ":1");
  EXPECT_EQ(call("CreateStateMachine", input), answer);
  input["versionDescription"] = "two";
  EXPECT_THAT(error_of("CreateStateMachine", input), HasSubstr("StateMachineAlreadyExists"));
  input["publish"] = false;
  EXPECT_EQ(error_of("CreateStateMachine", input),
            "ValidationException: Version description can only be set when publish is true");
}

TEST_F(StepFunctionsVersions, AVersionIsDescribedAsItWasPublished) {
  const std::string machine = create(kPass);
  const std::string version = publish(machine, {{"description", "the first"}});
  clock_.advance(std::chrono::seconds(10));
  update(machine, kWait);
  const Json described = call("DescribeStateMachine", {{"stateMachineArn", version}});
  EXPECT_EQ(described.at("stateMachineArn"), version);
  EXPECT_EQ(described.at("definition"), definition(kPass));
  EXPECT_EQ(described.at("description"), "the first");
  EXPECT_EQ(described.at("creationDate"), "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(call("DescribeStateMachine", {{"stateMachineArn", version}, {"includedData", "METADATA_ONLY"}})
                .at("definition"),
            "{}");
  EXPECT_EQ(error_of("DescribeStateMachine", {{"stateMachineArn", machine + ":7"}}),
            "StateMachineDoesNotExist: State Machine Does Not Exist: '" + machine + ":7'");
}

TEST_F(StepFunctionsVersions, AnExecutionKeepsTheVersionItBeganWith) {
  const std::string machine = create(kWait);
  const std::string version = publish(machine);
  update(machine, kPass);
  const std::string execution = start(version);
  EXPECT_EQ(execution, "arn:aws:states:us-west-2:123456789012:execution:m:run");
  kill_and_restart();
  call("DeleteStateMachineVersion", {{"stateMachineVersionArn", version}});
  EXPECT_EQ(describe(execution).at("status"), "RUNNING");
  clock_.advance(std::chrono::seconds(60));
  const Json described = ended(execution);
  EXPECT_EQ(described.at("output"), "{}");
  EXPECT_EQ(described.at("stateMachineArn"), machine);
  EXPECT_EQ(described.at("stateMachineVersionArn"), version);
  EXPECT_FALSE(described.contains("stateMachineAliasArn"));
  EXPECT_EQ(call("DescribeStateMachineForExecution", {{"executionArn", execution}}).at("definition"),
            definition(kWait));
}

TEST_F(StepFunctionsVersions, NumbersAreNotGivenTwice) {
  const std::string machine = create(kPass);
  const std::string version = publish(machine);
  call("DeleteStateMachineVersion", {{"stateMachineVersionArn", version}});
  call("DeleteStateMachineVersion", {{"stateMachineVersionArn", version}});
  EXPECT_THAT(versions(machine), ElementsAre());
  EXPECT_EQ(publish(machine), machine + ":2");
  EXPECT_THAT(error_of("DeleteStateMachineVersion", {{"stateMachineVersionArn", machine}}),
              HasSubstr("ValidationException"));
}

TEST_F(StepFunctionsVersions, ExecutionsAreListedByVersion) {
  const std::string machine = create(kPass);
  const std::string version = publish(machine);
  start(machine, "plain");
  clock_.advance(std::chrono::seconds(1));
  start(version, "versioned");
  const Json listed = call("ListExecutions", {{"stateMachineArn", version}}).at("executions");
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].at("name"), "versioned");
  EXPECT_EQ(listed[0].at("stateMachineVersionArn"), version);
  const Json all = call("ListExecutions", {{"stateMachineArn", machine}}).at("executions");
  EXPECT_EQ(all.size(), 2U);
  EXPECT_FALSE(all[1].contains("stateMachineVersionArn"));
}

TEST_F(StepFunctionsVersions, DeletingTheMachineDeletesThem) {
  const std::string machine = create(kPass);
  publish(machine);
  call("UpdateStateMachine", {{"stateMachineArn", machine}, {"roleArn", "arn:other"}});
  EXPECT_THAT(versions(machine), ElementsAre(machine + ":1")) << "an update must not";
  call("DeleteStateMachine", {{"stateMachineArn", machine}});
  EXPECT_THAT(error_of("StartExecution", {{"stateMachineArn", machine + ":1"}}),
              HasSubstr("StateMachineDoesNotExist"));
  create(kPass);
  EXPECT_THAT(versions(machine), ElementsAre());
  EXPECT_EQ(publish(machine), machine + ":1");
}

TEST_F(StepFunctionsVersions, AreListedInPages) {
  const std::string machine = create(kPass);
  publish(machine);
  update(machine, kWait);
  publish(machine);
  const Json page = call("ListStateMachineVersions", {{"stateMachineArn", machine}, {"maxResults", 1}});
  EXPECT_EQ(page.at("stateMachineVersions")[0].at("stateMachineVersionArn"), machine + ":2");
  const Json last =
      call("ListStateMachineVersions", {{"stateMachineArn", machine}, {"nextToken", page.at("nextToken")}});
  EXPECT_EQ(last.at("stateMachineVersions")[0].at("stateMachineVersionArn"), machine + ":1");
  EXPECT_FALSE(last.contains("nextToken"));
}

}  // namespace
}  // namespace aurora::local
