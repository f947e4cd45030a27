#include "cli/deploy/rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/files.h"
#include "base/text.h"
#include "cli/deploy/bundle.h"
#include "cli/deploy/template_file.h"
#include "cli/testing/fake_api.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const RightsPlace kPlace{.account = "123456789012",
                         .region = "eu-central-1",
                         .environment = "prod",
                         .bucket = "aurora-restore-123456789012-eu-central-1",
                         .stack = "aurora-restore-prod"};

TEST(Rights, EveryTypeOfTheTemplateHasItsRights) {
  std::set<std::string> types;
  for (const Right& right : deployer_rights())
    for (const std::string& type : split(right.types, ' ')) types.insert(type);
  for (const auto& [name, resource] : read_template(std::string(template_text()), "it").resources)
    EXPECT_TRUE(types.contains(resource.type))
        << resource.type << " of " << name << " has no row in deploy/rights.cc";
}

TEST(Rights, ActionsAreSortedAndStandOnce) {
  std::set<std::string> sids;
  for (const Right& right : deployer_rights()) {
    const auto actions = split(right.actions, ' ');
    EXPECT_TRUE(std::is_sorted(actions.begin(), actions.end())) << right.sid;
    EXPECT_EQ(std::set<std::string>(actions.begin(), actions.end()).size(), actions.size()) << right.sid;
    EXPECT_TRUE(sids.insert(std::string(right.sid)).second) << right.sid;
  }
}

TEST(Rights, PolicyIsTheOneOfTheDocument) {
  const std::string document = read_file(AURORA_SOURCE_DIR "/docs/DEPLOY.md");
  EXPECT_THAT(document, HasSubstr(dump_json_pretty(deployer_policy(kPlace))));
}

TEST(Rights, PolicyFitsAManagedOne) {
  // IAM counts what is no white space, in a customer managed policy up to 6,144 characters; this one is
  // split.
  for (const Json& statement : deployer_policy(kPlace)["Statement"])
    EXPECT_LT(dump_json(statement).size(), 6000u);
}

TEST(Rights, NothingIsLeftToBeFilledIn) {
  EXPECT_EQ(dump_json(deployer_policy(kPlace)).find("{region}"), std::string::npos);
  EXPECT_EQ(dump_json(deployer_policy(kPlace)).find("{account}"), std::string::npos);
}

TEST(Rights, MissingOnesAreNamed) {
  FakeApi api;
  api.on("iam.SimulatePrincipalPolicy", [](const Json& input) -> Json {
    EXPECT_EQ(input["PolicySourceArn"], "arn:aws:iam::123456789012:role/Deployer");
    Json results = Json::array();
    for (const Json& action : input["ActionNames"])
      results.push_back({{"EvalActionName", action},
                         {"EvalResourceName", input["ResourceArns"][0]},
                         {"EvalDecision", action == "iam:PassRole" ? "implicitDeny" : "allowed"}});
    return {{"EvaluationResults", results}};
  });
  const auto handle = api.handle();
  const RightsReport report =
      check_rights(*handle, "arn:aws:sts::123456789012:assumed-role/Deployer/me", kPlace);
  EXPECT_THAT(report.not_asked, IsEmpty());
  ASSERT_EQ(report.missing.size(), 1u);
  EXPECT_EQ(report.missing[0], "iam:PassRole on arn:aws:iam::123456789012:role/aurora-restore-*");
}

TEST(Rights, ARefusedQuestionIsNoAnswer) {
  FakeApi api;
  api.fail("iam.SimulatePrincipalPolicy", "AccessDenied", "not yours to ask");
  const auto handle = api.handle();
  const RightsReport report = check_rights(*handle, "arn:aws:iam::123456789012:user/me", kPlace);
  EXPECT_THAT(report.missing, IsEmpty());
  EXPECT_THAT(report.not_asked, HasSubstr("AccessDenied"));
}

}  // namespace
}  // namespace aurora::cli
