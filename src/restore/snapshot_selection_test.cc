#include "restore/snapshot_selection.h"

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
  void add(const std::string& name, const std::string& created, const std::string& status = "available") {
    snapshots.push_back({{"DBClusterSnapshotIdentifier", name},
                         {"DBClusterIdentifier", "prod"},
                         {"Status", status},
                         {"PercentProgress", 40},
                         {"SnapshotCreateTime", created}});
  }
  Json call(std::string_view, std::string_view, std::string_view, const Json& input) override {
    Json found = Json::array();
    for (const Json& snapshot : snapshots)
      if (!input.contains("DBClusterSnapshotIdentifier") ||
          input["DBClusterSnapshotIdentifier"] == snapshot["DBClusterSnapshotIdentifier"])
        found.push_back(snapshot);
    if (found.empty() && input.contains("DBClusterSnapshotIdentifier"))
      throw aws::ServiceError("DBClusterSnapshotNotFoundFault", "not found", 404);
    return {{"DBClusterSnapshots", found}};
  }
  std::vector<Json> snapshots;
};

class Selection : public testing::Test {
 protected:
  std::string select(const Json& given) {
    Configuration settings;
    settings.add(given, Source::kEvent);
    settings.add(default_settings(), Source::kDefault);
    settings.add({{"source_cluster_id", "prod"}}, Source::kDefault);
    aws::Rds rds(api, "us-east-1");
    return select_snapshot(rds, settings, kWhen).identifier;
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

}  // namespace
}  // namespace aurora::restore
