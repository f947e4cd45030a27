#include "local/insights/functions.h"

#include <gtest/gtest.h>

namespace aurora::local::insights {
namespace {

Value value(const char* text) {
  return Value::of(std::string(text));
}
std::string call(const char* name, std::vector<Value> arguments) {
  return find_function(name)->apply(arguments).text();
}
std::string apply(const char* symbol, std::vector<Value> arguments) {
  return operator_of(symbol).apply(arguments).text();
}

TEST(InsightsFunctions, Calculate) {
  EXPECT_EQ(apply("+", {value("1.5"), Value::of(2.0)}), "3.5");
  EXPECT_EQ(apply("%", {value("10"), value("3")}), "1");
  EXPECT_EQ(apply("^", {value("2"), value("3")}), "8");
  EXPECT_EQ(apply("/", {value("1"), value("0")}), "") << "nothing, not infinity";
  EXPECT_EQ(apply("+", {value("one"), value("2")}), "");
  EXPECT_EQ(call("ABS", {value("-2")}) + call("ceil", {value("1.2")}) + call("floor", {value("1.8")}), "221");
  EXPECT_EQ(call("greatest", {value("3"), Value(), value("20")}), "20");
  EXPECT_EQ(call("least", {value("3"), Value(), value("20")}), "3");
}

TEST(InsightsFunctions, Compare) {
  EXPECT_EQ(apply("=", {value("5"), value("5.0")}), "1");
  EXPECT_EQ(apply("!=", {Value(), value("x")}), "1");
  EXPECT_EQ(apply("<", {Value(), value("x")}), "0");
  EXPECT_EQ(apply("in", {value("b"), value("a"), value("b")}), "1");
  EXPECT_EQ(apply("in", {value("b")}), "0");
  EXPECT_EQ(apply("like", {value("a long text"), value("long")}), "1");
  EXPECT_EQ(apply("like", {Value(), value("")}), "0");
  EXPECT_EQ(apply("not", {Value()}), "1");
}

TEST(InsightsFunctions, WorkOnText) {
  EXPECT_EQ(call("strlen", {value("äöü")}), "3");
  EXPECT_EQ(call("substr", {value("äöüx"), value("1"), value("2")}), "öü");
  EXPECT_EQ(call("substr", {value("abc"), value("1")}), "bc");
  EXPECT_EQ(call("substr", {value("abc"), value("9")}), "");
  EXPECT_EQ(call("replace", {value("a-b-c"), value("-"), value("+")}), "a+b+c");
  EXPECT_EQ(call("concat", {value("a"), Value(), value("b")}), "ab");
  EXPECT_EQ(
      call("trim", {value(" a ")}) + call("ltrim", {value("xxa"), value("x")}) + call("rtrim", {value("a ")}),
      "aaa");
  EXPECT_EQ(call("upper", {value("a")}) + call("toLower", {value("B")}), "Ab");
  EXPECT_EQ(call("isempty", {value("")}) + call("isblank", {value(" ")}) + call("ispresent", {Value()}),
            "110");
  EXPECT_EQ(call("coalesce", {Value(), value("b"), value("c")}), "b");
}

TEST(InsightsFunctions, KnowTimes) {
  EXPECT_EQ(call("fromMillis", {value("1795242051007")}), "2026-11-21 06:20:51.007");
  EXPECT_EQ(call("toMillis", {Value::of(Moment{1795242051007})}), "1795242051007");
  EXPECT_EQ(call("datefloor", {Value::of(Moment{1795242051007}), value("1h")}), "2026-11-21 06:00:00.000");
  EXPECT_EQ(call("dateceil", {Value::of(Moment{1795242051007}), value("1h")}), "2026-11-21 07:00:00.000");
}

TEST(InsightsFunctions, KeepTextsWithinBounds) {
  const std::string big(1'000'000, 'x');
  EXPECT_EQ(call("replace", {Value::of(big), value("x"), value("xxxxxxxx")}), "");
  EXPECT_LE(call("concat", {Value::of(big), Value::of(big), Value::of(big)}).size(), 1024u * 1024);
}

TEST(InsightsFunctions, AreFoundByNameAndToldApartFromThoseOfAwsAlone) {
  EXPECT_EQ(find_function("nothing"), nullptr);
  EXPECT_EQ(find_function("="), nullptr);
  EXPECT_TRUE(is_function_not_carried("jsonParse"));
  EXPECT_FALSE(is_function_not_carried("nothing"));
}

}  // namespace
}  // namespace aurora::local::insights
