#include "aws/profile.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace aurora::aws {
namespace {

constexpr char kConfig[] = R"(
[default]
region = us-west-2   # comment
s3 =
  addressing_style = path
output = json
[profile prod]
region=eu-central-1
services = mine
aws_access_key_id = FROMCONFIG
[services mine]
rds =
  endpoint_url = http://rds.test:1
)";
constexpr char kCredentials[] =
    "[prod]\naws_access_key_id = FROMCREDENTIALS\r\naws_secret_access_key=a=b#c\n";

TEST(SharedConfig, ReadsBothFiles) {
  const SharedConfig shared = SharedConfig::parse(kConfig, kCredentials);
  const Section prod = *shared.profile("prod");
  EXPECT_EQ(prod.at("region"), "eu-central-1");
  EXPECT_EQ(prod.at("aws_access_key_id"), "FROMCREDENTIALS") << "the credentials file goes first";
  EXPECT_EQ(prod.at("aws_secret_access_key"), "a=b#c") << "'#' without a space before it is no comment";
  EXPECT_FALSE(shared.profile("other"));
}

TEST(SharedConfig, KeepsNestedSettingsApart) {
  const Section section = *SharedConfig::parse(kConfig, "").profile("default");
  EXPECT_EQ(section.at("region"), "us-west-2");
  EXPECT_EQ(section.at("s3.addressing_style"), "path");
  EXPECT_EQ(section.at("output"), "json");
}

TEST(SharedConfig, FindsAServicesEndpoint) {
  const SharedConfig shared = SharedConfig::parse(kConfig, "");
  EXPECT_EQ(shared.service_setting("prod", "rds", "endpoint_url"), "http://rds.test:1");
  EXPECT_FALSE(shared.service_setting("prod", "sns", "endpoint_url"));
  EXPECT_FALSE(shared.service_setting("default", "rds", "endpoint_url"));
}

TEST(SharedConfig, SaysWhichLineIsWrong) {
  try {
    SharedConfig::parse("[default]\nregion us-west-2\n", "");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.name(), "InvalidProfile");
    EXPECT_NE(error.message().find("Line 2"), std::string::npos);
    EXPECT_EQ(error.message().find("us-west-2"), std::string::npos) << "lines may hold secrets";
  }
  EXPECT_THROW(SharedConfig::parse("", "key = value\n"), Error);
  EXPECT_THROW(SharedConfig::parse("[default\n", ""), Error);
}

TEST(ProfileName, ChosenGoesBeforeTheEnvironment) {
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    return name == "AWS_PROFILE" ? std::optional<std::string>("env") : std::nullopt;
  };
  EXPECT_EQ(profile_name(environment, "chosen"), "chosen");
  EXPECT_EQ(profile_name(environment, ""), "env");
  EXPECT_EQ(profile_name({}, ""), "default");
}

}  // namespace
}  // namespace aurora::aws
