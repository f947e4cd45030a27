#include "asl/java_text.h"

#include <gtest/gtest.h>

namespace aurora::asl {
namespace {

std::string number(const std::string& text) {
  return java_number(Json::parse(text));
}

TEST(JavaNumber, IsWrittenAsJavaWritesIt) {
  EXPECT_EQ(number("1"), "1");
  EXPECT_EQ(number("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(number("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(number("1.0"), "1.0");
  EXPECT_EQ(number("-0.0"), "-0.0");
  EXPECT_EQ(number("123.450"), "123.45");
  EXPECT_EQ(number("0.001"), "0.001");
  EXPECT_EQ(number("0.0001"), "1.0E-4");
  EXPECT_EQ(number("9999999.0"), "9999999.0");
  EXPECT_EQ(number("1e7"), "1.0E7");
  EXPECT_EQ(number("12345678.9"), "1.23456789E7");
  EXPECT_EQ(number("-1.5e300"), "-1.5E300");
  EXPECT_EQ(number("4.9e-324"), "5.0E-324");
}

TEST(JavaJson, HasNoSpacesAndEscapesWhatItMust) {
  EXPECT_EQ(java_json(Json::parse(R"({"a":[1,2.0,null,true,"x"],"b":{}})")),
            R"({"a":[1,2.0,null,true,"x"],"b":{}})");
  EXPECT_EQ(java_json("\x01\x1f\"\\/\n\t\b\f\ré"), R"("\u0001\u001F\"\\/\n\t\b\f\ré")");
}

TEST(FormatValue, ShowsCollectionsAsJavaPrintsThem) {
  EXPECT_EQ(format_value(Json::parse(R"({"a":1,"b":["x",null,{"c":true}],"d":1e10})")),
            "{a=1, b=[x, null, {c=true}], d=1.0E10}");
}

}  // namespace
}  // namespace aurora::asl
