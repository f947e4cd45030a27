#include "local/sqs.h"

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class Queues : public testing::EndpointFixture {
 protected:
  std::string create(const std::string& name, const Json& attributes = Json::object()) {
    return call("sqs", "CreateQueue", {{"QueueName", name}, {"Attributes", attributes}})["QueueUrl"];
  }
  Json send(const std::string& url, const std::string& body, Json more = Json::object()) {
    Json input = {{"QueueUrl", url}, {"MessageBody", body}};
    input.update(more);
    return call("sqs", "SendMessage", input);
  }
  Json receive(const std::string& url, Json more = Json::object()) {
    Json input = {{"QueueUrl", url}, {"AttributeNames", {"All"}}};
    input.update(more);
    return member_or_null(call("sqs", "ReceiveMessage", input), "Messages");
  }
  std::string attribute(const std::string& url, const std::string& name) {
    return call("sqs", "GetQueueAttributes",
                {{"QueueUrl", url}, {"AttributeNames", {"All"}}})["Attributes"][name];
  }
};

TEST_F(Queues, AnswerUnderAnyUrlThatEndsInAccountAndName) {
  EXPECT_EQ(create("dev-notifications"), "http://127.0.0.1:4566/123456789012/dev-notifications");
  const std::string documented = "https://sqs.us-west-2.amazonaws.com/123456789012/dev-notifications";
  send(documented, "hello");
  EXPECT_EQ(receive(documented)[0]["Body"], "hello");
  EXPECT_EQ(refusal("sqs", "SendMessage",
                    {{"QueueUrl", "https://sqs.us-west-2.amazonaws.com/999999999999/dev-notifications"},
                     {"MessageBody", "x"}}),
            "QueueDoesNotExist");
  EXPECT_EQ(call("sqs", "GetQueueUrl", {{"QueueName", "dev-notifications"}})["QueueUrl"],
            "http://127.0.0.1:4566/123456789012/dev-notifications");
}

TEST_F(Queues, HideAReceivedMessageUntilItsTimeout) {
  const std::string url = create("q", {{"VisibilityTimeout", "30"}});
  send(url, "a");
  const Json first = receive(url)[0];
  EXPECT_EQ(first["MD5OfBody"], "0cc175b9c0f1b6a831c399e269772661");
  EXPECT_EQ(first["Attributes"]["ApproximateReceiveCount"], "1");
  EXPECT_EQ(first["Attributes"]["SentTimestamp"], "1795242051000");
  EXPECT_TRUE(receive(url).is_null());
  clock.advance(std::chrono::seconds(30));
  EXPECT_EQ(receive(url)[0]["Attributes"]["ApproximateReceiveCount"], "2");
}

TEST_F(Queues, KeepMessagesOverARestart) {
  const std::string url = create("q");
  const std::string id = send(url, "a")["MessageId"];
  restart();
  const Json message = receive(url)[0];
  EXPECT_EQ(message["MessageId"], id);
  restart();
  call("sqs", "DeleteMessage", {{"QueueUrl", url}, {"ReceiptHandle", message["ReceiptHandle"]}});
  clock.advance(std::chrono::hours(1));
  EXPECT_TRUE(receive(url).is_null());
}

TEST_F(Queues, DeleteNothingByAnOutdatedReceipt) {
  const std::string url = create("q");
  send(url, "a");
  const Json outdated = receive(url, {{"VisibilityTimeout", 0}})[0]["ReceiptHandle"];
  EXPECT_FALSE(receive(url, {{"VisibilityTimeout", 0}}).is_null());
  call("sqs", "DeleteMessage", {{"QueueUrl", url}, {"ReceiptHandle", outdated}});
  EXPECT_FALSE(receive(url).is_null());
  EXPECT_EQ(refusal("sqs", "DeleteMessage", {{"QueueUrl", url}, {"ReceiptHandle", "nonsense"}}),
            "ReceiptHandleIsInvalid");
}

TEST_F(Queues, WaitForAMessageThatComesIntoSight) {
  const std::string url = create("q");
  send(url, "late", {{"DelaySeconds", 5}});
  EXPECT_TRUE(receive(url).is_null());
  const TimePoint before = clock.now();
  EXPECT_EQ(receive(url, {{"WaitTimeSeconds", 20}})[0]["Body"], "late");
  EXPECT_EQ(clock.now() - before, std::chrono::seconds(5));
}

