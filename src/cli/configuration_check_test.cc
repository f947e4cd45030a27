#include "cli/configuration_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::cli {
namespace {

using testing::HasSubstr;

TEST(ConfigurationCheck, EachFindingOfJsonHasItsPlace) {
  const auto findings = check_configuration(
      "{\n  \"port\": 5432,\n  \"reader_count\": \"many\",\n"
      "  \"target_regoin\": \"us-west-2\"\n}",
      ConfigurationFormat::kJson);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].line, 3);
  EXPECT_EQ(findings[0].field, "reader_count");
  EXPECT_EQ(findings[1].line, 4);
  EXPECT_THAT(findings[1].message, HasSubstr("did you mean target_region?"));
}

TEST(ConfigurationCheck, YamlOfTheSameFieldsIsRead) {
  const auto findings = check_configuration("target_cluster_id: a\nport: 1\n", ConfigurationFormat::kYaml);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].line, 2);
  EXPECT_EQ(findings[0].message, "port is 1: allowed is 1150 to 65535");
}

TEST(ConfigurationCheck, TextThatIsNoJsonSaysWhere) {
  const auto findings = check_configuration("{\n\"port\": 5432,\n}", ConfigurationFormat::kJson);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].message, HasSubstr("line 3, column 1"));
}

TEST(ConfigurationCheck, ListIsOfUsersAndPasswordsAreNotShown) {
  const std::string text = R"([{"username":"app","password":"canary","colour":"x"}])";
  const auto findings = check_configuration(text, ConfigurationFormat::kJson);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].message, testing::Not(HasSubstr("canary")));
  EXPECT_THAT(users_with_passwords(text), testing::ElementsAre("app"));
}

TEST(ConfigurationCheck, GoodTextHasNoFindings) {
  EXPECT_TRUE(check_configuration("{}", ConfigurationFormat::kJson).empty());
  EXPECT_TRUE(check_configuration("reader_count: 2\n", ConfigurationFormat::kYaml).empty());
}

}  // namespace
}  // namespace aurora::cli
