// The record of an operation that is asked to leave none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using ::testing::HasSubstr;

class DeletedState : public testing::StepWorld {};

TEST_F(DeletedState, GoesWithCleanupAndTheAuditTrailStays) {
  restore({{"delete_state", true}});
  mark_verified();
  step("notify_completion");
  const Json answer = step("cleanup");
  EXPECT_EQ(answer["cleanup_results"]["state_data_deleted"], true);
  EXPECT_FALSE(operations.load("op-1"));
  EXPECT_EQ(step("cleanup"), answer) << "whoever did not hear the answer asks again";
  EXPECT_THAT(error_of([&] { step("notify_completion"); }), HasSubstr("OperationNotFound"));
}

TEST_F(DeletedState, StaysUnlessAskedFor) {
  restore();
  mark_verified();
  step("notify_completion");
  EXPECT_EQ(step("cleanup")["cleanup_results"]["state_data_deleted"], false);
  EXPECT_TRUE(operations.load("op-1"));
}

TEST_F(DeletedState, CleanupOfAnOperationThatNeverWasIsRefused) {
  EXPECT_THAT(error_of([&] { step("cleanup"); }), HasSubstr("OperationNotFound"));
}

}  // namespace
}  // namespace aurora::restore
