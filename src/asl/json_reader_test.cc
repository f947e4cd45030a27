#include "asl/json_reader.h"

#include <gtest/gtest.h>

namespace aurora::asl {
namespace {

using Problem = JsonReading::Problem;

TEST(ReadJson, KeepsTheOrderOfMembersAndTheLastOfTheSameName) {
  EXPECT_EQ(read_json(R"({"b":1,"a":[true,null,-1.5,"x"],"b":{"c":2}})").value.dump(),
            R"({"b":{"c":2},"a":[true,null,-1.5,"x"]})");
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i % 50) + "\":" + std::to_string(i) + ",";
  const JsonReading reading = read_json(many + "\"z\":1}");
  EXPECT_EQ(reading.value.size(), 51U);
  EXPECT_EQ(reading.value.begin().value(), 50);
  EXPECT_EQ(reading.value.at("k49"), 99);
}

TEST(ReadJson, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(read_json("{\"a\":nope}").problem, Problem::kSyntax);
  EXPECT_EQ(read_json("[1,2").at, 4U);
  EXPECT_EQ(read_json("[1e999]").problem, Problem::kNumberTooLarge);
  EXPECT_EQ(read_json("").problem, Problem::kSyntax);
  EXPECT_EQ(read_json("1 2").problem, Problem::kSyntax);
  EXPECT_TRUE(read_json("[1,").value.is_null());
}

TEST(ReadJson, RefusesTextThatIsNoUnicode) {
  EXPECT_FALSE(read_json("\"\xff\"").ok());
  EXPECT_FALSE(read_json("\"\xed\xa0\x80\"").ok());
  EXPECT_FALSE(read_json(R"("\ud800")").ok());
  EXPECT_FALSE(read_json(R"("\udc00\ud800")").ok());
  EXPECT_EQ(read_json(R"("\ud83d\ude00")").value, "😀");
  EXPECT_FALSE(read_json("NaN").ok());
  EXPECT_FALSE(read_json("[Infinity]").ok());
}

TEST(ReadJson, RefusesNestingThatCouldExhaustTheStack) {
  EXPECT_TRUE(read_json(std::string(kJsonDepthMax, '[') + std::string(kJsonDepthMax, ']')).ok());
  EXPECT_EQ(read_json(std::string(1'000'000, '[')).problem, Problem::kNestedTooDeeply);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(read_json(objects).problem, Problem::kNestedTooDeeply);
}

TEST(ReadJson, IsNotQuadraticInTheMembersOfAnObject) {
  std::string many = "{";
  for (int i = 0; i < 100'000; ++i) many += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  EXPECT_EQ(read_json(many + "}").value.size(), 100'000U);
}

}  // namespace
}  // namespace aurora::asl
