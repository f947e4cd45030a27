#include "restore/snapshot_selection.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/dates.h"

namespace aurora::restore {
namespace {

using testing::HasSubstr;

const TimePoint kWhen = *parse_iso("2026-11-21T02:00:00Z");

// Snapshots of one Region, found as RDS finds them.
class SnapshotApi final : public aws::Api {
 public:
  void add(const std::string& name, const std::string& created, const std::string& status = "available",
           const std::string& cluster = "prod") {
    const std::string type = name.starts_with("rds:")         ? "automated"
                             : name.starts_with("awsbackup:") ? "awsbackup"
                                                              : "manual";
    add_typed(name, created, status, cluster, type, "123456789012");
  }
  void add_shared(const std::string& name, const std::string& created, const std::string& account) {
    add_typed(name, created, "available", "prod", "shared", account);
  }
  Json call(std::string_view, std::string_view, std::string_view, const Json& input) override {
    const std::string wanted = string_or(input, "DBClusterSnapshotIdentifier", "");
    Json found = Json::array();
    for (const Json& snapshot : snapshots)
      if (is_wanted(snapshot, input)) found.push_back(snapshot);
    if (found.empty() && !wanted.empty())
      throw aws::ServiceError("DBClusterSnapshotNotFoundFault", "not found", 404);
    // Pages of two, as RDS has pages of a hundred.
    const auto begin = static_cast<std::size_t>(std::stoi(string_or(input, "Marker", "0")));
    Json page{{"DBClusterSnapshots", Json::array()}};
    for (std::size_t i = begin; i < found.size() && i < begin + 2; ++i)
      page["DBClusterSnapshots"].push_back(found[i]);
    if (begin + 2 < found.size()) page["Marker"] = std::to_string(begin + 2);
    return page;
  }
  std::vector<Json> snapshots;

