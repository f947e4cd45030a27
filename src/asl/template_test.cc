#include "asl/template.h"

#include <gtest/gtest.h>

#include "asl/simulation.h"

namespace aurora::asl {
namespace {

std::string evaluated(const std::string& source, const std::string& data) {
  FixedHost host;
  const Json json = Json::parse(data);
  try {
    return Template::compile(Json::parse(source)).evaluate({json, {}}, host).dump();
  } catch (const Error& e) {
    return e.what();
  }
}

TEST(Template, ReplacesMembersThatEndInADollarAtAnyDepth) {
  EXPECT_EQ(evaluated(R"-({"a":1,"b":[{"c.$":"$.x"},2],"d.$":"States.Array($.x)"})-", R"({"x":null})"),
            R"({"a":1,"b":[{"c":null},2],"d":[null]})");
  EXPECT_EQ(evaluated(R"("$.x")", "{}"), R"("$.x")");
}

TEST(Template, TakesTheLaterOfTwoMembersOfOneName) {
  EXPECT_EQ(evaluated(R"({"a":1,"b":2,"a.$":"$.x"})", R"({"x":3})"), R"({"a":3,"b":2})");
  EXPECT_EQ(evaluated(R"({"a.$":"$.missing","a":1})", "{}"), R"({"a":1})");
}

TEST(Template, NamesTheFieldThatCannotBeEvaluated) {
  EXPECT_EQ(
      evaluated(R"({"a.$":"$.x"})", R"({"y":1})"),
      "States.Runtime: The JSONPath '$.x' specified for the field 'a.$' could not be found in the input "
      "'{\"y\":1}'");
  EXPECT_TRUE(evaluated(R"({"a.$":"x"})", "{}")
                  .starts_with("States.Runtime: The value for the field 'a.$' must be a valid JSONPath or a "
                               "valid intrinsic function call"));
}

}  // namespace
}  // namespace aurora::asl
