#include "local/sns.h"

#include "local/testing/endpoint_fixture.h"

namespace aurora::local {
namespace {

class Topics : public testing::EndpointFixture {
 protected:
  Topics() {
    call("sqs", "CreateQueue", {{"QueueName", "q"}});
    topic = call("sns", "CreateTopic", {{"Name", "aurora-restore-notifications"}})["TopicArn"];
  }
  std::string subscribe(const Json& attributes = Json::object(), const std::string& queue = "q") {
    return call("sns", "Subscribe",
                {{"TopicArn", topic},
                 {"Protocol", "sqs"},
                 {"Endpoint", "arn:aws:sqs:us-west-2:123456789012:" + queue},
                 {"Attributes", attributes}})["SubscriptionArn"];
  }
  Json publish(const std::string& message, Json more = Json::object()) {
    Json input = {{"TopicArn", topic}, {"Message", message}};
    input.update(more);
    return call("sns", "Publish", input);
  }
  Json receive(const std::string& queue = "q") {
    return member_or_null(
        call("sqs", "ReceiveMessage",
             {{"QueueUrl", "http://x/123456789012/" + queue}, {"MessageAttributeNames", {"All"}}}),
        "Messages");
  }

  std::string topic;
};

TEST_F(Topics, DeliverANotificationToAQueue) {
  subscribe();
  restart();
  const std::string id = publish("all is well", {{"Subject", "Restore complete"}})["MessageId"];
  const Json notification = parse_json(receive()[0]["Body"].get<std::string>(), "body");
  EXPECT_EQ(notification["Type"], "Notification");
  EXPECT_EQ(notification["MessageId"], id);
  EXPECT_EQ(notification["TopicArn"], "arn:aws:sns:us-west-2:123456789012:aurora-restore-notifications");
  EXPECT_EQ(notification["Subject"], "Restore complete");
  EXPECT_EQ(notification["Message"], "all is well");
  EXPECT_EQ(notification["Timestamp"], "2026-11-21T06:20:51.000Z");
}

TEST_F(Topics, DeliverTheMessageItselfWhenRaw) {
  subscribe({{"RawMessageDelivery", "true"}});
  publish("plain", {{"MessageAttributes", {{"status", {{"DataType", "String"}, {"StringValue", "ok"}}}}}});
  const Json message = receive()[0];
  EXPECT_EQ(message["Body"], "plain");
  EXPECT_EQ(message["MessageAttributes"]["status"]["StringValue"], "ok");
}

TEST_F(Topics, DeliverOnlyWhatTheFilterAccepts) {
  const std::string arn = subscribe({{"FilterPolicy", R"({"status":["failed"]})"}});
  publish("a", {{"MessageAttributes", {{"status", {{"DataType", "String"}, {"StringValue", "ok"}}}}}});
  publish("b", {{"MessageAttributes", {{"status", {{"DataType", "String"}, {"StringValue", "failed"}}}}}});
  EXPECT_EQ(parse_json(receive()[0]["Body"].get<std::string>(), "body")["Message"], "b");
  EXPECT_TRUE(receive().is_null());
  call("sns", "SetSubscriptionAttributes",
       {{"SubscriptionArn", arn}, {"AttributeName", "FilterPolicyScope"}, {"AttributeValue", "MessageBody"}});
  publish(R"({"status":"failed"})");
  EXPECT_FALSE(receive().is_null());
  EXPECT_EQ(
      refusal("sns", "SetSubscriptionAttributes",
              {{"SubscriptionArn", arn}, {"AttributeName", "FilterPolicy"}, {"AttributeValue", "{\"a\":1}"}}),
      "InvalidParameter");
}

TEST_F(Topics, SpeakToEachProtocolInItsOwnWords) {
  subscribe({{"RawMessageDelivery", "true"}});
  publish(R"({"default":"d","sqs":"for the queue"})", {{"MessageStructure", "json"}});
  EXPECT_EQ(receive()[0]["Body"], "for the queue");
  EXPECT_EQ(refusal("sns", "Publish", {{"TopicArn", topic}, {"Message", "{}"}, {"MessageStructure", "json"}}),
            "InvalidParameter");
  EXPECT_EQ(last_message, "Invalid parameter: Message Structure - No default entry in JSON message body");
}

TEST_F(Topics, HoldSubjectsAndMessagesToTheirRules) {
  const auto refused = [&](const Json& more) {
    Json input = {{"TopicArn", topic}, {"Message", "m"}};
    input.update(more);
    return refusal("sns", "Publish", input) + ": " + last_message;
  };
  EXPECT_EQ(refused({{"Subject", std::string(100, 'x')}}), "InvalidParameter: Invalid parameter: Subject");
  EXPECT_EQ(refused({{"Subject", "two\nlines"}}), "InvalidParameter: Invalid parameter: Subject");
  EXPECT_EQ(refused({{"Subject", "gr\xC3\xBC\xC3\x9F"}}), "InvalidParameter: Invalid parameter: Subject");
  EXPECT_EQ(refused({{"Message", std::string(262145, 'x')}}),
            "InvalidParameter: Invalid parameter: Message too long");
  EXPECT_EQ(refused({{"Message", ""}}), "InvalidParameter: Invalid parameter: Empty message");
  EXPECT_NO_THROW(publish(std::string(262144, 'x'), {{"Subject", std::string(99, 'x')}}));
}

TEST_F(Topics, NameATopicThatIsNotThere) {
  EXPECT_EQ(
      refusal("sns", "Publish", {{"TopicArn", "arn:aws:sns:us-west-2:123456789012:none"}, {"Message", "m"}}),
      "NotFound");
  EXPECT_EQ(last_status, 404);
  EXPECT_EQ(refusal("sns", "Publish", {{"TopicArn", topic}, {"Message", "m"}}, "us-east-1"), "NotFound");
}

TEST_F(Topics, LoseNoPublicationToAQueueThatIsGone) {
  call("sqs", "CreateQueue", {{"QueueName", "dead"}});
  subscribe({{"RedrivePolicy", R"({"deadLetterTargetArn":"arn:aws:sqs:us-west-2:123456789012:dead"})"}},
            "none");
  subscribe();
  publish("m");
  EXPECT_FALSE(receive().is_null());
  EXPECT_FALSE(receive("dead").is_null());
}

TEST_F(Topics, SendMailToTheOutboxOnceItIsConfirmed) {
  const Json answer =
      call("sns", "Subscribe", {{"TopicArn", topic}, {"Protocol", "email"}, {"Endpoint", "dba@example.com"}});
  EXPECT_EQ(answer["SubscriptionArn"], "pending confirmation");
  EXPECT_EQ(call("sns", "GetTopicAttributes", {{"TopicArn", topic}})["Attributes"]["SubscriptionsPending"],
            "1");
  publish("too early");
  const auto outbox = [&] { return read_file(directory.path() / "outbox.jsonl"); };
  EXPECT_EQ(outbox().find("too early"), std::string::npos);
  const std::string token = outbox().substr(outbox().find("--token ") + 8, 64);
  call("sns", "ConfirmSubscription", {{"TopicArn", topic}, {"Token", token}});
  publish("in time");
  EXPECT_NE(outbox().find("in time"), std::string::npos);
  EXPECT_EQ(refusal("sns", "ConfirmSubscription", {{"TopicArn", topic}, {"Token", token}}),
            "InvalidParameter");
}

TEST_F(Topics, AreMadeOnceAndDeletedWithTheirSubscriptions) {
  EXPECT_EQ(call("sns", "CreateTopic", {{"Name", "aurora-restore-notifications"}})["TopicArn"], topic);
  EXPECT_EQ(refusal("sns", "CreateTopic",
                    {{"Name", "aurora-restore-notifications"}, {"Attributes", {{"DisplayName", "x"}}}}),
            "InvalidParameter");
  EXPECT_EQ(refusal("sns", "CreateTopic", {{"Name", "a b"}}), "InvalidParameter");
  const std::string arn = subscribe();
  EXPECT_EQ(subscribe(), arn);
  EXPECT_EQ(call("sns", "ListSubscriptionsByTopic", {{"TopicArn", topic}})["Subscriptions"].size(), 1u);
  call("sns", "DeleteTopic", {{"TopicArn", topic}});
  EXPECT_EQ(call("sns", "ListSubscriptions")["Subscriptions"].size(), 0u);
  EXPECT_NO_THROW(call("sns", "DeleteTopic", {{"TopicArn", topic}}));
}

TEST_F(Topics, RefuseWhatTheyCannotDeliverTo) {
  EXPECT_EQ(refusal("sns", "Subscribe",
                    {{"TopicArn", topic}, {"Protocol", "https"}, {"Endpoint", "https://example.com"}}),
            "InvalidParameter");
  EXPECT_EQ(refusal("sns", "Subscribe", {{"TopicArn", topic}, {"Protocol", "sqs"}, {"Endpoint", "q"}}),
            "InvalidParameter");
}

TEST_F(Topics, AnswerEachEntryOfABatch) {
  subscribe({{"RawMessageDelivery", "true"}});
  const Json answer =
      call("sns", "PublishBatch",
           {{"TopicArn", topic},
            {"PublishBatchRequestEntries",
             {{{"Id", "1"}, {"Message", "m"}}, {{"Id", "2"}, {"Message", "m"}, {"Subject", ""}}}}});
  EXPECT_EQ(answer["Successful"].size(), 1u);
  EXPECT_EQ(answer["Failed"][0]["Code"], "InvalidParameter");
  EXPECT_EQ(receive()[0]["Body"], "m");
}

}  // namespace
}  // namespace aurora::local
