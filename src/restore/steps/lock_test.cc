// One operation per target, and a gate for what works on it.
#include "restore/lock.h"

#include <latch>
#include <thread>

#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kArn = "arn:aws:states:us-west-2:123456789012:execution:aurora-restore-dev:";

// Answers DescribeExecution; everything else goes to the endpoint.
class Executions final : public aws::Api {
 public:
  explicit Executions(aws::Api& api) : api_(api) {}
  Json call(std::string_view service, std::string_view region, std::string_view operation,
            const Json& input) override {
    if (before) before(operation, input);
    if (service != "stepfunctions") return api_.call(service, region, operation, input);
    const auto it = status.find(string_or(input, "executionArn", ""));
    if (it == status.end()) throw aws::ServiceError("ExecutionDoesNotExist", "there is none", 400);
    return {{"status", it->second}};
  }
  std::map<std::string, std::string> status;
  std::function<void(std::string_view operation, const Json& input)> before;

 private:
  aws::Api& api_;
};

class Lock : public testing::StepWorld {
 protected:
  Json as(const char* name, const std::string& id, Json event = Json::object()) {
    event["operation_id"] = id;
    return locked_runner.run(*find_step(name), event);
  }
  static Json request() {
    return {{"snapshot_name", kSnapshot},
            {"source_region", "us-east-1"},
            {"target_cluster_id", kTarget},
            {"db_subnet_group_name", "dev-subnet-group"},
            {"vpc_security_group_ids", {"sg-12345678"}}};
  }
  Json check_as(const std::string& id) { return as("snapshot_check", id, request()); }
  // The first step inside the execution of that name.
  Json check_in_execution(const std::string& id) {
    return locked_runner.run(*find_step("snapshot_check"),
                             {{"input", request()}, {"execution", {{"id", kArn + id}, {"name", id}}}});
  }
  std::string error_of_check(const std::string& id) {
    return error_of([&] { check_as(id); });
  }
  std::optional<Json> lock() {
    return aws::DynamoDb(api, "us-west-2")
        .get(names.state_table(), {{"operation_id", lock_key("us-west-2", kTarget)}});
  }
  void set(const std::string& id, const std::function<void(Operation&)>& change) {
    Operation operation = *operations.load(id);
    change(operation);
    operations.save(operation, clock.now());
  }
  // What a step that is still at work, or whose process died, leaves in the lock.
  void leave_inside(const std::string& step, std::chrono::seconds left) {
    aws::DynamoDb(api, "us-west-2")
        .update(names.state_table(), {{"operation_id", lock_key("us-west-2", kTarget)}},
                "SET working.t1 = :w", "", Json::object(),
                {{":w", {{"step", step}, {"until", format_iso_millis(clock.now() + left)}}}});
  }

  Executions executions{api};
  StepRunner locked_runner{{.api = executions,
                            .databases = databases,
                            .clock = clock,
                            .log = log,
                            .environment = [](const std::string&) { return std::nullopt; },
                            .names = names}};
};

TEST_F(Lock, SecondOperationFailsAtOnceAndIsToldWhoHoldsTheTarget) {
  check_as("op-1");
  clock.advance(std::chrono::minutes(12));
  EXPECT_THAT(error_of_check("op-2"),
              AllOf(HasSubstr("TargetLocked: operation op-1 holds cluster dev-target-cluster in us-west-2"),
                    HasSubstr("since 2026-11-21T03:15:00Z"), HasSubstr("12m"), HasSubstr("snapshot_check")));
  EXPECT_FALSE(operations.load("op-2"));
  EXPECT_EQ((*lock())["holder"], "op-1");
}

TEST_F(Lock, TargetNamesDifferInMoreThanTheirCase) {
  check_as("op-1");
  Json event = request();
  event["target_cluster_id"] = "DEV-Target-Cluster";
  EXPECT_THAT(error_of([&] { as("snapshot_check", "op-2", event); }), HasSubstr("TargetLocked"));
  event["target_cluster_id"] = "another";
  EXPECT_EQ(as("snapshot_check", "op-3", event)["status"], "success");
}

