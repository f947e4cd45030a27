#include "cli/deploy/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.h"
#include "base/ids.h"

namespace aurora::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const TemplateFile& file() {
  static const TemplateFile kFile = read_template(R"(
Parameters:
  Name: {Type: String, Default: dev, AllowedPattern: "[a-z]{1,4}", ConstraintDescription: 1 to 4 small letters}
  Level: {Type: String, Default: INFO, AllowedValues: [INFO, DEBUG]}
  Days: {Type: Number, Default: 7, MinValue: 1, MaxValue: 30}
  Subnets: {Type: CommaDelimitedList, Default: "", AllowedPattern: "|subnet-[a-f0-9]{8,17}"}
  CodeKey: {Type: String}
  Hidden: {Type: String, Default: "", NoEcho: true, MaxLength: 3}
Resources: {}
)",
                                                  "it");
  return kFile;
}

std::vector<std::string> findings_of(const ParameterValues& given,
                                     const ParameterValues& own = {{"CodeKey", "k"}},
                                     const ParameterValues& before = {}) {
  std::vector<restore::Finding> findings;
  check_parameters(file(), given, own, before, findings);
  std::vector<std::string> texts;
  for (const restore::Finding& finding : findings) texts.push_back(finding.to_text());
  return texts;
}

TEST(Parameters, AllThatIsWrongIsToldAtOnce) {
  const auto found = findings_of({{"Nam", "x"}, {"Level", "TRACE"}, {"Days", "31"}, {"Name", "UPPER"}});
  ASSERT_THAT(found, SizeIs(4));
  EXPECT_THAT(found[0], HasSubstr("at most 30 are allowed"));
  EXPECT_THAT(found[1], HasSubstr("INFO, DEBUG"));
  EXPECT_THAT(found[2], HasSubstr("did you mean Name?"));
  EXPECT_THAT(found[3], HasSubstr("1 to 4 small letters"));
}

TEST(Parameters, PatternIsForTheWholeValue) {
  EXPECT_THAT(findings_of({{"Name", "abcde"}}), SizeIs(1));
  EXPECT_THAT(findings_of({{"Name", "abcd"}}), IsEmpty());
}

TEST(Parameters, PatternIsForEachElementOfAList) {
  EXPECT_THAT(findings_of({{"Subnets", "subnet-0a1b2c3d,subnet-4e5f6a7b"}}), IsEmpty());
  EXPECT_THAT(findings_of({{"Subnets", "subnet-0a1b2c3d, subnet-4e5f6a7b"}}), IsEmpty());
  EXPECT_THAT(findings_of({{"Subnets", ""}}), IsEmpty());
  EXPECT_THAT(findings_of({{"Subnets", "subnet-0a1b2c3d,vpc-4e5f6a7b"}}), SizeIs(1));
}

TEST(Parameters, NumbersAreNumbers) {
  EXPECT_THAT(findings_of({{"Days", "seven"}}), SizeIs(1));
  EXPECT_THAT(findings_of({{"Days", "0"}}), SizeIs(1));
  EXPECT_THAT(findings_of({{"Days", "30"}}), IsEmpty());
}

TEST(Parameters, WhatTheDeploymentSetsIsNotGiven) {
  EXPECT_THAT(findings_of({{"CodeKey", "mine"}}), ElementsAre(HasSubstr("sets it itself")));
}

TEST(Parameters, OneWithoutAnyValueIsMissing) {
  EXPECT_THAT(findings_of({}, {}), ElementsAre(HasSubstr("CodeKey")));
  EXPECT_THAT(findings_of({}, {}, {{"CodeKey", "old"}}), IsEmpty());
}

TEST(Parameters, HiddenValueIsNotShown) {
  const auto found = findings_of({{"Hidden", "secret-word"}});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].find("secret-word"), std::string::npos);
}

TEST(Parameters, ChangeSetKeepsWhatIsNotGiven) {
  const Json list = parameters_of_change_set(file(), {{"Days", "8"}, {"CodeKey", "no"}}, {{"CodeKey", "new"}},
                                             {{"Days", "7"}, {"Name", "abc"}, {"Gone", "x"}});
  EXPECT_EQ(
      dump_json(list),
      R"([{"ParameterKey":"Name","UsePreviousValue":true},{"ParameterKey":"Days","ParameterValue":"8"},)"
      R"({"ParameterKey":"CodeKey","ParameterValue":"new"}])");
}

TEST(Parameters, FileGivesTextAsTypedAndPairsGoFirst) {
  const auto path = std::filesystem::temp_directory_path() / ("parameters-" + random_hex(12) + ".yaml");
  write_file(path, "Days: 07\nLevel: INFO\nSubnets: [subnet-1, subnet-2]\nFixed: false\n");
  std::vector<restore::Finding> findings;
  const ParameterValues values =
      read_parameters({"Level=DEBUG", "Empty=", "Eq=a=b"}, path.string(), findings);
  std::filesystem::remove(path);
  EXPECT_THAT(findings, IsEmpty());
  EXPECT_EQ(values, (ParameterValues{{"Days", "07"},
                                     {"Empty", ""},
                                     {"Eq", "a=b"},
                                     {"Fixed", "false"},
                                     {"Level", "DEBUG"},
                                     {"Subnets", "subnet-1,subnet-2"}}));
}

TEST(Parameters, MalformedOnesAreFindings) {
  std::vector<restore::Finding> findings;
  read_parameters({"NoEquals", "=x"}, "/nowhere/at/all.yaml", findings);
  read_tags({"aws:x=1"}, findings);
  EXPECT_THAT(findings, SizeIs(4));
}

}  // namespace
}  // namespace aurora::cli