TEST_F(Queues, EndALongPollAtItsDeadlineAndWhenTheCallerGoes) {
  const std::string url = create("q", {{"ReceiveMessageWaitTimeSeconds", "3"}});
  const TimePoint before = clock.now();
  EXPECT_TRUE(receive(url).is_null());
  EXPECT_EQ(clock.now() - before, std::chrono::seconds(3));
  Call poll;
  poll.service = "sqs";
  poll.region = "us-west-2";
  poll.operation = "ReceiveMessage";
  poll.input = {{"QueueUrl", url}, {"WaitTimeSeconds", 20}};
  std::stop_source gone;
  gone.request_stop();
  poll.stop = gone.get_token();
  EXPECT_EQ(services->endpoint.call(poll), Json::object());
  EXPECT_EQ(clock.now() - before, std::chrono::seconds(3));
}

class QueuesWithWaiters : public ::testing::Test {
 protected:
  Json call(const std::string& operation, const Json& input) {
    Call call;
    call.service = "sqs";
    call.region = "us-west-2";
    call.operation = operation;
    call.input = input;
    return sqs.handle(call);
  }

  testing::TemporaryDirectory directory{testing::TemporaryDirectory::Place::kMemory};
  ManualClock waiting{*parse_iso("2026-11-21T06:20:51Z"), false};  // nothing but a wake-up ends a sleep
  Sqs sqs{directory.path(), waiting, "http://127.0.0.1:4566"};
  const Json url = call("CreateQueue", {{"QueueName", "q"}})["QueueUrl"];
};

TEST_F(QueuesWithWaiters, WakeAPollWhenAMessageIsSent) {
  const std::jthread sender([&] { call("SendMessage", {{"QueueUrl", url}, {"MessageBody", "now"}}); });
  EXPECT_EQ(call("ReceiveMessage", {{"QueueUrl", url}, {"WaitTimeSeconds", 20}})["Messages"][0]["Body"],
            "now");
}

TEST_F(QueuesWithWaiters, EndAPollWhenTheServiceStops) {
  const std::jthread stopper([&] { sqs.stop(); });
  EXPECT_EQ(call("ReceiveMessage", {{"QueueUrl", url}, {"WaitTimeSeconds", 20}}), Json::object());
}

TEST_F(Queues, MoveWhatIsReceivedTooOftenToTheDeadLetters) {
  const std::string dead = create("dead");
  const std::string url = create(
      "q", {{"VisibilityTimeout", "0"},
            {"RedrivePolicy",
             R"({"deadLetterTargetArn":"arn:aws:sqs:us-west-2:123456789012:dead","maxReceiveCount":"2"})"}});
  const Json sent = send(url, "poison");
  EXPECT_FALSE(receive(url).is_null());
  EXPECT_FALSE(receive(url).is_null());
  EXPECT_TRUE(receive(url).is_null());
  const Json moved = receive(dead)[0];
  EXPECT_EQ(moved["MessageId"], sent["MessageId"]);
  EXPECT_EQ(moved["Attributes"]["DeadLetterQueueSourceArn"], "arn:aws:sqs:us-west-2:123456789012:q");
  EXPECT_EQ(call("sqs", "ListDeadLetterSourceQueues", {{"QueueUrl", dead}})["queueUrls"], Json::array({url}));
}

TEST_F(Queues, ChangeTheVisibilityOfMessagesInFlightOnly) {
  const std::string url = create("q");
  send(url, "a");
  const Json handle = receive(url)[0]["ReceiptHandle"];
  call("sqs", "ChangeMessageVisibility",
       {{"QueueUrl", url}, {"ReceiptHandle", handle}, {"VisibilityTimeout", 100}});
  clock.advance(std::chrono::seconds(60));
  EXPECT_TRUE(receive(url).is_null());
  clock.advance(std::chrono::seconds(60));
  EXPECT_EQ(refusal("sqs", "ChangeMessageVisibility",
                    {{"QueueUrl", url}, {"ReceiptHandle", handle}, {"VisibilityTimeout", 1}}),
            "InvalidParameterValue");
}

TEST_F(Queues, CountWhatTheyHold) {
  const std::string url = create("q");
  send(url, "a");
  send(url, "b");
  send(url, "c", {{"DelaySeconds", 60}});
  receive(url);
  EXPECT_EQ(attribute(url, "ApproximateNumberOfMessages"), "1");
  EXPECT_EQ(attribute(url, "ApproximateNumberOfMessagesNotVisible"), "1");
  EXPECT_EQ(attribute(url, "ApproximateNumberOfMessagesDelayed"), "1");
  EXPECT_EQ(attribute(url, "QueueArn"), "arn:aws:sqs:us-west-2:123456789012:q");
  call("sqs", "PurgeQueue", {{"QueueUrl", url}});
  EXPECT_EQ(attribute(url, "ApproximateNumberOfMessages"), "0");
}

