#include "restore/rds_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "restore/testing/rds_error_cases.h"

namespace aurora::restore {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(RdsErrors, EachHasItsRetryClassAndSaysWhatToDo) {
  for (const testing::RdsErrorCase& c : testing::kRdsErrorCases) {
    SCOPED_TRACE(c.code);
    const aws::ServiceError error(c.code, "refused");
    EXPECT_EQ(class_of(error), c.retry);
    if (c.retry == RetryClass::kTerminal) {
      EXPECT_THAT(hint_for(error), Not(""));
    }
  }
}

TEST(RdsErrors, AreKnownWithAndWithoutTheirLastWord) {
  EXPECT_EQ(class_of(aws::ServiceError("DBClusterQuotaExceeded", "")), RetryClass::kTerminal);
  EXPECT_THAT(hint_for(aws::ServiceError("DBClusterQuotaExceeded", "")),
              hint_for(aws::ServiceError("DBClusterQuotaExceededFault", "")));
  EXPECT_TRUE(is_busy(aws::ServiceError("InvalidDBClusterState", "")));
  EXPECT_TRUE(is_capacity_shortage(aws::ServiceError("InsufficientDBClusterCapacity", "")));
}

TEST(RdsErrors, OnlyTheTextTellsCopySlotsFromTheQuotaOfSnapshots) {
  const aws::ServiceError slots("SnapshotQuotaExceeded", "Cannot copy more than 5 snapshots across regions");
  const aws::ServiceError room("SnapshotQuotaExceeded", "Cannot create more than 100 manual snapshots");
  EXPECT_EQ(class_of(slots), RetryClass::kWait);
  EXPECT_EQ(class_of(room), RetryClass::kTerminal);
}

TEST(RdsErrors, MemberOfAGlobalDatabaseIsNotWaitedFor) {
  const aws::ServiceError error(
      "InvalidDBClusterStateFault",
      "This cluster is a part of a global cluster, please remove it from globalcluster first");
  EXPECT_EQ(class_of(error), RetryClass::kTerminal);
  EXPECT_FALSE(is_busy(error));
  EXPECT_THAT(hint_for(error), HasSubstr("remove-from-global-cluster"));
}

TEST(RdsErrors, TextOfRdsChoosesTheHintWhereTheCodeSaysLittle) {
  EXPECT_THAT(
      hint_for(aws::ServiceError("InvalidParameterCombination",
                                 "Cannot delete protected Cluster, please disable deletion protection "
                                 "and try again.")),
      HasSubstr("Take the protection off"));
  EXPECT_THAT(hint_for(aws::ServiceError("InvalidParameterCombination",
                                         "The engine version you requested (15.2) is earlier than the engine "
                                         "version of the DB cluster snapshot (15.4).")),
              HasSubstr("Leave engine_version out"));
  EXPECT_EQ(hint_for(aws::ServiceError("SomethingNew", "x")), "");
  EXPECT_EQ(class_of(aws::ServiceError("SomethingNew", "x", 500)), RetryClass::kRepeat);
}

}  // namespace
}  // namespace aurora::restore