TEST_F(Lock, OneOfTwoThatStartTogetherRuns) {
  for (int round = 0; round < 10; ++round) {
    std::latch start(2);
    std::vector<std::string> results(2);
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 2; ++i)
        threads.emplace_back([&, i] {
          start.arrive_and_wait();
          results[i] = error_of_check(fmt::format("race-{}-{}", round, i));
        });
    }
    std::sort(results.begin(), results.end());
    EXPECT_THAT(results[0], HasSubstr("TargetLocked"));
    EXPECT_EQ(results[1], "none");
    const std::string winner = (*lock())["holder"];
    until_done("handle_failure", {{"operation_id", winner}, {"cancelled", true}});
    EXPECT_FALSE(lock());
  }
}

TEST_F(Lock, FailedFirstStepLetsTheNextOperationIn) {
  Json event = request();
  event["snapshot_name"] = "nowhere";
  EXPECT_THAT(error_of([&] { as("snapshot_check", "op-1", event); }), HasSubstr("SnapshotNotFound"));
  EXPECT_FALSE(lock());
  EXPECT_EQ(check_as("op-2")["status"], "success");
}

TEST_F(Lock, IsReleasedAtTheEndOfEveryKind) {
  restore();
  EXPECT_TRUE(lock());
  mark_verified();
  step("notify_completion");
  EXPECT_TRUE(lock());
  step("cleanup");
  EXPECT_FALSE(lock());

  check_as("op-2");
  until_done("handle_failure", {{"operation_id", "op-2"}, {"cancelled", true}});
  EXPECT_FALSE(lock());
}

TEST_F(Lock, IsTakenOverFromAHolderThatIsFinished) {
  check_as("op-1");
  set("op-1", [](Operation& operation) { operation["status"] = kFailed; });
  EXPECT_EQ(check_as("op-2")["status"], "success");
  EXPECT_EQ((*lock())["holder"], "op-2");
}

TEST_F(Lock, IsTakenOverFromAHolderWhoseExecutionEndedBeforeItTouchedTheTarget) {
  executions.status[kArn + "op-1"] = "RUNNING";
  check_in_execution("op-1");
  EXPECT_THAT(error_of_check("op-2"), HasSubstr("TargetLocked"));
  executions.status[kArn + "op-1"] = "ABORTED";
  EXPECT_EQ(check_as("op-2")["status"], "success");
  // A step of the first that was on its way finds the gate closed.
  EXPECT_THAT(error_of([&] { as("copy_snapshot", "op-1"); }),
              AllOf(HasSubstr("LockLost"), HasSubstr("operation op-2 does")));
  EXPECT_THAT(snapshots(), IsEmpty());
}

TEST_F(Lock, DeadHolderThatTouchedTheTargetHasToBeRolledBackFirst) {
  executions.status[kArn + "op-1"] = "RUNNING";
  check_in_execution("op-1");
  as("copy_snapshot", "op-1");
  work();
  as("check_copy_status", "op-1");
  as("delete_rds", "op-1");
  executions.status[kArn + "op-1"] = "TIMED_OUT";
  EXPECT_THAT(error_of_check("op-2"), AllOf(HasSubstr("TargetLocked"), HasSubstr("TIMED_OUT")));
  until_done("handle_failure", {{"cancelled", true}});
  EXPECT_EQ(check_as("op-2")["status"], "success");
}

TEST_F(Lock, DeadHolderKeepsItWhileAStepOfItMayBeAtWork) {
  executions.status[kArn + "op-1"] = "ABORTED";
  check_in_execution("op-1");
  leave_inside("copy_snapshot", std::chrono::seconds(60));
  EXPECT_THAT(error_of_check("op-2"), AllOf(HasSubstr("TargetLocked"), HasSubstr("may still be at work")));
  clock.advance(std::chrono::seconds(61));
  EXPECT_EQ(check_as("op-2")["status"], "success");
}

