// Restores against an endpoint that was told to answer with each error that RDS's API lists for what a
// restore asks of it: what the operator is told, and that the target's name serves the old cluster
// afterwards.
#include "aws/model.h"
#include "local/fault_orders.h"
#include "restore/testing/rds_error_cases.h"
#include "restore/testing/replace_world.h"

namespace aurora::restore {
namespace {

using ::testing::HasSubstr;
using testing::kRdsErrorCases;
using testing::RdsErrorCase;
using testing::ReplaceWorld;

class FaultWorld : public ReplaceWorld {
 public:
  explicit FaultWorld(const std::string& strategy = "retire") : ReplaceWorld(strategy) {
    faults.begin();
    endpoint.add("rds", rehearsed);
  }
  void ask_for(const std::string& operation, const std::string& code, int times = 0,
               const std::string& message = "rehearsed") {
    faults.add(local::checked_fault({{"service", "rds"},
                                     {"operation", operation},
                                     {"code", code},
                                     {"times", times},
                                     {"message", message}},
                                    {"rds"}));
  }
  std::int64_t met() { return faults.list().empty() ? 0 : faults.list()[0].met; }

  local::Faults faults{data.path(), clock};
  local::Rehearsed rehearsed{rds, faults, clock, Log::none()};
};

// What came of a restore.
struct Ending {
  bool done = false;
  bool waits = false;
  std::string name = {};
  std::string message = {};
  std::string hint = {};
};

Ending end_of(FaultWorld& world) {
  try {
    world.run("op-1");
    return {.done = true};
  } catch (const ReplaceWorld::StillWaiting& waiting) {
    return {.waits = true, .message = waiting.message};
  } catch (const Error& e) {
    return {.name = e.name(), .message = e.message(), .hint = e.hint()};
  }
}

void expect_old_cluster_serves_after_rollback(FaultWorld& world) {
  world.faults.remove_all();
  world.undo("op-1", {{"error", {{"Error", "x"}, {"Cause", "y"}}}});
  world.work();
  EXPECT_EQ(world.serving(), world.old_cluster());
  EXPECT_EQ(world.cluster(ReplaceWorld::kTarget)["Status"], "available");
}

class RdsFaults : public ::testing::TestWithParam<RdsErrorCase> {};
std::string name_of_case(const ::testing::TestParamInfo<RdsErrorCase>& tested) {
  return fmt::format("{}_{}", tested.param.operation, tested.param.code);
}
INSTANTIATE_TEST_SUITE_P(Codes, RdsFaults, ::testing::ValuesIn(kRdsErrorCases), name_of_case);

TEST_P(RdsFaults, TellTheOperatorWhatToDoAndLeaveTheOldClusterServing) {
  const RdsErrorCase& c = GetParam();
  if (std::string_view(c.code) == "DBClusterAutomatedBackupNotFoundFault")
    GTEST_SKIP() << "not of a restore from a snapshot; restore_to_time_test.cc provokes it";
  FaultWorld world;
  world.ask_for(c.operation, c.code);
  const Ending ending = end_of(world);
  EXPECT_GT(world.met(), 0) << "the restore never asks for it";
  if (ending.waits) {
    EXPECT_TRUE(c.retry == testing::kWait || c.retry == testing::kDone) << ending.message;
    EXPECT_FALSE(ending.message.empty());
  } else {
    ASSERT_FALSE(ending.done);
    EXPECT_EQ(ending.name, testing::name_told(c));
    if (c.told_as == nullptr) {
      EXPECT_THAT(ending.message, HasSubstr("rehearsed"));
    }
    EXPECT_THAT(ending.hint, HasSubstr(c.hint));
  }
  expect_old_cluster_serves_after_rollback(world);
}

// Every error of the model of every operation that a restore changes something with: met once by a restore,
// it either passes by itself or ends in an error that says what to do, and the way back leads to a cluster
// that serves.
TEST(RdsFaultsOfTheModel, PassOrAreToldAndRolledBack) {
  const aws::Service& rds = aws::require_service("rds");
  for (const char* operation :
       {"CopyDBClusterSnapshot", "RestoreDBClusterFromSnapshot", "CreateDBInstance", "ModifyDBCluster",
        "ModifyDBInstance", "DescribeDBClusters", "DescribeDBInstances", "DescribeDBClusterSnapshots"}) {
    for (const aws::Shape* error : aws::require_operation(rds, operation).errors) {
      SCOPED_TRACE(fmt::format("{} answers {}", operation, error->error_code));
      FaultWorld world;
      world.ask_for(operation, std::string(error->error_code), 1);
      const Ending ending = end_of(world);
      if (ending.done) {
        EXPECT_NE(world.serving(), "");
        continue;
      }
      EXPECT_FALSE(ending.message.empty());
      if (!ending.waits) {
        // By RDS's own name, or by the step's that found what it means.
        EXPECT_FALSE(ending.name.empty());
        if (ending.name == error->error_code) {
          EXPECT_THAT(ending.message, HasSubstr("rehearsed"));
        }
      }
      expect_old_cluster_serves_after_rollback(world);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

// The old cluster is dropped at the end: what RDS says against it does not harm the new one.
TEST(RdsFaultsOfTheModel, InTheWayOfCleaningUpLeaveTheNewClusterServing) {
  const aws::Service& rds = aws::require_service("rds");
  for (const char* operation : {"DeleteDBInstance", "DeleteDBCluster", "DeleteDBClusterSnapshot"}) {
    for (const aws::Shape* error : aws::require_operation(rds, operation).errors) {
      SCOPED_TRACE(fmt::format("{} answers {}", operation, error->error_code));
      FaultWorld world;
      world.ask_for(operation, std::string(error->error_code));
      const Ending ending = end_of(world);
      EXPECT_FALSE(ending.name.empty() && ending.message.empty() && !ending.done);
      EXPECT_NE(world.serving(), world.old_cluster());
      EXPECT_EQ(world.cluster(ReplaceWorld::kTarget)["Status"], "available");
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(RdsFaultsOfTheModel, AnswerThatIsLostAfterTheWorkIsFoundDone) {
  for (const char* operation :
       {"CopyDBClusterSnapshot", "RestoreDBClusterFromSnapshot", "CreateDBInstance"}) {
    SCOPED_TRACE(operation);
    FaultWorld world;
    world.faults.add(local::checked_fault(
        {{"service", "rds"}, {"operation", operation}, {"code", "InternalFailure"}, {"after_work", true}},
        {"rds"}));
    Ending ending = end_of(world);
    if (!ending.done) {
      // What the machine's Retry does: the step again.
      EXPECT_EQ(ending.name, "AwsUnavailable") << ending.message;
      ending = end_of(world);
    }
    EXPECT_TRUE(ending.done) << ending.name << ending.message;
    EXPECT_NE(world.serving(), world.old_cluster());
  }
}

TEST(RdsFaultsOfTheModel, MemberOfAGlobalDatabaseIsNotWaitedFor) {
  FaultWorld world("delete");
  world.ask_for("DeleteDBCluster", "InvalidDBClusterStateFault", 0,
                "This cluster is a part of a global cluster, please remove it from globalcluster first");
  const Ending ending = end_of(world);
  EXPECT_EQ(ending.name, "InvalidDBClusterStateFault") << ending.message;
  EXPECT_THAT(ending.hint, HasSubstr("remove-from-global-cluster"));
}

}  // namespace
}  // namespace aurora::restore