 private:
  void add_typed(const std::string& name, const std::string& created, const std::string& status,
                 const std::string& cluster, const std::string& type, const std::string& account) {
    snapshots.push_back(
        {{"DBClusterSnapshotIdentifier", name},
         {"DBClusterSnapshotArn", "arn:aws:rds:us-east-1:" + account + ":cluster-snapshot:" + name},
         {"DBClusterIdentifier", cluster},
         {"SnapshotType", type},
         {"Status", status},
         {"PercentProgress", 40},
         {"SnapshotCreateTime", created}});
  }
  // Without a type, RDS shows manual and automated ones; by name, one of a special type only with that type;
  // one of another account only by its ARN and on request.
  static bool is_wanted(const Json& snapshot, const Json& input) {
    const std::string name = string_or(input, "DBClusterSnapshotIdentifier", "");
    const std::string asked = string_or(input, "SnapshotType", "");
    const std::string type = snapshot["SnapshotType"];
    if (!name.empty()) {
      const bool by_arn = snapshot["DBClusterSnapshotArn"] == name;
      if (type == "shared") return by_arn && bool_or(input, "IncludeShared", false);
      return (by_arn || snapshot["DBClusterSnapshotIdentifier"] == name) &&
             (type == "manual" || type == asked);
    }
    const std::string cluster = string_or(input, "DBClusterIdentifier", "");
    if (!cluster.empty() && snapshot["DBClusterIdentifier"] != cluster) return false;
    return asked.empty() ? type == "manual" || type == "automated" : type == asked;
  }
};

class Selection : public testing::Test {
 protected:
  std::string select(const Json& given) {
    Configuration settings;
    settings.add(given, Source::kEvent);
    settings.add(default_settings(), Source::kDefault);
    settings.add({{"source_cluster_id", "prod"}}, Source::kDefault);
    aws::Rds rds(api, "us-east-1");
    return select_snapshot(rds, settings, kWhen, owner).identifier;
  }
  // With what the environment's configuration says beside the input.
  std::string select_with(const Json& given, const Json& configured) {
    Configuration settings;
    settings.add(given, Source::kEvent);
    settings.add(configured, Source::kParameterStore);
    settings.add(default_settings(), Source::kDefault);
    aws::Rds rds(api, "us-east-1");
    return select_snapshot(rds, settings, kWhen, owner).identifier;
  }
  std::string error_of(const Json& given) {
    try {
      select(given);
    } catch (const Error& e) {
      return e.what();
    }
    return "none";
  }
  SnapshotApi api;
  SnapshotOwner owner;
};

TEST(Template, DatesResolveInUtc) {
  EXPECT_EQ(resolve_template("s-{date}", kWhen), "s-2026-11-21");
  EXPECT_EQ(resolve_template("s-{date-1d}", kWhen), "s-2026-11-20");
  EXPECT_EQ(resolve_template("s-{date+2d}", kWhen), "s-2026-11-23");
  EXPECT_EQ(resolve_template("s-{date:%Y%m%d}-x", kWhen), "s-20261121-x");
  EXPECT_EQ(resolve_template("s-{date:%Y-%m-%d,-1d}", kWhen), "s-2026-11-20");
  EXPECT_EQ(resolve_template("{source_cluster_id}-{date}", kWhen, "prod"), "prod-2026-11-21");
  EXPECT_EQ(resolve_template("plain", kWhen), "plain");
}

TEST(Template, ShellDateOfTheDocumentedRuleIsUnderstood) {
  EXPECT_EQ(resolve_template("aurora-snapshot-$(date +%Y-%m-%d)", kWhen), "aurora-snapshot-2026-11-21");
}

TEST(Template, UnknownTemplateIsRefused) {
  for (const char* text : {"s-{day}", "s-{date-1w}", "s-{date", "s-{date:}"})
    EXPECT_THROW(resolve_template(text, kWhen), Error) << text;
}

TEST_F(Selection, LatestIsByCreationTimeNotByName) {
  api.add("z-old", "2026-11-01T00:00:00Z");
  api.add("a-new", "2026-11-20T00:00:00Z");
  api.add("b-newer-but-failed", "2026-11-21T00:00:00Z", "failed");
  EXPECT_EQ(select({{"snapshot_date", "latest"}}), "a-new");
}

TEST_F(Selection, DayPrefersTheNamedSnapshotThenTheNewestOfTheDay) {
  api.add("rds:prod-2026-11-20-07-12", "2026-11-20T07:12:00Z");
  api.add("rds:prod-2026-11-20-09-12", "2026-11-20T09:12:00Z");
  EXPECT_EQ(select({{"snapshot_date", "yesterday"}}), "rds:prod-2026-11-20-09-12");
  api.add("prod-snapshot-2026-11-20", "2026-11-20T01:00:00Z");
  EXPECT_EQ(select({{"snapshot_date", "2026-11-20"}}), "prod-snapshot-2026-11-20");
}

TEST_F(Selection, MissingSnapshotNamesTheNewestThatIsThere) {
  api.add("prod-snapshot-2026-11-19", "2026-11-19T01:00:00Z");
  EXPECT_THAT(error_of({{"snapshot_name", "prod-snapshot-2026-11-20"}}),
              testing::AllOf(HasSubstr("SnapshotNotFound"), HasSubstr("prod-snapshot-2026-11-19")));
}

TEST_F(Selection, SnapshotInTheMakingIsNotRestored) {
  api.add("s", "2026-11-19T01:00:00Z", "creating");
  EXPECT_THAT(error_of({{"snapshot_name", "s"}}),
              HasSubstr("SnapshotNotAvailable: snapshot s is creating (40 %)"));
}

TEST_F(Selection, NameAndDateThatContradictAreRefused) {
  api.add("prod-2026-11-19", "2026-11-19T01:00:00Z");
  EXPECT_THAT(error_of({{"snapshot_name", "prod-2026-11-19"}, {"snapshot_date", "2026-11-20"}}),
              HasSubstr("contradict"));
  EXPECT_EQ(select({{"snapshot_name", "prod-2026-11-19"}, {"snapshot_date", "2026-11-19"}}),
            "prod-2026-11-19");
  EXPECT_EQ(select({{"snapshot_name", "prod-{date}"}, {"snapshot_date", "2026-11-19"}}), "prod-2026-11-19");
}

TEST(Template, ShellCommandThatIsNoDateIsRefused) {
  EXPECT_EQ(resolve_template("s-$(date -u +%Y%m%d)", kWhen), "s-20261121");
  EXPECT_THROW(resolve_template("s-$(date -d yesterday +%F)", kWhen), Error);
  EXPECT_THROW(resolve_template("s-$(hostname)", kWhen), Error);
}

TEST_F(Selection, NewestOfManyPagesIsFound) {
  for (int day = 10; day < 20; ++day)
    api.add(fmt::format("s-{}", 100 - day), fmt::format("2026-11-{}T00:00:00Z", day));
  EXPECT_EQ(select({{"snapshot_date", "latest"}}), "s-81");
}

TEST_F(Selection, SnapshotsOfEveryKindAreFoundByName) {
  api.add("rds:prod-2026-11-20-07-12", "2026-11-20T07:12:00Z");
  api.add("awsbackup:job-1a2b", "2026-11-20T08:12:00Z");
  for (const char* name : {"rds:prod-2026-11-20-07-12", "awsbackup:job-1a2b"}) {
    EXPECT_EQ(select({{"snapshot_name", name}}), name);
    EXPECT_EQ(select({{"snapshot_name",
                       fmt::format("arn:aws:rds:us-east-1:123456789012:cluster-snapshot:{}", name)}}),
              name);
  }
}

TEST_F(Selection, SnapshotOfAwsBackupMayBeTheNewest) {
  api.add("rds:prod-2026-11-20-07-12", "2026-11-20T07:12:00Z");
  api.add("awsbackup:job-1a2b", "2026-11-20T08:12:00Z");
  EXPECT_EQ(select({{"snapshot_date", "latest"}}), "awsbackup:job-1a2b");
}

TEST_F(Selection, SharedSnapshotIsFoundByArnAndByTheOwnersAccount) {
  api.add_shared("theirs-1", "2026-11-19T00:00:00Z", "210987654321");
  api.add_shared("theirs-2", "2026-11-20T00:00:00Z", "210987654321");
  api.add_shared("strangers", "2026-11-21T00:00:00Z", "333333333333");
  EXPECT_EQ(select({{"snapshot_name", "arn:aws:rds:us-east-1:210987654321:cluster-snapshot:theirs-1"}}),
            "theirs-1");
  owner.shared_by = "210987654321";
  owner.reference = [](const std::string& name) {
    return "arn:aws:rds:us-east-1:210987654321:cluster-snapshot:" + name;
  };
  EXPECT_EQ(select({{"snapshot_name", "theirs-1"}}), "theirs-1");
  EXPECT_EQ(select({{"snapshot_date", "latest"}}), "theirs-2");
}

TEST_F(Selection, OldSnapshotIsRefusedWithItsAgeAndTheNewestThereIs) {
  api.add("s-old", "2026-11-19T02:00:00Z");
  api.add("s-new", "2026-11-20T23:00:00Z");
  EXPECT_EQ(select({{"snapshot_name", "s-old"}, {"snapshot_max_age_hours", 48.0}}), "s-old");
  EXPECT_THAT(error_of({{"snapshot_name", "s-old"}, {"snapshot_max_age_hours", 24.0}}),
              testing::AllOf(HasSubstr("SnapshotTooOld"), HasSubstr("48.0 hours"), HasSubstr("s-new")));
  EXPECT_THAT(error_of({{"snapshot_date", "latest"}, {"snapshot_max_age_hours", 2.5}}),
              HasSubstr("SnapshotTooOld"));
}

TEST_F(Selection, ArnOfAnotherRegionAccountOrKindIsNamed) {
  EXPECT_THAT(error_of({{"snapshot_name", "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:s"}}),
              testing::AllOf(HasSubstr("InvalidInput"), HasSubstr("eu-west-1"), HasSubstr("us-east-1")));
  EXPECT_THAT(error_of({{"snapshot_name", "arn:aws:rds:us-east-1:123456789012:cluster-snapshot:s"},
                        {"source_account_id", "210987654321"}}),
              HasSubstr("another account"));
  EXPECT_THAT(error_of({{"snapshot_name", "arn:aws:rds:us-east-1:123456789012:snapshot:s"}}),
              HasSubstr("cluster-snapshot"));
}

TEST_F(Selection, SnapshotOfAnotherClusterThanTheOneAskedForIsRefused) {
  api.add("s", "2026-11-19T02:00:00Z", "available", "other");
  EXPECT_THAT(error_of({{"snapshot_name", "s"}, {"source_cluster_id", "prod"}}),
              testing::AllOf(HasSubstr("source_cluster_id"), HasSubstr("cluster other")));
  EXPECT_EQ(select_with({{"snapshot_name", "s"}}, {{"source_cluster_id", "prod"}}), "s");
}

TEST_F(Selection, InputGoesBeforeWhatTheEnvironmentSaysForEveryNight) {
  api.add("by-hand", "2026-11-18T02:00:00Z");
  api.add("prod-snapshot-2026-11-19", "2026-11-19T02:00:00Z");
  EXPECT_EQ(select_with({{"snapshot_name", "by-hand"}},
                        {{"source_cluster_id", "prod"}, {"snapshot_date", "latest"}}),
            "by-hand");
  EXPECT_EQ(select_with({{"snapshot_date", "2026-11-19"}},
                        {{"source_cluster_id", "prod"}, {"snapshot_name", "by-hand"}}),
            "prod-snapshot-2026-11-19");
  EXPECT_EQ(select_with({{"snapshot_date", "2026-11-19"}},
                        {{"source_cluster_id", "prod"}, {"snapshot_name", "prod-snapshot-{date}"}}),
            "prod-snapshot-2026-11-19");
}

TEST_F(Selection, NameThatIsNearlyRightIsSuggested) {
  api.add("prod-snapshot-2026-11-19", "2026-11-19T01:00:00Z");
  api.add("prod-snapshot-2026-10-01", "2026-10-01T01:00:00Z");
  EXPECT_THAT(error_of({{"snapshot_name", "prod-snapshto-2026-10-01"}}),
              HasSubstr("Did you mean prod-snapshot-2026-10-01?"));
}

}  // namespace
}  // namespace aurora::restore
