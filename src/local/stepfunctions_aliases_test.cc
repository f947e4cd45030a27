#include <gmock/gmock.h>

#include "local/testing/stepfunctions_fixture.h"

namespace aurora::local {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kPass;
using testing::kWait;

// A machine with two versions.
class StepFunctionsAliases : public testing::StepFunctionsFixture {
 protected:
  void SetUp() override {
    StepFunctionsFixture::SetUp();
    machine_ = create(kPass);
    call("PublishStateMachineVersion", {{"stateMachineArn", machine_}});
    call("UpdateStateMachine",
         {{"stateMachineArn", machine_}, {"definition", definition(kWait)}, {"publish", true}});
  }
  Json route(const std::string& version, int weight) const {
    return {{"stateMachineVersionArn", machine_ + ":" + version}, {"weight", weight}};
  }
  Json input_for(const Json& routes, const std::string& name = "PROD") const {
    return {{"name", name}, {"routingConfiguration", routes}};
  }
  std::string alias(const Json& routes, const std::string& name = "PROD") {
    return call("CreateStateMachineAlias", input_for(routes, name)).at("stateMachineAliasArn");
  }
  std::string refusal(const Json& routes, const std::string& name = "PROD") {
    return error_of("CreateStateMachineAlias", input_for(routes, name));
  }

  std::string machine_;
};

TEST_F(StepFunctionsAliases, AnAliasCanBeMadeAgainOnlyAsItIs) {
  const Json routes = Json::array({route("1", 100)});
  EXPECT_EQ(alias(routes), machine_ + ":PROD");
  EXPECT_EQ(alias(routes), machine_ + ":PROD");
  EXPECT_EQ(refusal(Json::array({route("2", 100)})),
            "ConflictException: Failed to create alias because an alias with the same name and a different "
            "routing configuration already exists.");
}

TEST_F(StepFunctionsAliases, RefusesRoutesInAwsWords) {
  EXPECT_EQ(refusal({route("1", 70), route("2", 29)}),
            "ValidationException: Sum of routing configuration weights must equal 100. Received: [70, 29]");
  EXPECT_EQ(
      refusal(Json::array({route("1", 101)})),
      "ValidationException: 1 validation error detected: Value '101' at "
      "'routingConfiguration.1.member.weight' failed to satisfy constraint: Member must have value less "
      "than or equal to 100");
  EXPECT_EQ(refusal({route("1", 50), route("1", 50)}),
            "ValidationException: Routing configuration must contain distinct state machine version ARNs. "
            "Received: [" +
                machine_ + ":1, " + machine_ + ":1]");
  EXPECT_EQ(
      refusal(Json::array({Json{{"stateMachineVersionArn", machine_}, {"weight", 100}}})),
      "ValidationException: Routing configuration must contain state machine version ARNs. Received: [" +
          machine_ + "]");
  EXPECT_THAT(refusal({route("1", 50), route("2", 30), route("3", 20)}),
              HasSubstr("Member must have length less than or equal to 2"));
  EXPECT_EQ(refusal(Json::array({route("9", 100)})),
            "ResourceNotFound: Request references a resource that does not exist.");
}

TEST_F(StepFunctionsAliases, RefusesNamesThatCouldBeVersions) {
  const Json routes = Json::array({route("1", 100)});
  for (const char* name : {"123", "INVALID ALIAS", "!INVALID", "ALIAS@",
                           "Gr\xC3\xBC\xC3\x9F"
                           "e"})
    EXPECT_EQ(refusal(routes, name),
              "ValidationException: 1 validation error detected: Value '" + std::string(name) +
                  "' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                  "^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$");
  EXPECT_EQ(alias(routes, "v1.2-rc_3"), machine_ + ":v1.2-rc_3");
}

TEST_F(StepFunctionsAliases, AnExecutionRunsTheVersionThatItsAliasRoutesTo) {
  const std::string arn = alias({route("1", 0), route("2", 100)});
  const std::string waiting = start(arn, "waiting");
  EXPECT_EQ(describe(waiting).at("status"), "RUNNING");
  EXPECT_EQ(describe(waiting).at("stateMachineAliasArn"), arn);
  EXPECT_EQ(describe(waiting).at("stateMachineVersionArn"), machine_ + ":2");
  call("UpdateStateMachineAlias",
       {{"stateMachineAliasArn", arn}, {"routingConfiguration", Json::array({route("1", 100)})}});
  EXPECT_EQ(ended(start(arn, "passing")).at("output"), R"({"a":1})");
  EXPECT_EQ(call("ListExecutions", {{"stateMachineArn", arn}}).at("executions").size(), 2U);
  EXPECT_EQ(call("ListExecutions", {{"stateMachineArn", machine_ + ":1"}}).at("executions").size(), 1U);
}

TEST_F(StepFunctionsAliases, ChanceDecidesBetweenVersions) {
  const std::string arn = alias({route("1", 50), route("2", 50)});
  std::map<std::string, int> begun;
  for (int i = 0; i < 60; ++i)
    ++begun[describe(start(arn, "run" + std::to_string(i))).at("stateMachineVersionArn")];
  EXPECT_EQ(begun.size(), 2U) << "both fail to occur once in 10^17 runs of this test";
}

TEST_F(StepFunctionsAliases, AVersionThatAnAliasRoutesToIsNotDeleted) {
  const std::string arn = alias({route("1", 10), route("2", 90)});
  EXPECT_EQ(error_of("DeleteStateMachineVersion", {{"stateMachineVersionArn", machine_ + ":1"}}),
            "ConflictException: Version to be deleted must not be referenced by an alias. Current list of "
            "aliases referencing this version: [PROD]");
  call("DeleteStateMachineAlias", {{"stateMachineAliasArn", arn}});
  call("DeleteStateMachineAlias", {{"stateMachineAliasArn", arn}});
  call("DeleteStateMachineVersion", {{"stateMachineVersionArn", machine_ + ":1"}});
  EXPECT_THAT(error_of("StartExecution", {{"stateMachineArn", arn}}), HasSubstr("StateMachineDoesNotExist"));
}

TEST_F(StepFunctionsAliases, IsDescribedAsItWasUpdated) {
  const std::string arn = alias(Json::array({route("1", 100)}));
  clock_.advance(std::chrono::seconds(5));
  EXPECT_EQ(call("UpdateStateMachineAlias", {{"stateMachineAliasArn", arn}, {"description", "live"}}).dump(),
            R"({"updateDate":"2023-11-14T22:13:25.000Z"})");
  EXPECT_EQ(call("DescribeStateMachineAlias", {{"stateMachineAliasArn", arn}}),
            Json::parse(R"({"stateMachineAliasArn":")" + arn +
                        R"(","name":"PROD","routingConfiguration":[{"stateMachineVersionArn":")" + machine_ +
                        R"(:1","weight":100}],"creationDate":"2023-11-14T22:13:20.000Z",)"
                        R"("updateDate":"2023-11-14T22:13:25.000Z","description":"live"})"));
  EXPECT_EQ(error_of("UpdateStateMachineAlias", {{"stateMachineAliasArn", arn + "X"}, {"description", "d"}}),
            "ResourceNotFound: Request references a resource that does not exist.");
  EXPECT_THAT(error_of("UpdateStateMachineAlias", {{"stateMachineAliasArn", arn}}),
              HasSubstr("ValidationException"));
}