TEST_F(Lock, OperationRunByHandIsNeverTakenForDead) {
  check_as("op-1");
  clock.advance(std::chrono::hours(24 * 30));
  EXPECT_THAT(error_of_check("op-2"), AllOf(HasSubstr("TargetLocked"), HasSubstr("op-1")));
}

TEST_F(Lock, FirstStepThatDiedByHandHoldsItNoLongerThanAFunctionLasts) {
  check_as("op-1");
  operations.remove("op-1");  // as if it had died before it saved
  EXPECT_THAT(error_of_check("op-2"), HasSubstr("TargetLocked"));
  clock.advance(std::chrono::seconds(901));
  EXPECT_EQ(check_as("op-2")["status"], "success");
}

TEST_F(Lock, OperationDoesNotLockItselfOut) {
  check_as("op-1");
  EXPECT_EQ(check_as("op-1")["status"], "success");
  operations.remove("op-1");
  EXPECT_EQ(check_as("op-1")["status"], "success");
  EXPECT_EQ(as("copy_snapshot", "op-1")["status"], "success");
}

TEST_F(Lock, StepIsInsideWhileItWorksAndOutAfterwardsEvenWhenItFails) {
  check_as("op-1");
  std::string inside;
  executions.before = [&](std::string_view operation, const Json&) {
    if (operation != "CopyDBClusterSnapshot") return;
    const Json working = (*lock())["working"];
    for (const auto& [token, work] : working.items()) inside = work["step"];
    throw aws::ServiceError("StorageQuotaExceeded", "no room", 400);
  };
  EXPECT_THAT(error_of([&] { as("copy_snapshot", "op-1"); }), HasSubstr("StorageQuotaExceeded"));
  EXPECT_EQ(inside, "copy_snapshot");
  EXPECT_THAT((*lock())["working"], IsEmpty());
}

TEST_F(Lock, RollbackWaitsForTheStepThatTheStopCaughtInTheMiddle) {
  check_as("op-1");
  bool cancelled = false;
  executions.before = [&](std::string_view operation, const Json&) {
    if (operation != "CopyDBClusterSnapshot") return;
    const Json answer = as("handle_failure", "op-1", {{"cancelled", true}});
    EXPECT_EQ(answer["rollback_status"], "in-progress");
    EXPECT_THAT(std::string(answer["message"]), HasSubstr("copy_snapshot"));
    cancelled = true;
  };
  // The copy begins after the rollback had its first look; what the step knows of it, it cannot save any
  // more.
  EXPECT_THAT(error_of([&] { as("copy_snapshot", "op-1"); }), HasSubstr("StateConflict"));
  ASSERT_TRUE(cancelled);
  executions.before = {};
  EXPECT_EQ(until_done("handle_failure", {{"cancelled", true}})["operation_status"], kCancelled);
}

TEST_F(Lock, NothingBeginsOnceTheRollbackHasBegun) {
  restore();
  EXPECT_EQ(step("handle_failure", {{"cancelled", true}})["rollback_status"], "in-progress");
  EXPECT_THAT(error_of([&] { step("check_restore_status"); }), HasSubstr("OperationFinished"));
  EXPECT_THAT(error_of([&] { check_as("op-1"); }), HasSubstr("OperationFinished"));
  EXPECT_EQ(until_done("handle_failure", {{"cancelled", true}})["operation_status"], kCancelled);
  work();
  EXPECT_THAT(clusters(), IsEmpty());
}

TEST_F(Lock, RollbackDoesNotWaitForAProcessThatIsKnownToHaveEnded) {
  check_as("op-1");
  set("op-1", [](Operation& operation) { operation["step"] = "copy_snapshot"; });
  leave_inside("copy_snapshot", std::chrono::seconds(800));
  EXPECT_EQ(
      step("handle_failure", {{"error", {{"Error", "States.Timeout"}, {"Cause", ""}}}})["rollback_status"],
      "in-progress");
  EXPECT_EQ(
      step("handle_failure", {{"error", {{"Error", "Runtime.ExitError"}, {"Cause", ""}}}})["rollback_status"],
      "completed");
}

