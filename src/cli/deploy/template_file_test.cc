#include "cli/deploy/template_file.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "cli/deploy/bundle.h"

namespace aurora::cli {
namespace {

TEST(TemplateFile, IsTheOneOfTheRepository) {
  EXPECT_EQ(template_text(), read_file(AURORA_SOURCE_DIR "/infrastructure/aurora-restore-pipeline.yaml"));
  EXPECT_EQ(upgrading_text(), read_file(AURORA_SOURCE_DIR "/docs/UPGRADING.md"));
}

TEST(TemplateFile, OwnTemplateIsRead) {
  const TemplateFile file = read_template(std::string(template_text()), "it");
  const TemplateParameter* environment = file.parameter("Environment");
  ASSERT_NE(environment, nullptr);
  EXPECT_EQ(environment->fallback, "dev");
  EXPECT_EQ(environment->allowed_pattern, "[a-z][a-z0-9-]{0,19}");
  EXPECT_EQ(file.resources.at("StateTable").type, "AWS::DynamoDB::Table");
}

TEST(TemplateFile, ValuesAreTextAsTyped) {
  const TemplateFile file = read_template(R"(
Parameters:
  Days: {Type: Number, Default: 07, MinValue: 1, MaxValue: 30.5, AllowedValues: [07, 30]}
  Flag: {Type: String, Default: true, AllowedValues: [true, "false"]}
  Nothing: {Type: String, Default: ""}
  Wanted: {Type: CommaDelimitedList}
Resources:
  A: {Type: "AWS::SNS::Topic", DeletionPolicy: Retain, Properties: {Name: !Sub "${Flag}-x", Other: !GetAtt B.Arn}}
)",
                                          "it");
  const TemplateParameter* days = file.parameter("Days");
  EXPECT_EQ(days->fallback, "07");
  EXPECT_EQ(days->allowed_values, (std::vector<std::string>{"07", "30"}));
  EXPECT_EQ(days->least, 1);
  EXPECT_EQ(days->most, 30.5);
  EXPECT_EQ(file.parameter("Flag")->fallback, "true");
  EXPECT_EQ(file.parameter("Nothing")->fallback, "");
  EXPECT_FALSE(file.parameter("Wanted")->fallback.has_value());
  EXPECT_TRUE(file.parameter("Wanted")->is_list());
  EXPECT_EQ(file.resources.at("A").deletion_policy, "Retain");
  EXPECT_EQ(file.parameter("Nowhere"), nullptr);
}

TEST(TemplateFile, WhatIsNoTemplateIsRefused) {
  for (const char* text : {"a: 1", "[]", "Resources: text"}) {
    try {
      read_template(text, "my.yaml");
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.name(), "TemplateUnusable");
    }
  }
}

}  // namespace
}  // namespace aurora::cli
