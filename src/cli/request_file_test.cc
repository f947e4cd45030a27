#include "cli/request_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.h"
#include "base/ids.h"
#include "cli/testing/started_request.h"

namespace aurora::cli {
namespace {

using testing::HasSubstr;

class RequestFileOption : public StartedRequest {
 protected:
  RequestFileOption() : folder(testing::TempDir() + "request-" + random_hex(8)) {
    std::filesystem::create_directories(folder);
  }
  ~RequestFileOption() override { std::filesystem::remove_all(folder); }

  std::string file(const std::string& text) {
    const std::string path = folder + "/restore.yaml";
    write_file(path, text);
    return path;
  }

  const std::string folder;
};

TEST_F(RequestFileOption, YamlAndJsonAreTheSameRequest) {
  const Json expected{{"snapshot_date", "latest"}, {"reader_count", 2}, {"vpc_security_group_ids", {"sg-1"}}};
  EXPECT_EQ(input_of({"-f", file("# nightly\nsnapshot_date: latest\nreader_count: 2\n"
                                 "vpc_security_group_ids: [sg-1]\n")}),
            expected);
  EXPECT_EQ(input_of({"--file", file(dump_json(expected))}), expected);
  line.terminal.input = "snapshot_date: latest";
  EXPECT_EQ(input_of({"-f", "-"}), (Json{{"snapshot_date", "latest"}}));
}

TEST_F(RequestFileOption, TextIsWhatWasTyped) {
  EXPECT_EQ(
      input_of({"-f", file("engine_version: 15.13\nsource_account_id: 012345678901\nsnapshot_name: 2026\n"
                           "target_cluster_id: True\ntags: {cost: 15.10, keep: yes, on: true}\n")}),
      (Json{{"engine_version", "15.13"},
            {"source_account_id", "012345678901"},
            {"snapshot_name", "2026"},
            {"target_cluster_id", "True"},
            {"tags", {{"cost", "15.10"}, {"keep", "yes"}, {"on", "true"}}}}));
}

TEST_F(RequestFileOption, EverythingTypedGoesBeforeTheFile) {
  const std::string path =
      file("target_cluster: of-file\nreader_count: 1\nengine_version: 15.1\nport: 5433\n");
  EXPECT_EQ(input_of({"-f", path, "--input", R"({"reader_count": 2, "engine_version": "15.2", "port": 5434})",
                      "--engine-version", "15.3", "--port", "5435", "--set", "port=5436"}),
            (Json{{"target_cluster_id", "of-file"},
                  {"reader_count", 2},
                  {"engine_version", "15.3"},
                  {"port", 5436}}));
}

TEST_F(RequestFileOption, OtherSnapshotReplacesTheFilesChoice) {
  const std::string path = file("snapshot_date: latest\ntarget_cluster_id: t\ndb_subnet_group_name: g\n");
  EXPECT_EQ(
      input_of({"-f", path, "--snapshot", "s-1", "--subnet", "subnet-1,subnet-2"}),
      (Json{{"target_cluster_id", "t"}, {"snapshot_name", "s-1"}, {"subnet_ids", {"subnet-1", "subnet-2"}}}));
  EXPECT_EQ(input_of({"-f", path, "--snapshot", "s-{date}"}), (Json{{"snapshot_date", "latest"},
                                                                    {"target_cluster_id", "t"},
                                                                    {"db_subnet_group_name", "g"},
                                                                    {"snapshot_name", "s-{date}"}}))
      << "a template is resolved against the file's date";
}

TEST_F(RequestFileOption, FindingsNameLineAndColumn) {
  const std::string path = file("snapshot_date: latest\n\nreader_count:   99\ntarget_regio: us-east-1\n");
  refuse({"-f", path}, path + ":3:17: reader_count is 99: allowed is 0 to 15");
  EXPECT_THAT(line.err(), HasSubstr(path + ":4:15: target_regio: unknown field"));
  EXPECT_THAT(line.err(), HasSubstr("did you mean target_region?"));
}

TEST_F(RequestFileOption, FindingAboutWhatWasTypedNamesNoLine) {
  refuse({"-f", file("reader_count: 3\n"), "--readers", "99"}, "InvalidInput: reader_count is 99");
}

TEST_F(RequestFileOption, BrokenYamlNamesItsPlace) {
  const std::string path = file("snapshot_date: latest\n  target: x\n");
  refuse({"-f", path}, "InvalidYaml: " + path + " is not valid YAML at line 2");
  refuse({"-f", file("- a list")}, "holds no fields of a restore");
}

TEST_F(RequestFileOption, StandardInputIsReadOnce) {
  refuse({"-f", "-", "--input", "-"}, "standard input can be read once");
}

TEST_F(RequestFileOption, PathsBeginAtTheFilesFolder) {
  refuse({"-f", file("post_restore_sql: [mask.sql]\n")}, folder + "/mask.sql");
}

TEST_F(RequestFileOption, EmptyFileAsksForNothing) {
  EXPECT_EQ(input_of({"-f", file("# all of it is commented out\n")}), Json::object());
}

}  // namespace
}  // namespace aurora::cli