TEST_F(Queues, ForgetMessagesAfterTheirRetention) {
  const std::string url = create("q", {{"MessageRetentionPeriod", "60"}});
  send(url, "a");
  clock.advance(std::chrono::seconds(61));
  EXPECT_EQ(attribute(url, "ApproximateNumberOfMessages"), "0");
  EXPECT_TRUE(receive(url).is_null());
}

TEST_F(Queues, AreMadeOnceAndRefuseOtherAttributes) {
  const std::string url = create("q", {{"VisibilityTimeout", "10"}});
  EXPECT_EQ(create("q", {{"VisibilityTimeout", "10"}}), url);
  EXPECT_EQ(
      refusal("sqs", "CreateQueue", {{"QueueName", "q"}, {"Attributes", {{"VisibilityTimeout", "11"}}}}),
      "QueueNameExists");
  EXPECT_EQ(refusal("sqs", "CreateQueue", {{"QueueName", "q.fifo"}, {"Attributes", {{"FifoQueue", "true"}}}}),
            "UnsupportedOperation");
  EXPECT_EQ(refusal("sqs", "CreateQueue", {{"QueueName", "a b"}}), "InvalidParameterValue");
  EXPECT_EQ(refusal("sqs", "SetQueueAttributes", {{"QueueUrl", url}, {"Attributes", {{"Colour", "red"}}}}),
            "InvalidAttributeName");
  EXPECT_EQ(
      refusal("sqs", "SetQueueAttributes", {{"QueueUrl", url}, {"Attributes", {{"DelaySeconds", "901"}}}}),
      "InvalidAttributeValue");
}

TEST_F(Queues, AnswerEachEntryOfABatch) {
  const std::string url = create("q", {{"MaximumMessageSize", "1024"}});
  const Json answer =
      call("sqs", "SendMessageBatch",
           {{"QueueUrl", url},
            {"Entries",
             {{{"Id", "1"}, {"MessageBody", "a"}}, {{"Id", "2"}, {"MessageBody", std::string(1025, 'x')}}}}});
  EXPECT_EQ(answer["Successful"][0]["Id"], "1");
  EXPECT_EQ(answer["Failed"][0]["Id"], "2");
  EXPECT_EQ(answer["Failed"][0]["Code"], "InvalidParameterValue");
  const Json handle = receive(url)[0]["ReceiptHandle"];
  EXPECT_EQ(call("sqs", "DeleteMessageBatch",
                 {{"QueueUrl", url}, {"Entries", {{{"Id", "1"}, {"ReceiptHandle", handle}}}}})["Successful"]
                .size(),
            1u);
  EXPECT_EQ(attribute(url, "ApproximateNumberOfMessagesNotVisible"), "0");
  EXPECT_EQ(refusal("sqs", "SendMessageBatch", {{"QueueUrl", url}, {"Entries", Json::array()}}),
            "EmptyBatchRequest");
  EXPECT_EQ(
      refusal("sqs", "SendMessageBatch",
              {{"QueueUrl", url},
               {"Entries", {{{"Id", "1"}, {"MessageBody", "a"}}, {{"Id", "1"}, {"MessageBody", "a"}}}}}),
      "BatchEntryIdsNotDistinct");
}

TEST_F(Queues, RefuseMessagesAndNumbersThatAwsRefuses) {
  const std::string url = create("q");
  EXPECT_EQ(refusal("sqs", "SendMessage", {{"QueueUrl", url}, {"MessageBody", "a\x02"}}),
            "InvalidMessageContents");
  EXPECT_EQ(refusal("sqs", "SendMessage", {{"QueueUrl", url}, {"MessageBody", "a"}, {"DelaySeconds", 901}}),
            "InvalidParameterValue");
  EXPECT_EQ(refusal("sqs", "ReceiveMessage", {{"QueueUrl", url}, {"MaxNumberOfMessages", 11}}),
            "InvalidParameterValue");
  EXPECT_EQ(last_message,
            "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if "
            "provided.");
}

TEST_F(Queues, AreGoneWithTheirMessagesWhenDeleted) {
  const std::string url = create("q");
  send(url, "a");
  call("sqs", "DeleteQueue", {{"QueueUrl", url}});
  EXPECT_EQ(refusal("sqs", "ReceiveMessage", {{"QueueUrl", url}}), "QueueDoesNotExist");
  create("q");
  EXPECT_TRUE(receive(url).is_null());
}

}  // namespace
}  // namespace aurora::local
