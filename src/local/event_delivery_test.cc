#include "local/event_delivery.h"

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class DeliveryTest : public testing::EndpointFixture {};

TEST_F(DeliveryTest, KnowsItsServices) {
  EXPECT_EQ(deliverable_service("arn:aws:states:us-west-2:123456789012:stateMachine:m"), "states");
  EXPECT_EQ(deliverable_service("arn:aws:ecs:us-west-2:123456789012:cluster/c"), "");
  EXPECT_EQ(deliverable_service("no ARN"), "");
}

TEST_F(DeliveryTest, FillsAQueue) {
  call("sqs", "CreateQueue", {{"QueueName", "q"}});
  deliver(services->endpoint, {.region = "us-west-2",
                               .arn = "arn:aws:sqs:us-west-2:123456789012:q",
                               .input = "hello",
                               .name = "",
                               .message_group = ""});
  const Json got = call("sqs", "ReceiveMessage", {{"QueueUrl", "http://x/123456789012/q"}});
  EXPECT_EQ(got["Messages"][0]["Body"], "hello");
}

// Answers every StartExecution as one that was started before.
class AlreadyStarted final : public Router {
 public:
  Json call(const Call&) override { throw aws::ServiceError("ExecutionAlreadyExists", "it is there"); }
};

TEST_F(DeliveryTest, AnExecutionThatWasStartedBeforeIsNoFailure) {
  AlreadyStarted router;
  EXPECT_EQ(deliver(router, {.region = "us-west-2",
                             .arn = "arn:aws:states:us-west-2:123456789012:stateMachine:m",
                             .input = "{}",
                             .name = "run-1",
                             .message_group = ""})["executionArn"],
            "arn:aws:states:us-west-2:123456789012:execution:m:run-1");
}

TEST(StableUuid, DependsOnItsTextAlone) {
  EXPECT_EQ(stable_uuid("a"), stable_uuid("a"));
  EXPECT_NE(stable_uuid("a"), stable_uuid("b"));
  EXPECT_EQ(stable_uuid("a"), "ca978112-ca1b-8bdc-aafa-c231b39a23dc");
}

}  // namespace
}  // namespace aurora::local
