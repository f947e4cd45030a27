#include "restore/point_in_time.h"

#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using ::testing::HasSubstr;

// A source cluster in the target's Region, an hour old.
class PointInTime : public testing::StepWorld {
 protected:
  PointInTime() {
    make_cluster("us-west-2", "orders", {{"Port", 6000}});
    clock.advance(std::chrono::hours(1));
  }

  Json check_time(const Json& more) {
    Json event{{"source_cluster_id", "orders"},
               {"target_cluster_id", kTarget},
               {"db_subnet_group_name", "dev-subnet-group"},
               {"vpc_security_group_ids", {"sg-12345678"}}};
    event.update(more);
    return step("snapshot_check", event);
  }
  std::string refusal(const Json& more) {
    return error_of([&] { check_time(more); });
  }
};

std::string complaints(const Json& settings) {
  std::string text;
  for (const Finding& finding : validate_point_in_time(settings))
    text += finding.field + ": " + finding.rule + "\n";
  return text;
}

TEST_F(PointInTime, NeedsAClusterAndOneMeaning) {
  EXPECT_EQ(complaints({{"snapshot_name", "nightly"}}), "");
  EXPECT_EQ(complaints({{"restore_to_time", "2026-11-21T03:00:00Z"}, {"source_cluster_id", "orders"}}), "");
  EXPECT_THAT(complaints({{"restore_to_time", "2026-11-21T03:00:00Z"}}), HasSubstr("source_cluster_id"));
  EXPECT_THAT(complaints({{"restore_to_time", "2026-11-21T03:00:00Z"},
                          {"use_latest_restorable_time", true},
                          {"source_cluster_id", "orders"}}),
              HasSubstr("one of the two"));
  EXPECT_THAT(complaints({{"use_latest_restorable_time", true},
                          {"source_cluster_id", "orders"},
                          {"snapshot_name", "nightly"}}),
              HasSubstr("snapshot_name and use_latest_restorable_time"));
  EXPECT_THAT(complaints({{"use_latest_restorable_time", true},
                          {"source_cluster_id", "orders"},
                          {"source_role_arn", "arn:aws:iam::210987654321:role/r"}}),
              HasSubstr("source_role_arn"));
}

TEST_F(PointInTime, TimeOutsideTheWindowNamesTheWindow) {
  const std::string early = refusal({{"restore_to_time", "2026-11-21T01:00:00Z"}});
  EXPECT_THAT(early, HasSubstr("TimeNotRestorable"));
  EXPECT_THAT(early, HasSubstr("from 2026-11-21T03:15:00Z to 2026-11-21T04:15:00Z"));
  EXPECT_THAT(refusal({{"restore_to_time", "2026-11-21T05:00:00Z"}}), HasSubstr("TimeNotRestorable"));
  EXPECT_THAT(refusal({{"restore_to_time", "2026-11-21T04:00:00Z"}, {"source_cluster_id", "nobody"}}),
              HasSubstr("SourceClusterNotFound"));
  EXPECT_THAT(refusal({{"restore_to_time", "2026-11-21T04:00:00Z"}, {"kms_key_id", "alias/ours"}}),
              HasSubstr("KmsKeyNotApplicable"));
  EXPECT_THAT(refusal({{"restore_to_time", "2026-11-21T04:00:00Z"}, {"source_region", "us-east-1"}}),
              HasSubstr("source_region"));
}

TEST_F(PointInTime, RestoresTheClusterWithoutACopy) {
  const Json checked = check_time({{"restore_to_time", "2026-11-21T04:00:00Z"}});
  EXPECT_EQ(checked["copy_needed"], false);
  EXPECT_EQ(checked["snapshot_type"], "point-in-time");
  EXPECT_EQ(checked["snapshot_name"], "orders@2026-11-21T04:00:00Z");
  EXPECT_EQ(checked["source_region"], "us-west-2");
  EXPECT_THAT(checked["message"].get<std::string>(), HasSubstr("2026-11-21T04:00:00.000Z"));
  step("copy_snapshot");
  until_done("check_copy_status");
  until_done("delete_rds");
  until_done("restore_snapshot");
  EXPECT_NO_THROW(step("restore_snapshot")) << "the cluster that is there is ours";
  work();
  until_done("check_restore_status");
  const Json restored = cluster(kTarget);
  EXPECT_EQ(restored["Status"], "available");
  EXPECT_EQ(restored["Port"], 5432) << "the port follows the engine when it is not given";
  EXPECT_EQ(restored["DBClusterMembers"].size(), 1u);
  EXPECT_THAT(snapshots(), ::testing::IsEmpty());
}

TEST_F(PointInTime, LatestIsAskedForAsLatest) {
  check_time({{"use_latest_restorable_time", true}});
  EXPECT_EQ(operations.load("op-1")->known("restore_time"), "latest");
  clock.advance(std::chrono::minutes(10));
  step("copy_snapshot");
  until_done("check_copy_status");
  until_done("delete_rds");
  until_done("restore_snapshot");
  work();
  EXPECT_EQ(cluster(kTarget)["Status"], "available");
}

}  // namespace
}  // namespace aurora::restore
