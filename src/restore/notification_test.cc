#include "restore/notification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "restore/notification_text.h"

namespace aurora::restore {
namespace {

Notification sample() {
  return {.subject = "COMPLETED: done",
          .text = "What happened: it is done.\n",
          .body = {{"status", "completed"}},
          .status = "completed",
          .step = "notify_completion"};
}

TEST(Notification, SubjectIsWhatSnsTakes) {
  EXPECT_EQ(legal_subject("FAILED: a\nb \xC3\xA4"), "FAILED: a?b ??");
  const std::string longest = legal_subject("FAILED: " + std::string(200, 'x'));
  EXPECT_EQ(longest.size(), 99u);
  EXPECT_TRUE(longest.ends_with("x..."));
  EXPECT_EQ(legal_subject(std::string(99, 'x')), std::string(99, 'x'));
}

TEST(Notification, PeopleGetTextAndMachinesJson) {
  const Json input = publish_input("arn:aws:sns:us-west-2:123456789012:t", "op-1", sample());
  EXPECT_EQ(input["MessageStructure"], "json");
  const Json variants = Json::parse(input["Message"].get<std::string>());
  for (const char* people : {"default", "email"}) EXPECT_EQ(variants[people], sample().text) << people;
  EXPECT_EQ(variants["sms"], "COMPLETED: done");
  for (const char* machine : {"sqs", "lambda", "http", "https"})
    EXPECT_EQ(variants[machine], R"({"status":"completed"})") << machine;
}

TEST(Notification, AttributesAreForFilterPolicies) {
  const Json expected = Json::parse(R"({"operation_id":{"DataType":"String","StringValue":"op-1"},)"
                                    R"("status":{"DataType":"String","StringValue":"completed"},)"
                                    R"("step":{"DataType":"String","StringValue":"notify_completion"}})");
  EXPECT_EQ(publish_input("t", "op-1", sample())["MessageAttributes"], expected);
  EXPECT_EQ(send_message_input("q", "op-1", sample())["MessageAttributes"], expected);
}

TEST(Notification, BodyThatIsTooLargeSaysWhatItLeftOut) {
  Notification large = sample();
  large.body["verification"] = std::string(60000, 'x');
  const Json body = Json::parse(send_message_input("q", "op-1", large)["MessageBody"].get<std::string>());
  EXPECT_EQ(body["left_out"], Json::array({"verification"}));
  EXPECT_EQ(body["status"], "completed");
}

TEST(Notification, RegionIsTheReceivers) {
  EXPECT_EQ(region_of_topic("arn:aws:sns:eu-west-1:123456789012:t", "us-west-2"), "eu-west-1");
  EXPECT_EQ(region_of_topic("t", "us-west-2"), "us-west-2");
  EXPECT_EQ(region_of_queue("https://sqs.eu-west-1.amazonaws.com/1/q", "us-west-2"), "eu-west-1");
  EXPECT_EQ(region_of_queue("http://127.0.0.1:4566/1/q", "us-west-2"), "us-west-2");
}

TEST(Notification, TestMessageIsAboutNoOperation) {
  const Notification test = test_notification({.environment = "prod"}, "arn:t", "", {});
  EXPECT_TRUE(test.subject.starts_with("TEST"));
  EXPECT_EQ(test.status, "test");
  EXPECT_EQ(test.body["environment"], "prod");
}

}  // namespace
}  // namespace aurora::restore
