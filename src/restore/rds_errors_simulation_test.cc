// Restores that meet an error of RDS: what they do about it, and what the operator is told.
#include "restore/testing/rds_error_cases.h"
#include "restore/testing/replace_world.h"

namespace aurora::restore {
namespace {

using ::testing::HasSubstr;
using testing::kRdsErrorCases;
using testing::RdsErrorCase;
using testing::ReplaceWorld;

constexpr RetryClass kWait = RetryClass::kWait;
constexpr RetryClass kDone = RetryClass::kDone;

class RdsErrors : public ::testing::TestWithParam<RdsErrorCase> {};
std::string name_of_case(const ::testing::TestParamInfo<RdsErrorCase>& tested) {
  return fmt::format("{}_{}", tested.param.operation, tested.param.code);
}
INSTANTIATE_TEST_SUITE_P(Codes, RdsErrors, ::testing::ValuesIn(kRdsErrorCases), name_of_case);

// A restore that meets it forever ends in an error of that name, with a message and what to do; one that only
// has to wait says so with each look and does not end.
TEST_P(RdsErrors, TellTheOperatorWhatToDo) {
  const RdsErrorCase& c = GetParam();
  ReplaceWorld world("retire");
  world.faulty.refuse(c.operation, aws::ServiceError(c.code, "refused"));
  try {
    world.run("op-1");
    FAIL() << "went on";
  } catch (const ReplaceWorld::StillWaiting& waiting) {
    EXPECT_TRUE(c.retry == kWait || c.retry == kDone) << waiting.message;
    EXPECT_FALSE(waiting.message.empty());
  } catch (const Error& e) {
    EXPECT_EQ(e.name(), testing::name_told(c));
    if (c.told_as == nullptr) {
      EXPECT_THAT(e.message(), HasSubstr("refused"));
    }
    EXPECT_THAT(e.hint(), HasSubstr(c.hint));
  }
}

TEST(RdsErrorsOfCopies, SlotsAreWaitedForAndRoomIsNot) {
  const aws::ServiceError slots("SnapshotQuotaExceeded", "Cannot copy more than 5 snapshots across regions");
  const aws::ServiceError room("SnapshotQuotaExceeded", "Cannot create more than 100 manual snapshots");
  EXPECT_EQ(class_of(slots), RetryClass::kWait);
  EXPECT_EQ(class_of(room), RetryClass::kTerminal);

  ReplaceWorld world("retire");
  world.api.call("rds", "us-west-2", "CreateDBClusterSnapshot",
                 {{"DBClusterSnapshotIdentifier", "left-behind"},
                  {"DBClusterIdentifier", ReplaceWorld::kTarget},
                  {"Tags", {{{"Key", kManagedTag}, {"Value", "true"}}}}});
  world.work();
  world.faulty.refuse("CopyDBClusterSnapshot", room);
  try {
    world.run("op-1");
    FAIL() << "went on";
  } catch (const Error& e) {
    EXPECT_EQ(e.name(), "SnapshotQuotaExceeded");
    EXPECT_THAT(e.hint(), HasSubstr("left-behind"));
  }
}

TEST(RdsErrorsOfCapacity, EndTheRestoreAfterHalfAnHour) {
  ReplaceWorld world("retire");
  world.faulty.refuse("CreateDBInstance", aws::ServiceError("InsufficientDBInstanceCapacity", "none"));
  EXPECT_THROW(world.run("op-1"), ReplaceWorld::StillWaiting);
  world.clock.advance(std::chrono::minutes(31));
  try {
    world.faulty_runner.run(*find_step("check_restore_status"), {{"operation_id", "op-1"}});
    FAIL() << "waits for ever";
  } catch (const Error& e) {
    EXPECT_EQ(e.name(), "InsufficientDBInstanceCapacity");
    EXPECT_THAT(e.message(), HasSubstr("in 30 minutes"));
    EXPECT_THAT(e.hint(), HasSubstr("another db_instance_class"));
  }
}

}  // namespace
}  // namespace aurora::restore
