#include "asl/validate.h"

#include <gmock/gmock.h>

namespace aurora::asl {
namespace {

std::vector<std::string> problems(const std::string& definition) {
  std::vector<std::string> texts;
  for (const Diagnostic& each : validate(definition).diagnostics) texts.push_back(each.text());
  return texts;
}

std::string machine(const std::string& state) {
  return R"({"StartAt":"S","States":{"S":)" + state + R"(,"E":{"Type":"Pass","End":true}}})";
}

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Validate, SaysWhatAwsSays) {
  EXPECT_THAT(problems(" "), ElementsAre("SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object"));
  EXPECT_THAT(problems("{}"),
              ElementsAre("SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /"));
  EXPECT_THAT(
      problems(machine(R"({"Type":"Wait","Timestamp":"2016-03-14 01:59:00Z","Next":"E"})")),
      ElementsAre(
          "SCHEMA_VALIDATION_FAILED: String does not match RFC3339 timestamp at /States/S/Timestamp"));
}

TEST(Validate, ReportsWhereTheTextIsNoJson) {
  const Validation validation = validate("{\n  \"a\": nope\n}");
  ASSERT_EQ(validation.diagnostics.size(), 1U);
  EXPECT_EQ(validation.diagnostics[0].code, "INVALID_JSON_DESCRIPTION");
  EXPECT_THAT(validation.diagnostics[0].message, HasSubstr("Unrecognized token 'nope'"));
  EXPECT_THAT(validation.diagnostics[0].location, HasSubstr("line: 2, column: 12"));
}

TEST(Validate, FindsTransitionsThatLeadNowhereAndStatesThatNothingReaches) {
  EXPECT_THAT(problems(machine(R"({"Type":"Pass","Next":"X"})")),
              ElementsAre("MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/S/Next",
                          "MISSING_TRANSITION_TARGET: State \"E\" is not reachable. at /States/E"));
  EXPECT_THAT(problems(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}})"),
              ElementsAre(HasSubstr("MISSING_END_STATE")));
}

TEST(Validate, LooksIntoBranchesAndIterations) {
  const std::string inner = R"({"StartAt":"E","States":{"E":{"Type":"Pass","Next":"S"}}})";
  const auto found = problems(machine(R"({"Type":"Parallel","Branches":[)" + inner + R"(],"Next":"E"})"));
  EXPECT_THAT(found, Contains(HasSubstr("Missing 'Next' target: S at /States/S/Branches[0]/States/E/Next")));
  EXPECT_THAT(found, Contains(HasSubstr("DUPLICATE_STATE_NAME: Duplicate state name: E")));
}

TEST(Validate, RefusesFieldsThatContradictEachOther) {
  for (
      const char* state :
      {R"({"Type":"Pass","Next":"E","End":true})", R"({"Type":"Pass"})",
       R"({"Type":"Wait","Seconds":1,"SecondsPath":"$.s","Next":"E"})",
       R"({"Type":"Task","Resource":"a:b","TimeoutSeconds":1,"TimeoutSecondsPath":"$.t","Next":"E"})",
       R"({"Type":"Task","Resource":"a:b","TimeoutSeconds":10,"HeartbeatSeconds":10,"Next":"E"})",
       R"({"Type":"Task","Resource":"a:b","Retry":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["X"]}],"Next":"E"})",
       R"({"Type":"Choice","Choices":[{"Variable":"$.a","NumericEquals":1,"StringEquals":"1","Next":"E"}]})",
       R"({"Type":"Choice","Choices":[{"Variable":"$.a","NumericEquals":"1","Next":"E"}]})",
       R"({"Type":"Pass","Parameters":{"a.$":"b"},"Next":"E"})",
       R"({"Type":"Pass","ResultPath":"$.a[*]","Next":"E"})"})
    EXPECT_FALSE(validate(machine(state)).valid()) << state;
}

TEST(Validate, EndsForHugeDeepAndMalformedDefinitions) {
  EXPECT_FALSE(validate(std::string(kDefinitionBytesMax + 1, ' ')).valid());
  EXPECT_FALSE(validate(std::string(100'000, '[')).valid());
  EXPECT_FALSE(validate(std::string(1'000'000, ']')).valid());
  EXPECT_FALSE(validate("{\"StartAt\":\"\\ud800\"}").valid());
  EXPECT_FALSE(validate("{\"StartAt\":\"\xff\"}").valid());
  EXPECT_FALSE(validate("{\"TimeoutSeconds\":1e999}").valid());
  std::string nested = R"({"StartAt":"E","States":{"E":{"Type":"Pass","End":true}}})";
  for (int i = 0; i < 110; ++i)
    nested = R"({"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[)" + nested + "]}}}";
  EXPECT_THAT(problems(nested), Contains(HasSubstr("nested too deeply")));
  std::string many = R"({"StartAt":"S","States":{"S":{"Type":"Pass","End":true)";
  for (int i = 0; i < 1000; ++i) many += ",\"x" + std::to_string(i) + "\":1";
  EXPECT_EQ(validate(many + "}}}").diagnostics.size(), kDiagnosticsMax);
}

