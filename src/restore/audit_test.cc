#include "restore/audit.h"

#include <gtest/gtest.h>

#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

class AuditEvents : public testing::StepWorld {
 protected:
  AuditTrail trail{aws::DynamoDb(api, "us-west-2"), names.audit_table(), clock};
};

TEST_F(AuditEvents, TwoInOneInstantStayTwo) {
  trail.record("op-1", "snapshot_check", "started");
  trail.record("op-1", "snapshot_check", "succeeded", {{"message", "found"}});
  const auto events = trail.events("op-1");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0]["timestamp"], "2026-11-21T03:15:00.000000Z-0001");
  EXPECT_EQ(events[1]["timestamp"], "2026-11-21T03:15:00.000000Z-0002");
}

TEST_F(AuditEvents, CarriesTheDayByWhichAllAreRead) {
  trail.record("op-1", "snapshot_check", "started");
  EXPECT_EQ(trail.events("op-1")[0]["day"], "2026-11-21");
}

TEST_F(AuditEvents, NeverExpiresUnlessItIsAskedTo) {
  trail.record("op-1", "snapshot_check", "started");
  EXPECT_FALSE(trail.events("op-1")[0].contains("expires_at"));
  trail.keep_for(30);
  trail.record("op-1", "snapshot_check", "succeeded");
  const auto midnight = parse_iso("2026-12-21T03:15:00Z")->time_since_epoch();
  EXPECT_EQ(trail.events("op-1")[1]["expires_at"],
            std::chrono::duration_cast<std::chrono::seconds>(midnight).count());
  trail.keep_for(0);
  trail.record("op-1", "copy_snapshot", "started");
  EXPECT_FALSE(trail.events("op-1")[2].contains("expires_at"));
}

TEST_F(AuditEvents, SettingReachesTheTrailOfAnOperation) {
  check({{"audit_retention_days", 7}});
  const auto events = trail.events("op-1");
  ASSERT_FALSE(events.empty());
  EXPECT_TRUE(events.back().contains("expires_at"));
  clock.advance(std::chrono::hours(24 * 8));
  dynamodb.sweep_expired();
  EXPECT_TRUE(trail.events("op-1").empty()) << "the table deletes what has expired";
}

}  // namespace
}  // namespace aurora::restore
