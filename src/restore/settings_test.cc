#include "restore/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "restore/request.h"

namespace aurora::restore {
namespace {

using testing::HasSubstr;

std::vector<Finding> findings_of(const char* json) {
  std::vector<Finding> findings;
  canonical_settings(Json::parse(json), "the input", findings);
  return findings;
}

Json canonical(const char* json) {
  std::vector<Finding> findings;
  Json values = canonical_settings(Json::parse(json), "the input", findings);
  EXPECT_TRUE(findings.empty()) << findings.front().to_text();
  return values;
}

TEST(Settings, EveryDefaultPassesItsOwnRule) {
  for (const Setting& setting : settings()) {
    if (setting.fallback.empty()) continue;
    std::vector<Finding> findings;
    canonical_settings({{std::string(setting.name), Json::parse(setting.fallback)}}, "defaults", findings);
    EXPECT_TRUE(findings.empty()) << setting.name;
  }
}

TEST(Settings, NoNameIsUsedTwice) {
  std::vector<std::string> names = setting_names();
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(Settings, SpellingsOfTheDocumentsMeanTheSame) {
  EXPECT_EQ(canonical(R"({"snapshot_id":"s"})"), Json::parse(R"({"snapshot_name":"s"})"));
  EXPECT_EQ(canonical(R"({"target_date":"2023-06-01"})"),
            canonical(R"({"source_snapshot_date":"2023-06-01"})"));
  EXPECT_EQ(canonical(R"({"target_security_groups":["sg-1"]})"),
            canonical(R"({"security_group_ids":"sg-1"})"));
  EXPECT_EQ(canonical(R"({"target_subnet_group":"g"})"), canonical(R"({"db_subnet_group_name":"g"})"));
}

TEST(Settings, TextBecomesTheSettingsType) {
  EXPECT_EQ(
      canonical(R"({"port":"5432","deletion_protection":"true","vpc_security_group_ids":"sg-1, sg-2"})"),
      Json::parse(R"({"port":5432,"deletion_protection":true,"vpc_security_group_ids":["sg-1","sg-2"]})"));
}

TEST(Settings, EmptyAndNullCountAsAbsent) {
  EXPECT_EQ(canonical(R"({"engine":"","port":null})"), Json::object());
}

TEST(Settings, UnknownFieldNamesTheNearest) {
  const auto findings = findings_of(R"({"target_regoin":"us-west-2"})");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].to_text(), "target_regoin: unknown field of the input; did you mean target_region?");
}

TEST(Settings, EachFindingNamesFieldValueAndRule) {
  const auto findings =
      findings_of(R"({"port":70000,"target_region":"us-wst-2","reader_count":"many","engine":"oracle"})");
  ASSERT_EQ(findings.size(), 4u);
  EXPECT_EQ(findings[0].to_text(), "port is 70000: allowed is 1150 to 65535");
  EXPECT_THAT(findings[1].to_text(), HasSubstr("target_region is \"us-wst-2\": allowed is an AWS Region"));
  EXPECT_EQ(findings[2].to_text(), "reader_count is \"many\": must be a whole number");
  EXPECT_THAT(findings[3].to_text(), HasSubstr("aurora-postgresql or aurora-mysql"));
}

TEST(Settings, ContradictingSpellingsNameBoth) {
  const auto findings = findings_of(R"({"snapshot_id":"a","snapshot_name":"b"})");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].to_text(), HasSubstr("snapshot_id and snapshot_name"));
  EXPECT_TRUE(findings_of(R"({"snapshot_id":"a","snapshot_name":"a"})").empty());
}

TEST(Settings, FindingAboutUsersNeverShowsTheirPassword) {
  const auto findings =
      findings_of(R"({"db_users":[{"username":"a","password":"canary-secret","colour":"x"}]})");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].to_text(), testing::Not(HasSubstr("canary-secret")));
}

TEST(Settings, IdentifierRulesAreRds) {
  for (const char* good : {"a", "dev-target-cluster", "A1"}) EXPECT_TRUE(is_rds_identifier(good)) << good;
  for (const char* bad : {"", "1a", "-a", "a-", "a--b", "a_b", "ä"})
    EXPECT_FALSE(is_rds_identifier(bad)) << bad;
  EXPECT_FALSE(is_rds_identifier(std::string(64, 'a')));
}

TEST(Request, MissingFieldsAreAllNamedAtOnce) {
  const auto findings = validate_resolved(Json::object());
  std::vector<std::string> fields;
  for (const Finding& finding : findings) fields.push_back(finding.field);
  EXPECT_THAT(fields, testing::ElementsAre("target_region", "target_cluster_id", "snapshot_name",
                                           "db_subnet_group_name", "vpc_security_group_ids"));
}

TEST(Request, DateAloneNeedsTheSourceCluster) {
  const auto findings = validate_resolved({{"target_region", "us-west-2"},
                                           {"target_cluster_id", "t"},
                                           {"snapshot_date", "latest"},
                                           {"subnet_ids", {"subnet-1"}},
                                           {"vpc_security_group_ids", {"sg-1"}}});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].field, "source_cluster_id");
}

TEST(Request, AllFindingsAreOneError) {
  try {
    throw_if_any({{"port", "1", "rule"}, {"engine", "", "required"}});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.name(), "InvalidInput");
    EXPECT_EQ(e.message(), "port is 1: rule; engine: required. Nothing was created or changed.");
  }
}

}  // namespace
}  // namespace aurora::restore