TEST_F(StepFunctionsAliases, AreListedTheOldestFirstAndByVersion) {
  for (const char* name : {"c", "a", "b"}) alias(Json::array({route(name[0] == 'b' ? "2" : "1", 100)}), name);
  const auto names = [](const Json& page) {
    std::vector<std::string> list;
    for (const Json& each : page.at("stateMachineAliases"))
      list.push_back(each.at("stateMachineAliasArn").get<std::string>().substr(53));
    return list;
  };
  const Json first = call("ListStateMachineAliases", {{"stateMachineArn", machine_}, {"maxResults", 2}});
  EXPECT_THAT(names(first), ElementsAre("c", "a"));
  EXPECT_THAT(names(call("ListStateMachineAliases",
                         {{"stateMachineArn", machine_}, {"nextToken", first.at("nextToken")}})),
              ElementsAre("b"));
  EXPECT_THAT(names(call("ListStateMachineAliases", {{"stateMachineArn", machine_ + ":2"}})),
              ElementsAre("b"));
  EXPECT_EQ(error_of("ListStateMachineAliases", {{"stateMachineArn", machine_}, {"nextToken", "x"}}),
            "InvalidToken: Invalid Token: 'Invalid token'");
}

TEST_F(StepFunctionsAliases, DescribingAnAliasDescribesTheVersionMostExecutionsGet) {
  const std::string arn = alias({route("1", 20), route("2", 80)});
  EXPECT_EQ(call("DescribeStateMachine", {{"stateMachineArn", arn}}).at("stateMachineArn"), machine_ + ":2");
}

}  // namespace
}  // namespace aurora::local
