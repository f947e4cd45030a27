// What update expressions do.
#include "local/dynamodb/update.h"

#include <gtest/gtest.h>

#include "aws/error.h"
#include "local/dynamodb/document.h"
#include "local/dynamodb/parser.h"

namespace aurora::local::dynamodb {
namespace {

Update parsed(const char* text, const char* values) {
  Json input = Json::object();
  if (const Json known = Json::parse(values); !known.empty()) input["ExpressionAttributeValues"] = known;
  Placeholders placeholders(input);
  return parse_update(text, placeholders);
}

std::string updated(const char* item, const char* text, const char* values = "{}") {
  return dump_json(apply_update(parsed(text, values), Json::parse(item)));
}

std::string refusal(const char* item, const char* text, const char* values = "{}") {
  const auto update = parsed(text, values);
  try {
    apply_update(update, Json::parse(item));
  } catch (const aws::ServiceError& error) {
    return error.message();
  }
  return "accepted";
}

TEST(DynamoDbUpdate, SetReadsTheItemAsItWas) {
  EXPECT_EQ(updated(R"({"a":{"N":"1"},"b":{"N":"2"}})", "SET a = b, b = a"),
            R"({"a":{"N":"2"},"b":{"N":"1"}})");
  EXPECT_EQ(updated(R"({"v":{"N":"7"}})", "SET v = v + :one", R"({":one":{"N":"1"}})"), R"({"v":{"N":"8"}})");
  EXPECT_EQ(
      updated("{}", "SET v = if_not_exists(v, :zero) + :one", R"({":zero":{"N":"0"},":one":{"N":"1"}})"),
      R"({"v":{"N":"1"}})");
  EXPECT_EQ(updated(R"({"a":{"N":"1"}})", "SET b = a - :x", R"({":x":{"N":"2.5"}})"),
            R"({"a":{"N":"1"},"b":{"N":"-1.5"}})");
}

TEST(DynamoDbUpdate, ListsGrowAtBothEndsAndBeyondTheEnd) {
  const auto* item = R"({"l":{"L":[{"N":"1"}]}})";
  const auto* values = R"({":x":{"L":[{"N":"9"}]}})";
  EXPECT_EQ(updated(item, "SET l = list_append(l, :x)", values), R"({"l":{"L":[{"N":"1"},{"N":"9"}]}})");
  EXPECT_EQ(updated(item, "SET l = list_append(:x, l)", values), R"({"l":{"L":[{"N":"9"},{"N":"1"}]}})");
  EXPECT_EQ(updated(item, "SET l[9] = :b, l[5] = :a", R"({":a":{"S":"a"},":b":{"S":"b"}})"),
            R"({"l":{"L":[{"N":"1"},{"S":"a"},{"S":"b"}]}})");
}

TEST(DynamoDbUpdate, IndexesMeanPlacesBeforeTheUpdate) {
  EXPECT_EQ(updated(R"({"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"},{"N":"3"}]}})",
                    "REMOVE l[0], l[2] SET l[3] = :v", R"({":v":{"S":"x"}})"),
            R"({"l":{"L":[{"N":"1"},{"S":"x"}]}})");
  EXPECT_EQ(updated(R"({"l":{"L":[{"N":"0"},{"L":[{"N":"1"},{"N":"2"}]}]}})", "REMOVE l[0], l[1][0]"),
            R"({"l":{"L":[{"L":[{"N":"2"}]}]}})");
  EXPECT_EQ(updated(R"({"l":{"L":[{"N":"0"}]}})", "REMOVE l[7], absent"), R"({"l":{"L":[{"N":"0"}]}})");
}

TEST(DynamoDbUpdate, AddCountsAndUnites) {
  EXPECT_EQ(updated("{}", "ADD n :one", R"({":one":{"N":"1"}})"), R"({"n":{"N":"1"}})");
  EXPECT_EQ(updated(R"({"n":{"N":"0.9"}})", "ADD n :one", R"({":one":{"N":"0.1"}})"), R"({"n":{"N":"1"}})");
  EXPECT_EQ(updated(R"({"s":{"SS":["a"]}})", "ADD s :x", R"({":x":{"SS":["a","b"]}})"),
            R"({"s":{"SS":["a","b"]}})");
}

TEST(DynamoDbUpdate, DeleteTakesTheAttributeWithItsLastElement) {
  const auto* item = R"({"id":{"S":"x"},"s":{"NS":["1","2"]}})";
  EXPECT_EQ(updated(item, "DELETE s :x", R"({":x":{"NS":["2.0","5"]}})"),
            R"({"id":{"S":"x"},"s":{"NS":["1"]}})");
  EXPECT_EQ(updated(item, "DELETE s :x", R"({":x":{"NS":["2","1"]}})"), R"({"id":{"S":"x"}})");
  EXPECT_EQ(updated(item, "DELETE gone :x", R"({":x":{"NS":["1"]}})"), item);
}

TEST(DynamoDbUpdate, RefusesInTheWordsOfAws) {
  const auto* item = R"({"s":{"S":"x"},"m":{"M":{}},"n":{"N":"1"}})";
  EXPECT_EQ(refusal(item, "SET a = b"),
            "The provided expression refers to an attribute that does not exist in the item");
  EXPECT_EQ(refusal(item, "SET a = s + :n", R"({":n":{"N":"1"}})"),
            "An operand in the update expression has an incorrect data type");
  EXPECT_EQ(refusal(item, "ADD s :n", R"({":n":{"N":"1"}})"),
            "An operand in the update expression has an incorrect data type");
  EXPECT_EQ(refusal(item, "SET gone.x = :n", R"({":n":{"N":"1"}})"),
            "The document path provided in the update expression is invalid for update");
  EXPECT_EQ(refusal(item, "SET m[0] = :n", R"({":n":{"N":"1"}})"),
            "The document path provided in the update expression is invalid for update");
  EXPECT_EQ(refusal(item, "SET m.fresh = :n", R"({":n":{"N":"1"}})"), "accepted");
}

TEST(DynamoDbProjection, CutsDocumentsAndClosesRanksInLists) {
  const Json item = Json::parse(
      R"({"a":{"S":"1"},"l":{"L":[{"N":"0"},{"M":{"k":{"S":"v"},"z":{"S":"w"}}},{"N":"2"}]},"m":{"M":{"x":{"N":"1"}}}})");
  Placeholders none(Json::object());
  EXPECT_EQ(dump_json(project(item, parse_projection("l[1].k, l[2], m.gone, absent, a", none))),
            R"({"a":{"S":"1"},"l":{"L":[{"M":{"k":{"S":"v"}}},{"N":"2"}]}})");
}

}  // namespace
}  // namespace aurora::local::dynamodb
