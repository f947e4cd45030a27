#include "restore/announcements.h"

#include "local/sns.h"
#include "local/sqs.h"
#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A topic with one subscriber that gets the messages as they are, and a queue for the ends.
class Announcements : public testing::StepWorld {
 protected:
  Announcements() {
    endpoint.add("sns", sns);
    endpoint.add("sqs", sqs);
    topic = api.call("sns", "us-west-2", "CreateTopic", {{"Name", "news"}})["TopicArn"];
    people = queue("people");
    machines = queue("machines");
    api.call("sns", "us-west-2", "Subscribe",
             {{"TopicArn", topic},
              {"Protocol", "sqs"},
              {"Endpoint", "arn:aws:sqs:us-west-2:123456789012:people"},
              {"Attributes", {{"RawMessageDelivery", "true"}}}});
  }

  std::string queue(const std::string& name) {
    return api.call("sqs", "us-west-2", "CreateQueue", {{"QueueName", name}})["QueueUrl"];
  }

  Json begin(const Json& more = Json::object()) {
    Json event{{"notification_topic_arn", topic}, {"notification_queue_url", machines}};
    event.update(more);
    return check(event);
  }

  // Everything that lies in the queue, as "status step".
  std::vector<std::string> read(const std::string& url) {
    std::vector<std::string> told;
    bodies.clear();
    while (true) {
      const Json answer =
          api.call("sqs", "us-west-2", "ReceiveMessage",
                   {{"QueueUrl", url}, {"MaxNumberOfMessages", 10}, {"MessageAttributeNames", {"All"}}});
      if (member_or_null(answer, "Messages").empty()) return told;
      for (const Json& message : answer["Messages"]) {
        const Json& attributes = message["MessageAttributes"];
        EXPECT_EQ(attributes["operation_id"]["StringValue"], "op-1");
        told.push_back(attributes["status"]["StringValue"].get<std::string>() + " " +
                       attributes["step"]["StringValue"].get<std::string>());
        bodies.push_back(Json::parse(message["Body"].get<std::string>()));
        api.call("sqs", "us-west-2", "DeleteMessage",
                 {{"QueueUrl", url}, {"ReceiptHandle", message["ReceiptHandle"]}});
      }
    }
  }

  local::Sns sns{data.path(), clock, endpoint};
  local::Sqs sqs{data.path(), clock, "http://127.0.0.1:4566"};
  std::string topic;
  std::string people;
  std::string machines;
  std::vector<Json> bodies;
};

TEST_F(Announcements, StartAndEachStepAreToldOnceAndWaitingIsNot) {
  begin();
  begin();
  EXPECT_THAT(read(people), ElementsAre("started snapshot_check", "succeeded snapshot_check"));
  EXPECT_THAT(bodies[0]["next"].get<std::string>(), HasSubstr("aurora-restore watch op-1"));
  EXPECT_THAT(bodies[0]["what_stands"].get<std::string>(), HasSubstr("Nothing was created"));
  step("copy_snapshot");
  step("check_copy_status");  // not yet
  step("check_copy_status");
  EXPECT_THAT(read(people), ElementsAre("succeeded copy_snapshot"));
  work();
  until_done("check_copy_status");
  until_done("check_copy_status");
  EXPECT_THAT(read(people), ElementsAre("succeeded check_copy_status"));
  EXPECT_EQ(bodies[0]["next_step"], "delete_rds");
  EXPECT_THAT(read(machines), IsEmpty()) << "the queue is for the end";
}

TEST_F(Announcements, ErrorIsToldOnceHoweverOftenTheStepIsRepeated) {
  begin();
  read(people);
  api.call("rds", "us-east-1", "DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", kSnapshot}});
  work();
  for (int attempt = 0; attempt < 3; ++attempt)
    EXPECT_THAT(error_of([&] { step("copy_snapshot"); }), HasSubstr("SnapshotNotFound"));
  EXPECT_THAT(read(people), ElementsAre("error copy_snapshot"));
  EXPECT_EQ(bodies[0]["error"]["name"], "SnapshotNotFound");
  EXPECT_THAT(bodies[0]["next"].get<std::string>(), HasSubstr("aurora-restore cancel op-1"));
}

TEST_F(Announcements, RefusedStepIsNoErrorOfTheOperation) {
  begin();
  read(people);
  EXPECT_THAT(error_of([&] { step("cleanup"); }), HasSubstr("StepOutOfOrder"));
  EXPECT_THAT(read(people), IsEmpty());
}

TEST_F(Announcements, CompletionGoesToTopicAndQueueOnce) {
  begin();
  mark_verified();
  read(people);
  const Json first = step("notify_completion");
  EXPECT_THAT(read(people), ElementsAre("completed notify_completion"));
  EXPECT_THAT(read(machines), ElementsAre("completed notify_completion"));
  EXPECT_EQ(bodies[0]["snapshot_details"]["snapshot_name"], kSnapshot);
  const Json second = step("notify_completion");
  EXPECT_EQ(second["sns_message_id"], first["sns_message_id"]);
  EXPECT_EQ(second["sqs_message_id"], first["sqs_message_id"]);
  EXPECT_THAT(read(people), IsEmpty());
  EXPECT_THAT(read(machines), IsEmpty());
}

