#include "cli/request_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/text.h"
#include "cli/testing/command_line.h"
#include "cli/yaml.h"
#include "restore/request.h"
#include "restore/settings.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const Json kConfiguration{{"source_cluster_id", "orders"},
                          {"target_cluster", "orders-copy"},
                          {"target_security_groups", {"sg-1", "sg-2"}},
                          {"db_users", {{{"username", "u"}, {"password", "hunter2"}}}}};

// "#port:" and "#  - username: x", but not "# Prose".
bool is_setting(const std::string& line) {
  return line.size() > 1 && line.front() == '#' && (line[1] != ' ' || (line.size() > 2 && line[2] == ' '));
}

std::string uncommented(const std::string& text) {
  std::string result;
  for (const std::string& line : split(text, '\n'))
    result += (is_setting(line) ? line.substr(1) : line) + "\n";
  return result;
}

TEST(RequestTemplate, IsAValidRequestWithTheConfigurationsValues) {
  const Json request = parse_yaml(request_template(kConfiguration, "dev", "aurora-restore"), "it").value;
  EXPECT_EQ(request, (Json{{"snapshot_date", "latest"},
                           {"source_cluster_id", "orders"},
                           {"target_cluster_id", "orders-copy"},
                           {"vpc_security_group_ids", {"sg-1", "sg-2"}}}));
  EXPECT_TRUE(restore::validate_request(request).empty());
}

TEST(RequestTemplate, EverySettingStandsInItOnceAndIsValidWithItsDefault) {
  const Json request = parse_yaml(uncommented(request_template({}, "dev", "aurora-restore")), "it").value;
  for (const restore::Setting& setting : restore::settings())
    EXPECT_TRUE(request.contains(setting.name)) << setting.name;
  EXPECT_EQ(request.size(), restore::settings().size());
  for (const restore::Finding& finding : restore::validate_request(request))
    ADD_FAILURE() << finding.to_text();
}

TEST(RequestTemplate, EveryMeaningStandsAboveItsSetting) {
  const std::string text = replace_all(request_template({}, "dev", "aurora-restore"), "\n# ", " ");
  for (const restore::Setting& setting : restore::settings())
    EXPECT_THAT(text, HasSubstr(std::string(setting.meaning))) << setting.name;
}

TEST(RequestTemplate, UsersOfTheConfigurationStayThere) {
  EXPECT_THAT(request_template(kConfiguration, "dev", "aurora-restore"), Not(HasSubstr("hunter2")));
}

class Init : public testing::Test {
 protected:
  Init() { line.api.answer("ssm.GetParameter", {{"Parameter", {{"Value", dump_json(kConfiguration)}}}}); }
  TestCommandLine line;
};

TEST_F(Init, WritesTheFileAndNamesTheNextCommand) {
  const std::string path = testing::TempDir() + "init-new.yaml";
  EXPECT_EQ(line.run({"init", path}), ExitCode::kDone) << line.err();
  EXPECT_THAT(read_file(path), HasSubstr("target_cluster_id: orders-copy\n"));
  EXPECT_THAT(line.err(), HasSubstr("aurora-restore plan -f " + path));
  std::remove(path.c_str());
}

TEST_F(Init, LeavesAFileThatIsThereUnlessForced) {
  const std::string path = testing::TempDir() + "init-old.yaml";
  write_file(path, "mine\n");
  line.host.files[path] = "mine\n";
  EXPECT_EQ(line.run({"init", path}), ExitCode::kRefused);
  EXPECT_EQ(read_file(path), "mine\n");
  EXPECT_EQ(line.run({"init", "--force", path}), ExitCode::kDone);
  EXPECT_THAT(read_file(path), HasSubstr("snapshot_date: latest"));
  std::remove(path.c_str());
}

TEST_F(Init, WithoutAConfigurationSaysSoAndWritesAllTheSame) {
  line.api.fail("ssm.GetParameter", "AccessDeniedException");
  EXPECT_EQ(line.run({"init", "-"}), ExitCode::kDone);
  EXPECT_THAT(line.err(), HasSubstr("could not be read (AccessDeniedException"));
  EXPECT_THAT(line.out(), HasSubstr("#target_cluster_id:\n"));
}

}  // namespace
}  // namespace aurora::cli
