// Whatever fails, and wherever: the target's name serves the old cluster again or the record says what
// stands, nothing that the operation made is left, and a second restore succeeds.
#include "restore/rollback.h"
#include "restore/testing/replace_world.h"

namespace aurora::restore {
namespace {

using ::testing::ElementsAre;
using testing::FaultyApi;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ReplaceWorld;

constexpr const char* kStrategies[] = {"retire", "delete", "swap"};

const Json kError{{"Error", "VerificationFailed"}, {"Cause", "no rows"}};

bool is_over(const Json& operation) {
  const Json& state = operation["state"];
  return bool_or(state, "verified", false) &&
         (string_or(state, "restored_as", "").empty() || bool_or(state, "exchanged", false));
}

// What must be true once handle_failure has ended.
void expect_rolled_back(ReplaceWorld& world, const std::string& id) {
  world.work();
  const Json operation = world.operation(id);
  const std::string stands = operation["rollback"]["what_stands"];
  if (is_over(operation)) {
    EXPECT_NE(world.serving(), world.old_cluster());
    EXPECT_THAT(stands, HasSubstr("verified and stays"));
    return;
  }
  EXPECT_THAT(world.snapshots(), IsEmpty()) << stands;
  if (world.serving() == world.old_cluster()) {
    EXPECT_THAT(world.clusters(), ElementsAre(ReplaceWorld::kTarget)) << stands;
    EXPECT_EQ(world.cluster(ReplaceWorld::kTarget)["Status"], "available");
    const auto members = world.members(ReplaceWorld::kTarget);
    if (members.empty())
      EXPECT_THAT(stands, HasSubstr("instances dev-target-cluster-instance-1 were deleted"));
    else
      EXPECT_THAT(members, ElementsAre("dev-target-cluster-instance-1"));
    return;
  }
  EXPECT_THAT(world.clusters(), IsEmpty());
  EXPECT_THAT(stands, HasSubstr("was deleted (replace_strategy delete)"));
  EXPECT_FALSE(string_or(operation["rollback"], "next_command", "").empty());
}

void expect_second_run_succeeds(ReplaceWorld& world) {
  // What resuming an operation comes to that failed after its verification.
  if (is_over(world.operation("op-1"))) {
    world.faulty_runner.run(*find_step("cleanup"), {{"operation_id", "op-1"}});
    world.work();
  }
  world.run("op-2");
  EXPECT_EQ(world.operation("op-2")["status"], kCompleted);
  EXPECT_THAT(world.clusters(), ElementsAre(ReplaceWorld::kTarget));
  EXPECT_NE(world.serving(), world.old_cluster());
}

// Runs the restore into the failure, if it comes, and rolls back. False when the restore came to its end.
bool run_into_failure(ReplaceWorld& world, int cancel_at = 0) {
  try {
    world.run("op-1", cancel_at);
    return false;
  } catch (const Error&) {
    world.undo("op-1", {{"error", kError}});
  } catch (const ReplaceWorld::Cancelled&) {
    world.undo("op-1", {{"cancelled", true}});
  }
  return true;
}

class Rollback : public ::testing::TestWithParam<const char*> {};
std::string name_of_case(const ::testing::TestParamInfo<const char*>& tested) {
  return tested.param;
}
INSTANTIATE_TEST_SUITE_P(Strategies, Rollback, ::testing::ValuesIn(kStrategies), name_of_case);

TEST_P(Rollback, PutsThingsRightAfterAnyRefusedOrLostChange) {
  for (const FaultyApi::When when : {FaultyApi::When::kBefore, FaultyApi::When::kAfter})
    for (int n = 1;; ++n) {
      ReplaceWorld world(GetParam());
      world.faulty.fail_change(n, when);
      const bool failed = run_into_failure(world);
      SCOPED_TRACE(fmt::format("change {} ({}) {}", n, world.faulty.failed_call(),
                               when == FaultyApi::When::kBefore ? "refused" : "lost"));
      if (!world.faulty.failed()) break;  // the restore has no more changes than that
      world.faulty.stop_failing();
      if (failed) expect_rolled_back(world, "op-1");
      if (HasFailure()) return;
      if (n % 3 == 0) expect_second_run_succeeds(world);
      if (HasFailure()) return;
    }
}

TEST_P(Rollback, PutsThingsRightWhereverItIsCancelled) {
  for (int look = 2;; ++look) {
    ReplaceWorld world(GetParam());
    SCOPED_TRACE(fmt::format("cancelled before look {}", look));
    if (!run_into_failure(world, look)) break;
    expect_rolled_back(world, "op-1");
    if (HasFailure()) return;
    if (look % 4 == 0) expect_second_run_succeeds(world);
    if (HasFailure()) return;
  }
}

TEST_P(Rollback, PutsThingsRightWhenRdsSaysFailed) {
  struct Fault {
    const char* list;
    const char* member;
    const char* status;
  };
  for (const Fault& fault : {Fault{"DBClusters", "Status", "incompatible-restore"},
                             Fault{"DBInstances", "DBInstanceStatus", "incompatible-network"},
                             Fault{"DBClusterSnapshots", "Status", "failed"}}) {
    ReplaceWorld world(GetParam());
    SCOPED_TRACE(fault.status);
    const std::string old = world.old_cluster();
    world.faulty.show(fault.list, fault.member, fault.status, [old](const Json& element) {
      for (const Json& tag : member_or_null(element, "TagList"))
        if (tag["Key"] == kOperationTag) return true;
      return false;
    });
    EXPECT_THROW(world.run("op-1"), Error);
    world.faulty.stop_showing();
    world.undo("op-1", {{"error", kError}});
    expect_rolled_back(world, "op-1");
    expect_second_run_succeeds(world);
  }
}

// The rollback's own calls fail once each.
TEST_P(Rollback, GoesOnAfterErrorsOfItsOwn) {
  for (int n = 1; n <= 8; ++n) {
    ReplaceWorld world(GetParam());
    SCOPED_TRACE(fmt::format("change {} of the rollback", n));
    world.faulty.show("DBInstances", "DBInstanceStatus", "restore-error",
                      [](const Json& element) { return !member_or_null(element, "TagList").empty(); });
    EXPECT_THROW(world.run("op-1"), Error);
    world.faulty.stop_showing();
    world.faulty.fail_change(n, n % 2 == 0 ? FaultyApi::When::kBefore : FaultyApi::When::kAfter);
    world.undo("op-1", {{"error", kError}});
    if (n > world.faulty.changes()) break;
    expect_rolled_back(world, "op-1");
    EXPECT_TRUE(bool_or(world.operation("op-1")["state"], "rolled_back", false));
    if (HasFailure()) return;
  }
}

TEST(RollbackRecord, SaysWhatStandsAndWhichCommandPutsItRight) {
  ReplaceWorld world("retire");
  world.faulty.show("DBInstances", "DBInstanceStatus", "restore-error",
                    [](const Json& element) { return !member_or_null(element, "TagList").empty(); });
  EXPECT_THROW(world.run("op-1"), Error);
  world.faulty.stop_showing();
  world.faulty.refuse("ModifyDBCluster", aws::ServiceError("AccessDenied", "not you"));
  const Json answer = world.undo("op-1", {{"error", kError}});
  EXPECT_EQ(answer["rollback_status"], "failed");
  const Json operation = world.operation("op-1");
  EXPECT_FALSE(bool_or(operation["state"], "rolled_back", true));
  const std::string stands = operation["rollback"]["what_stands"];
  EXPECT_THAT(stands, HasSubstr("The old cluster is dev-target-cluster-retired-"));
  EXPECT_THAT(stands, HasSubstr("nothing serves its name dev-target-cluster"));
  EXPECT_THAT(stands, HasSubstr("AccessDenied"));
  EXPECT_THAT(std::string(operation["rollback"]["next_command"]),
              HasSubstr("--new-db-cluster-identifier dev-target-cluster --apply-immediately"));
  EXPECT_EQ(operation["status"], kFailed);
  // The rest was done all the same, and once it may, it does the whole.
  EXPECT_THAT(world.snapshots(), IsEmpty());
  world.faulty.refuse("", std::nullopt);
  EXPECT_EQ(world.undo("op-1", {{"cancelled", true}})["rollback_status"], "completed");
  expect_rolled_back(world, "op-1");
}

TEST(RollbackRecord, ClusterThatSomebodyProtectedMeanwhileIsNotDeleted) {
  ReplaceWorld world("swap");
  world.faulty.show("DBInstances", "DBInstanceStatus", "restore-error",
                    [](const Json& element) { return !member_or_null(element, "TagList").empty(); });
  EXPECT_THROW(world.run("op-1"), Error);
  world.faulty.stop_showing();
  const std::string made = world.operation("op-1")["state"]["restored_as"];
  world.faulty.call("rds", "us-west-2", "ModifyDBCluster",
                    {{"DBClusterIdentifier", made}, {"DeletionProtection", true}});
  world.work();
  const Json answer = world.undo("op-1", {{"error", kError}});
  EXPECT_EQ(answer["rollback_status"], "failed");
  EXPECT_THAT(std::string(answer["what_stands"]), HasSubstr("deletion protection"));
  EXPECT_EQ(world.serving(), world.old_cluster());
}

TEST(OnFailureKeep, LeavesEverythingAndSaysHowToGoOn) {
  ReplaceWorld world("retire", {{"on_failure", "keep"}});
  world.faulty.show("DBInstances", "DBInstanceStatus", "restore-error",
                    [](const Json& element) { return !member_or_null(element, "TagList").empty(); });
  EXPECT_THROW(world.run("op-1"), Error);
  world.faulty.stop_showing();
  const std::vector<std::string> before = world.clusters();
  const Json answer = world.undo("op-1", {{"error", kError}});
  EXPECT_EQ(answer["rollback_status"], "kept");
  EXPECT_EQ(answer["next_command"], "aurora-restore resume op-1");
  EXPECT_EQ(world.clusters(), before);
  EXPECT_EQ(world.operation("op-1")["status"], kFailed);
  EXPECT_TRUE(bool_or(world.operation("op-1")["state"], "kept", false));
  EXPECT_THAT(std::string(answer["what_stands"]), HasSubstr("is available and not verified"));
  // A cancellation undoes it after all.
  EXPECT_EQ(world.undo("op-1", {{"cancelled", true}})["operation_status"], kCancelled);
  expect_rolled_back(world, "op-1");
}

std::vector<std::string> subnet_groups(ReplaceWorld& world) {
  std::vector<std::string> names;
  const Json answer = world.api.call("rds", "us-west-2", "DescribeDBSubnetGroups", Json::object());
  for (const Json& group : answer["DBSubnetGroups"]) names.push_back(group["DBSubnetGroupName"]);
  return names;
}

TEST(RollbackOfASubnetGroup, DeletesTheOneThatWasMade) {
  ReplaceWorld world("retire", {{"subnet_ids", {"subnet-12345678", "subnet-87654321"}}});
  const std::vector<std::string> before = subnet_groups(world);
  world.faulty.show("DBInstances", "DBInstanceStatus", "restore-error",
                    [](const Json& element) { return !member_or_null(element, "TagList").empty(); });
  EXPECT_THROW(world.run("op-1"), Error);
  world.faulty.stop_showing();
  EXPECT_EQ(subnet_groups(world).size(), before.size() + 1);
  world.undo("op-1", {{"error", kError}});
  EXPECT_EQ(subnet_groups(world), before);
  expect_rolled_back(world, "op-1");
}

TEST(RollbackOfACopy, EndsOneThatIsOnItsWay) {
  ReplaceWorld world("retire");
  // snapshot_check, copy_snapshot; the copy is under way at the second look.
  EXPECT_THROW(world.run("op-1", 3), ReplaceWorld::Cancelled);
  world.undo("op-1", {{"cancelled", true}});
  world.work();
  EXPECT_THAT(world.snapshots(), IsEmpty());
}

}  // namespace
}  // namespace aurora::restore