TEST(Validate, TakesTimeLinearInAnyDefinition) {
  std::string many = R"({"StartAt":"s0","States":{)";
  for (int i = 0; i < 20'000; ++i)
    many += "\"s" + std::to_string(i) + R"(":{"Type":"Pass","Next":"s)" + std::to_string(i + 1) + "\"},";
  EXPECT_THAT(problems(many + R"("s20000":{"Type":"Succeed"}}})"), IsEmpty());
  std::string wide = R"({"StartAt":"S","States":{"S":{"Type":"Succeed"},"E":{)";
  for (int i = 0; i < 60'000; ++i) wide += "\"x" + std::to_string(i) + "\":1,";
  EXPECT_FALSE(validate(wide + R"("Type":"Succeed"}}})").valid());
}

TEST(Validate, KeepsItsMessagesShort) {
  const std::string name(500'000, 'n');
  std::size_t size = 0;
  for (const std::string& each :
       problems(R"({"StartAt":")" + name + R"(","States":{")" + name + R"(":{"Type":"X"}}})"))
    size += each.size();
  EXPECT_LT(size, 10'000U);
  EXPECT_LT(validate(std::string(500'000, 'n')).diagnostics.front().text().size(), 10'000U);
}

TEST(Validate, AsksForTheTypeOfEachField) {
  for (
      const char* state :
      {R"({"Type":"Pass","Comment":1,"Next":"E"})", R"({"Type":"Pass","QueryLanguage":"XPath","Next":"E"})",
       R"({"Type":"Pass","Next":1})", R"({"Type":"Pass","End":"true","Next":"E"})",
       R"({"Type":"Pass","InputPath":1,"Next":"E"})",
       R"({"Type":"Task","Resource":"a:b","TimeoutSeconds":1.5,"Next":"E"})",
       R"({"Type":"Task","Resource":"a:b","TimeoutSeconds":0,"Next":"E"})",
       R"({"Type":"Task","Resource":"a:b","Catch":[{"ErrorEquals":["X"],"Next":7}],"Next":"E"})",
       R"({"Type":"Task","Resource":"a:b","Retry":{},"Next":"E"})",
       R"({"Type":"Task","Resource":"a:b","Retry":[{"ErrorEquals":["X"],"MaxDelaySeconds":31622400}],"Next":"E"})",
       R"({"Type":"Task","Resource":"a:b","Retry":[{"ErrorEquals":["X"],"JitterStrategy":null}],"Next":"E"})",
       R"({"Type":"Map","MaxConcurrency":-1,"Iterator":{"StartAt":"I","States":{"I":{"Type":"Succeed"}}},"Next":"E"})",
       R"({"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":"yes","Next":"E"}]})",
       R"({"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":3}],"Default":"E"})",
       R"-({"Type":"Pass","Parameters":{"a.$":"States.Format('\\"')"},"Next":"E"})-"})
    EXPECT_FALSE(validate(machine(state)).valid()) << state;
}

TEST(UnsupportedFeatures, AreNamedWithTheirPlace) {
  const auto found = unsupported_features(
      validate(R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":
                   {"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"T","States":{"T":{"Type":"Task",
                   "Resource":"arn:aws:states:::glue:startJobRun","Assign":{"a":1},"End":true}}}}}})"),
      [](const Resource& resource) { return resource.service == "lambda"; });
  std::vector<std::string> locations;
  for (const Diagnostic& each : found) locations.push_back(each.location);
  EXPECT_THAT(locations, ElementsAre("/States/M/ItemProcessor/ProcessorConfig/Mode",
                                     "/States/M/ItemProcessor/States/T/Assign",
                                     "/States/M/ItemProcessor/States/T/Resource"));
}

TEST(UnsupportedFeatures, AreFoundInPartsOfStatesToo) {
  const auto found = unsupported_features(
      validate(machine(R"({"Type":"Map","Iterator":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"I",
                          "States":{"I":{"Type":"Succeed"}}},"Next":"E",
                          "Catch":[{"ErrorEquals":["X"],"Assign":{"a":1},"Next":"E"}]})")),
      [](const Resource&) { return true; });
  std::vector<std::string> locations;
  for (const Diagnostic& each : found) locations.push_back(each.location);
  EXPECT_THAT(locations, ElementsAre("/States/S/Catch[0]/Assign", "/States/S/Iterator/ProcessorConfig/Mode"));
}

TEST(UnsupportedFeatures, NoneInWhatIsRunHere) {
  EXPECT_THAT(unsupported_features(validate(machine(R"({"Type":"Pass","Next":"E"})")),
                                   [](const Resource&) { return true; }),
              IsEmpty());
}

TEST(JsonProblem, NamesTheTokenThatIsNone) {
  EXPECT_EQ(
      json_problem("not json"),
      "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' "
      "or 'false')");
  EXPECT_EQ(json_problem(std::string(1'000'000, '[')), "Nested deeper than 500 levels");
}

}  // namespace
}  // namespace aurora::asl