TEST_F(Lock, RollbackWaitsNoLongerThanTheFunctionMayLast) {
  check_as("op-1");
  leave_inside("copy_snapshot", std::chrono::seconds(30));
  EXPECT_EQ(step("handle_failure", {{"cancelled", true}})["rollback_status"], "in-progress");
  clock.advance(std::chrono::seconds(31));
  EXPECT_EQ(step("handle_failure", {{"cancelled", true}})["rollback_status"], "completed");
}

TEST_F(Lock, ResumedOperationTakesItAgainOrIsRefused) {
  check_as("op-1");
  executions.before = [](std::string_view operation, const Json&) {
    if (operation == "CopyDBClusterSnapshot") throw aws::ServiceError("SomethingFault", "no", 400);
  };
  EXPECT_THAT(error_of([&] { as("copy_snapshot", "op-1"); }), HasSubstr("SomethingFault"));
  executions.before = {};
  step("handle_failure", {{"error", {{"Error", "SomethingFault"}, {"Cause", "no"}}}});
  check_as("op-2");
  EXPECT_THAT(error_of([&] {
                as("handle_failure", "op-1", {{"resume", true}});
              }),
              AllOf(HasSubstr("TargetLocked"), HasSubstr("op-2")));
  EXPECT_EQ(operations.load("op-1")->status(), kFailed);
  until_done("handle_failure", {{"operation_id", "op-2"}, {"cancelled", true}});
  as("handle_failure", "op-1", {{"resume", true}});
  EXPECT_EQ((*lock())["holder"], "op-1");
  EXPECT_EQ(as("copy_snapshot", "op-1")["status"], "success");
}

TEST_F(Lock, StepThatFailsIsOnRecordWithItsError) {
  check_as("op-1");
  executions.before = [](std::string_view operation, const Json&) {
    if (operation == "CopyDBClusterSnapshot")
      throw aws::ServiceError("StorageQuotaExceeded", "no room", 400);
  };
  EXPECT_THAT(error_of([&] { as("copy_snapshot", "op-1"); }), HasSubstr("StorageQuotaExceeded"));
  Operation operation = *operations.load("op-1");
  EXPECT_EQ(operation.known("failed_step"), "copy_snapshot");
  EXPECT_EQ(operation.get("error")["name"], "StorageQuotaExceeded");
  EXPECT_EQ(operation.get("error")["step"], "copy_snapshot");
  EXPECT_EQ(operation.get("steps")["copy_snapshot"]["status"], "failed");
  EXPECT_EQ(operation.status(), kInProgress);

  executions.before = {};
  as("copy_snapshot", "op-1");  // as the machine's Retry does
  operation = *operations.load("op-1");
  EXPECT_EQ(operation.known("failed_step"), "");
  EXPECT_TRUE(operation.get("error").is_null());
  EXPECT_EQ(operation.get("steps")["copy_snapshot"]["status"], "succeeded");
}

TEST_F(Lock, StepThatDiesWithoutAWordIsTheOneThatFailed) {
  check_as("op-1");
  std::optional<Operation> seen;
  executions.before = [&](std::string_view operation, const Json&) {
    if (operation == "CopyDBClusterSnapshot") seen = operations.load("op-1");
  };
  as("copy_snapshot", "op-1");
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->get("step"), "copy_snapshot");
  EXPECT_EQ(seen->get("steps")["copy_snapshot"]["status"], "started");
  // What the table held at that moment is what the rollback finds.
  set("op-1", [&](Operation& operation) {
    operation["steps"] = seen->get("steps");
    operation["step"] = "copy_snapshot";
  });
  step("handle_failure", {{"error", {{"Error", "Lambda.Unknown"}, {"Cause", "exited"}}}});
  EXPECT_EQ(operations.load("op-1")->known("failed_step"), "copy_snapshot");
}

}  // namespace
}  // namespace aurora::restore
