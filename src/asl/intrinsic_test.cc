#include "asl/intrinsic.h"

#include <gtest/gtest.h>

#include "asl/intrinsic_functions.h"
#include "asl/simulation.h"

namespace aurora::asl {
namespace {

std::string evaluated(const std::string& call, const std::string& data = "{}") {
  FixedHost host;
  const Json json = Json::parse(data);
  try {
    return evaluate(compile_intrinsic(call), {json, {}}, host).dump();
  } catch (const IntrinsicFailure& e) {
    return "failed: " + e.message();
  }
}

TEST(Intrinsic, FormatsAndEscapes) {
  EXPECT_EQ(evaluated("States.Format('{}-{}', 'a', $.n)", R"({"n":1.5})"), R"("a-1.5")");
  EXPECT_EQ(evaluated(R"(States.Format('\{\} {} it\'s \\', null))"), R"("{} null it's \\")");
  EXPECT_EQ(evaluated("States.Format($.t, 'x')", R"({"t":"<{}>"})"), R"("<x>")");
  EXPECT_TRUE(evaluated("States.Format('{} {}', 1)").starts_with("failed: The function 'States.Format("));
  EXPECT_TRUE(evaluated("States.Format('{}', 1, 2)").starts_with("failed"));
}

TEST(Intrinsic, Nests) {
  EXPECT_EQ(evaluated("States.ArrayGetItem(States.StringSplit('a-b-c', '-'), "
                      "States.MathAdd(States.ArrayLength($.l), -1))",
                      R"({"l":[1,2,3]})"),
            R"("c")");
}

TEST(Intrinsic, WorksOnArrays) {
  EXPECT_EQ(evaluated("States.Array('a', 1, true, null, $.x)", R"({"x":[2]})"), R"(["a",1,true,null,[2]])");
  EXPECT_EQ(evaluated("States.ArrayPartition($.l, 2)", R"({"l":[1,2,3]})"), "[[1,2],[3]]");
  EXPECT_EQ(evaluated("States.ArrayContains($.l, $.x)", R"({"l":[{"a":1,"b":2}],"x":{"b":2,"a":1}})"),
            "true");
  EXPECT_EQ(evaluated("States.ArrayRange(5, 1, -2)"), "[5,3,1]");
  EXPECT_EQ(evaluated("States.ArrayRange(1, 0, 1)"), "[]");
  EXPECT_TRUE(evaluated("States.ArrayRange(1, 2, 0)").starts_with("failed"));
  EXPECT_TRUE(evaluated("States.ArrayRange(0, 1000, 1)").starts_with("failed"));
  EXPECT_TRUE(
      evaluated("States.ArrayRange(-9000000000000000000, 9000000000000000000, 1)").starts_with("failed"));
  EXPECT_EQ(evaluated("States.ArrayUnique($.l)", R"({"l":[1,1.0,"1",[1],[1]]})"), R"([1,"1",[1]])");
  EXPECT_TRUE(evaluated("States.ArrayGetItem($.l, 1)", R"({"l":[1]})").starts_with("failed"));
}

TEST(Intrinsic, RoundsEachNumberHalfUp) {
  EXPECT_EQ(evaluated("States.MathAdd(1.49, 1.5)"), "3");
  EXPECT_EQ(evaluated("States.MathAdd(-1.5, -0.5)"), "-1");
  EXPECT_EQ(evaluated("States.MathAdd(0.49999999999999994, 0)"), "0");
  EXPECT_EQ(evaluated("States.MathAdd(-2.5, 0)"), "-2");
  EXPECT_TRUE(evaluated("States.MathAdd(9223372036854775807, 1)").starts_with("failed"));
  EXPECT_TRUE(evaluated("States.MathAdd(1e300, 1)").starts_with("failed"));
}

TEST(Intrinsic, DrawsFromTheRangeWithoutItsEnd) {
  EXPECT_EQ(evaluated("States.MathRandom(10, 20)"), "15");
  EXPECT_EQ(evaluated("States.MathRandom(1, 2)"), "1");
  EXPECT_EQ(evaluated("States.MathRandom(1, 1000, 7)"), evaluated("States.MathRandom(1, 1000, 7)"));
  EXPECT_TRUE(evaluated("States.MathRandom(2, 1)").starts_with("failed"));
}

TEST(Intrinsic, SplitsAtEachOfTheCharactersAndDropsEmptyParts) {
  EXPECT_EQ(evaluated("States.StringSplit('a.b+c..d', '.+')"), R"(["a","b","c","d"])");
  EXPECT_EQ(evaluated("States.StringSplit('1€2€3', '€')"), R"(["1","2","3"])");
  EXPECT_EQ(evaluated("States.StringSplit('', ',')"), "[]");
}

TEST(Intrinsic, EncodesDecodesAndHashes) {
  EXPECT_EQ(evaluated("States.Base64Encode('Data to encode')"), R"("RGF0YSB0byBlbmNvZGU=")");
  EXPECT_EQ(evaluated("States.Base64Decode('RGF0YSB0byBlbmNvZGU=')"), R"("Data to encode")");
  EXPECT_TRUE(evaluated("States.Base64Decode('%')").starts_with("failed"));
  EXPECT_EQ(evaluated("States.Hash('ABC', 'MD5')"), R"("902fbdd2b1df0c4f70b4a5d23525e932")");
  EXPECT_TRUE(evaluated("States.Hash('ABC', 'CRC')").starts_with("failed"));
  const std::string long_text = R"({"t":")" + std::string(10'001, 'x') + R"("})";
  EXPECT_TRUE(evaluated("States.Hash($.t, 'MD5')", long_text).starts_with("failed"));
}

TEST(Intrinsic, ReadsAndWritesJson) {
  EXPECT_EQ(evaluated(R"(States.StringToJson('{"a":"x \\"y\\" z"}'))"), R"({"a":"x \"y\" z"})");
  EXPECT_EQ(evaluated("States.JsonToString($)", R"({"a":1.0,"b":1e9})"), R"("{\"a\":1.0,\"b\":1.0E9}")");
  EXPECT_EQ(evaluated("States.StringToJson(' ')"), "null");
  EXPECT_TRUE(evaluated("States.StringToJson('{')").starts_with("failed"));
  EXPECT_EQ(evaluated("States.JsonToString($)", R"({"a":1})"), R"("{\"a\":1}")");
  EXPECT_EQ(evaluated("States.JsonMerge($.a, $.b, false)", R"({"a":{"x":{"y":1},"z":1},"b":{"x":{"w":2}}})"),
            R"({"x":{"w":2},"z":1})");
  EXPECT_TRUE(evaluated("States.JsonMerge($.a, $.a, true)", R"({"a":{}})").starts_with("failed"));
}

TEST(Intrinsic, RefusesCallsThatCanNeverWork) {
  for (const char* call :
       {"States.Nothing()", "States.UUID(1)", "States.MathAdd(1,'-1')", "States.Format('a'",
        "States.Format('a',)", "States.Format('a) ", "States.Array(1) x", "States.Array(.5.)",
        "States.Array(a)", "States.", "States.Array($.[)", "States.Array([1])", "States.Array('a\\\"b')",
        "States.Array('\\')"})
    EXPECT_THROW(compile_intrinsic(call), Error) << call;
}

TEST(Intrinsic, RefusesNestingThatCouldExhaustTheStack) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "States.Array(";
  EXPECT_THROW(compile_intrinsic(deep), Error);
  std::string format = "'x'";
  for (int i = 0; i < 10; ++i) format = "States.Format('{}', " + format + ")";
  EXPECT_EQ(evaluated(format), R"("x")");
  EXPECT_THROW(compile_intrinsic("States.Format('{}', " + format + ")"), Error);
}

TEST(Intrinsic, RefusesToMakeMoreThanManyPayloads) {
  const std::string data = R"({"t":")" + std::string(200'000, 'x') + R"("})";
  std::string pattern, arguments;
  for (int i = 0; i < 1000; ++i) {
    pattern += "{}";
    arguments += ",$.t";
  }
  FixedHost host;
  const Json json = Json::parse(data);
  for (const std::string& call :
       {"States.Format('" + pattern + "'" + arguments + ")", "States.Array($" + arguments + ")"}) {
    try {
      evaluate(compile_intrinsic(call), {json, {}}, host);
      FAIL();
    } catch (const Error& e) {
      EXPECT_EQ(e.name(), "States.DataLimitExceeded");
    }
  }
}

TEST(Intrinsic, TakesTimeLinearInItsArguments) {
  Json data = {{"l", Json::array()}, {"t", std::string(200'000, 'a')}, {"s", ""}};
  for (int i = 0; i < 100'000; ++i) data["l"].push_back(i);
  for (int i = 0; i < 60'000; ++i) data["s"].get_ref<std::string&>() += "bcdefgh"[i % 7];
  EXPECT_EQ(evaluated("States.ArrayLength(States.ArrayUnique($.l))", data.dump()), "100000");
  EXPECT_EQ(evaluated("States.ArrayLength(States.StringSplit($.t, $.s))", data.dump()), "1");
}

TEST(Intrinsic, AMissingPathIsNotAFailureOfTheFunction) {
  FixedHost host;
  const Json data = Json::object();
  EXPECT_THROW(evaluate(compile_intrinsic("States.ArrayLength($.x)"), {data, {}}, host), PathMiss);
}

}  // namespace
}  // namespace aurora::asl