TEST_F(Announcements, CompletionThatCouldNotBeSentIsSentByTheNextRun) {
  begin();
  mark_verified();
  read(people);
  api.call("sqs", "us-west-2", "DeleteQueue", {{"QueueUrl", machines}});
  const Json first = step("notify_completion");
  EXPECT_EQ(first["status"], "success") << "a notification never fails a restore";
  EXPECT_TRUE(first["sqs_message_id"].is_null());
  EXPECT_THAT(first["message"].get<std::string>(), HasSubstr("only a part"));
  clock.advance(std::chrono::seconds(61));  // SQS keeps a name for a minute
  queue("machines");
  EXPECT_FALSE(step("notify_completion")["sqs_message_id"].is_null());
  EXPECT_THAT(read(machines), ElementsAre("completed notify_completion"));
  EXPECT_THAT(read(people), ElementsAre("completed notify_completion"));
}

TEST_F(Announcements, FailureSaysWhatStandsAndWhatToDo) {
  begin();
  step("copy_snapshot");
  read(people);
  until_done("handle_failure", {{"error", {{"Error", "CopyFailed"}, {"Cause", "no"}}}});
  EXPECT_THAT(read(people), ElementsAre("failed handle_failure"));
  EXPECT_THAT(bodies[0]["message"].get<std::string>(), AllOf(HasSubstr("CopyFailed"), HasSubstr("failed")));
  EXPECT_NE(bodies[0]["what_stands"], "");
  EXPECT_THAT(read(machines), ElementsAre("failed handle_failure"));
}

TEST_F(Announcements, CancellationIsNoFailure) {
  begin();
  read(people);
  until_done("handle_failure", {{"cancelled", true}});
  EXPECT_THAT(read(people), ElementsAre("cancelled handle_failure"));
  EXPECT_THAT(read(machines), ElementsAre("cancelled handle_failure"));
}

TEST_F(Announcements, SummaryTellsStartAndEnd) {
  begin({{"notification_level", "summary"}});
  step("copy_snapshot");
  mark_verified();
  step("notify_completion");
  EXPECT_THAT(read(people), ElementsAre("started snapshot_check", "completed notify_completion"));
}

TEST_F(Announcements, FailuresTellsOnlyThem) {
  begin({{"notification_level", "failures"}});
  mark_verified();
  EXPECT_TRUE(step("notify_completion")["sns_message_id"].is_null());
  EXPECT_THAT(read(people), IsEmpty());
  EXPECT_THAT(read(machines), ElementsAre("completed notify_completion")) << "a machine waits for the end";
}

TEST_F(Announcements, FailureIsToldAtEveryLevel) {
  begin({{"notification_level", "failures"}});
  until_done("handle_failure", {{"error", {{"Error", "CopyFailed"}, {"Cause", "no"}}}});
  EXPECT_THAT(read(people), ElementsAre("failed handle_failure"));
}

TEST_F(Announcements, TopicThatIsGoneFailsNothingAndIsRecorded) {
  begin();
  api.call("sns", "us-west-2", "DeleteTopic", {{"TopicArn", topic}});
  EXPECT_EQ(step("copy_snapshot")["status"], "success");
  const Operation operation = *operations.load("op-1");
  const Json& failures = operation.get("notification_failures");
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0]["step"], "copy_snapshot");
  EXPECT_THAT(failures[0]["reason"].get<std::string>(), AllOf(HasSubstr(topic), HasSubstr("NotFound")));
  AuditTrail trail(aws::DynamoDb(api, "us-west-2"), names.audit_table(), clock);
  bool in_audit = false;
  for (const Json& event : trail.events("op-1"))
    in_audit = in_audit || string_or(member_or_null(event, "details"), "message", "") == "Notification failed";
  EXPECT_TRUE(in_audit);
  work();
  until_done("check_copy_status");
  EXPECT_EQ(step("delete_rds")["status"], "success");
}

TEST_F(Announcements, NothingIsSentWhenTheFunctionIsAboutToBeEnded) {
  begin();
  read(people);
  runner.run(*find_step("copy_snapshot"), {{"operation_id", "op-1"}}, clock.now() + std::chrono::seconds(5));
  EXPECT_THAT(read(people), IsEmpty());
  EXPECT_THAT(operations.load("op-1")->get("notification_failures")[0]["reason"].get<std::string>(),
              HasSubstr("time was nearly over"));
}

TEST_F(Announcements, DryRunTellsNobody) {
  begin({{"dry_run", true}});
  EXPECT_THAT(read(people), IsEmpty());
}

}  // namespace
}  // namespace aurora::restore
