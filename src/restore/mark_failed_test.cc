#include "restore/mark_failed.h"

#include "restore/lock.h"
#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using ::testing::HasSubstr;

// Answers DescribeExecution; everything else goes to the endpoint.
class ApiWithExecution final : public aws::Api {
 public:
  explicit ApiWithExecution(aws::Api& api) : api_(api) {}
  Json call(std::string_view service, std::string_view region, std::string_view operation,
            const Json& input) override {
    if (service != "stepfunctions") return api_.call(service, region, operation, input);
    if (status.empty()) throw aws::ServiceError("ExecutionDoesNotExist", "there is none", 400);
    return {{"status", status}};
  }
  std::string status;

 private:
  aws::Api& api_;
};

class MarkFailed : public testing::StepWorld {
 protected:
  MarkedFailed mark(const std::string& reason = "stuck since Tuesday") {
    return mark_failed(with_execution, clock, names, "op-1", reason);
  }
  std::optional<Json> lock() {
    return aws::DynamoDb(api, "us-west-2")
        .get(names.state_table(), {{"operation_id", lock_key("us-west-2", kTarget)}});
  }
  ApiWithExecution with_execution{api};
};

TEST_F(MarkFailed, EndsTheOperationAndLetsTheTargetGo) {
  check();
  ASSERT_TRUE(lock());
  const MarkedFailed marked = mark();
  EXPECT_TRUE(marked.lock_released);
  EXPECT_FALSE(marked.may_roll_back) << "nothing but the first step had run";
  EXPECT_FALSE(lock());
  const Operation operation = *operations.load("op-1");
  EXPECT_EQ(operation.status(), kFailed);
  EXPECT_EQ(operation.item()["error"]["name"], "MANUAL_INTERVENTION");
  EXPECT_EQ(operation.item()["error"]["code"], "MANUAL_INTERVENTION");
  EXPECT_EQ(operation.item()["error"]["message"], "stuck since Tuesday");
  EXPECT_TRUE(operation.item().contains("expires_at"));
  const auto events = AuditTrail(aws::DynamoDb(api, "us-west-2"), names.audit_table(), clock).events("op-1");
  EXPECT_EQ(events.back()["status"], "failed");
  EXPECT_EQ(events.back()["details"]["message"], "stuck since Tuesday");
  EXPECT_EQ(step("snapshot_check", {{"operation_id", "op-2"},
                                    {"snapshot_name", kSnapshot},
                                    {"source_region", "us-east-1"},
                                    {"target_cluster_id", kTarget},
                                    {"db_subnet_group_name", "dev-subnet-group"},
                                    {"vpc_security_group_ids", {"sg-12345678"}}})["status"],
            "success");
}

TEST_F(MarkFailed, RefusesWhileTheExecutionRuns) {
  check();
  with_execution.status = "RUNNING";
  try {
    mark();
    ADD_FAILURE() << "it was marked";
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "OperationInProgress");
    EXPECT_THAT(error.message(), HasSubstr("the execution of operation op-1 is RUNNING"));
    EXPECT_THAT(error.hint(), HasSubstr("aurora-restore cancel op-1"));
  }
  EXPECT_EQ(operations.load("op-1")->status(), kInProgress);
  with_execution.status = "ABORTED";
  EXPECT_NO_THROW(mark());
}

TEST_F(MarkFailed, RefusesWhileAStepMayStillBeAtWork) {
  check();
  aws::DynamoDb(api, "us-west-2")
      .update(
          names.state_table(), {{"operation_id", lock_key("us-west-2", kTarget)}}, "SET working.t1 = :w", "",
          Json::object(),
          {{":w",
            {{"step", "delete_rds"}, {"until", format_iso_millis(clock.now() + std::chrono::minutes(5))}}}});
  EXPECT_THAT(error_of([&] { mark(); }), HasSubstr("step delete_rds of operation op-1 may still be at work"));
  clock.advance(std::chrono::minutes(6));
  EXPECT_TRUE(mark().lock_released) << "its function has ended by now";
}

TEST_F(MarkFailed, RefusesWhatIsOverOrUnknown) {
  EXPECT_THAT(error_of([&] { mark(); }), HasSubstr("OperationNotFound"));
  check();
  mark();
  EXPECT_THAT(error_of([&] { mark(); }), HasSubstr("AlreadyFinished: operation op-1 is over: FAILED"));
}

TEST_F(MarkFailed, StepThatWasOnItsWayCannotSaveOverIt) {
  check();
  Operation before = *operations.load("op-1");
  mark();
  before["step"] = "copy_snapshot";
  EXPECT_THAT(error_of([&] { operations.save(before, clock.now()); }), HasSubstr("StateConflict"));
}

TEST_F(MarkFailed, WhatItLeftHalfMadeIsUndoneByTheRollback) {
  restore();
  const MarkedFailed marked = mark();
  EXPECT_TRUE(marked.may_roll_back);
  ASSERT_FALSE(clusters().empty());
  until_done("handle_failure",
             {{"cancelled", true}, {"error", {{"Error", "ManualCancellation"}, {"Cause", "x"}}}});
  EXPECT_TRUE(clusters().empty()) << "the half-made cluster is gone";
  EXPECT_TRUE(operations.load("op-1")->is_known("rolled_back"));
}

// The operations guide's own command, with placeholders for the reserved words.
TEST_F(MarkFailed, NextOperationTakesTheTargetAfterTheDocumentedUpdateItem) {
  check();
  api.call("dynamodb", "us-west-2", "UpdateItem",
           {{"TableName", names.state_table()},
            {"Key", {{"operation_id", {{"S", "op-1"}}}}},
            {"UpdateExpression", "SET #status = :status, #error = :error"},
            {"ExpressionAttributeNames", {{"#status", "status"}, {"#error", "error"}}},
            {"ExpressionAttributeValues",
             {{":status", {{"S", "FAILED"}}},
              {":error",
               {{"M",
                 {{"message", {{"S", "Manually marked as failed"}}},
                  {"code", {{"S", "MANUAL_INTERVENTION"}}}}}}}}}});
  ASSERT_TRUE(lock()) << "the command knows nothing of the lock";
  EXPECT_THAT(error_of([&] { step("copy_snapshot"); }), HasSubstr("OperationFinished"));
  EXPECT_EQ(step("snapshot_check", {{"operation_id", "op-2"},
                                    {"snapshot_name", kSnapshot},
                                    {"source_region", "us-east-1"},
                                    {"target_cluster_id", kTarget},
                                    {"db_subnet_group_name", "dev-subnet-group"},
                                    {"vpc_security_group_ids", {"sg-12345678"}}})["status"],
            "success");
  EXPECT_EQ((*lock())["holder"], "op-2");
}

}  // namespace
}  // namespace aurora::restore
