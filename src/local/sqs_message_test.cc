#include "local/sqs_message.h"

#include <gtest/gtest.h>

#include "aws/error.h"

namespace aurora::local {
namespace {

// The digest is Python's hashlib.md5 of the guide's bytes: sorted names, each part behind its length.
TEST(SqsMessage, DigestsAttributesAsTheGuideSays) {
  const Json attributes = {{"b", {{"DataType", "Number"}, {"StringValue", "7"}}},
                           {"a", {{"DataType", "String"}, {"StringValue", "x"}}},
                           {"c", {{"DataType", "Binary"}, {"BinaryValue", std::string("\x00\x01", 2)}}}};
  EXPECT_EQ(md5_of_attributes(attributes), "48d032cd6b4ae249b7a0961ed466f386");
  EXPECT_EQ(md5_of_attributes(Json::object()), "");
}

TEST(SqsMessage, TakesOnlyWhatXmlCanHold) {
  EXPECT_TRUE(is_message_text("a\tb\r\n\xC3\xA4 \xF0\x9F\x98\x80"));
  EXPECT_FALSE(is_message_text("a\x01"));
  EXPECT_FALSE(is_message_text(std::string("a\0b", 3)));
  EXPECT_FALSE(is_message_text("\xFF"));
  EXPECT_FALSE(is_message_text("\xEF\xBF\xBF"));
}

TEST(SqsMessage, RefusesAttributesWithoutTypeOrValue) {
  EXPECT_THROW(check_message_attributes({{"a", {{"DataType", "Text"}, {"StringValue", "x"}}}}),
               aws::ServiceError);
  EXPECT_THROW(check_message_attributes({{"a", {{"DataType", "String"}, {"StringValue", ""}}}}),
               aws::ServiceError);
  EXPECT_NO_THROW(check_message_attributes({{"a", {{"DataType", "Number.int"}, {"StringValue", "1"}}}}));
  Json many = Json::object();
  for (int i = 0; i < 11; ++i) many[std::to_string(i)] = {{"DataType", "String"}, {"StringValue", "x"}};
  EXPECT_THROW(check_message_attributes(many), aws::ServiceError);
}

TEST(SqsMessage, GivesOutTheAttributesAskedFor) {
  const Json attributes = {{"app.id", 1}, {"app.name", 2}, {"other", 3}};
  EXPECT_EQ(requested_attributes(attributes, {"app.*"}).size(), 2u);
  EXPECT_EQ(requested_attributes(attributes, {"other"}).size(), 1u);
  EXPECT_EQ(requested_attributes(attributes, {"All"}).size(), 3u);
  EXPECT_EQ(requested_attributes(attributes, Json()).size(), 0u);
}

TEST(SqsMessage, KeepsBytesThroughTheStore) {
  const Json attributes = {{"c", {{"DataType", "Binary"}, {"BinaryValue", std::string("\xFF\x00", 2)}}}};
  EXPECT_EQ(attributes_from_store(parse_json(dump_json(storable_attributes(attributes)), "")), attributes);
}

}  // namespace
}  // namespace aurora::local
