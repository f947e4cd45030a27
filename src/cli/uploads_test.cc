#include "cli/uploads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.h"
#include "base/ids.h"
#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class Uploads : public testing::Test {
 protected:
  Uploads() {
    std::filesystem::create_directory(folder);
    write_file(folder / "mask.sql", "SELECT 1");
    line.api.answer("stepfunctions.StartExecution", {{"executionArn", "arn:x"}});
    line.api.answer("s3.CreateBucket", Json::object());
    line.api.answer("s3.PutObject", Json::object());
    line.api.answer("sts.GetCallerIdentity", {{"Account", "999988887777"}});
    configure(Json::object());
  }
  ~Uploads() override { std::filesystem::remove_all(folder); }

  void configure(const Json& config) {
    line.api.answer("ssm.GetParameter", {{"Parameter", {{"Value", dump_json(config)}}}});
  }
  std::string path(const char* name) const { return (folder / name).string(); }
  Json started() {
    const auto calls = line.api.calls_of("stepfunctions.StartExecution");
    return calls.size() == 1 ? parse_json(string_or(calls[0].input, "input", ""), "input") : Json(nullptr);
  }

  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("aurora-uploads-" + random_hex(8));
  TestCommandLine line;
};

// Of the text SELECT 1.
constexpr char kKey[] = "scripts/e004ebd5b5532a4b85984a62f8ad48a81aa3460c1ca07701f386135d72cdecf5-mask.sql";

TEST_F(Uploads, FilesGoToS3UnderTheirContentsHash) {
  ASSERT_EQ(line.run({"start", "--snapshot", "s-1", "--post-restore-sql", path("mask.sql"),
                      "--post-restore-sql", "s3://theirs/other.sql", "--verification-manifest", "auto"}),
            ExitCode::kDone)
      << line.err();
  const Json input = started();
  EXPECT_EQ(input["post_restore_sql"],
            Json::array({std::string("s3://aurora-restore-dev-scripts/") + kKey, "s3://theirs/other.sql"}));
  EXPECT_EQ(input["verification_manifest"], "auto");
  const auto puts = line.api.calls_of("s3.PutObject");
  ASSERT_EQ(puts.size(), 1u);
  EXPECT_EQ(puts[0].input["Key"], kKey);
  EXPECT_EQ(puts[0].input["Body"], "SELECT 1");
  EXPECT_EQ(
      line.api.calls_of("s3.CreateBucket").at(0).input["CreateBucketConfiguration"]["LocationConstraint"],
      "us-west-2");
}

TEST_F(Uploads, ConfiguredBucketIsUsedAndNotMade) {
  configure({{"log_bucket", "logs"}, {"script_bucket", "scripts"}});
  line.run({"start", "--snapshot", "s-1", "--verification-sql", path("mask.sql")});
  EXPECT_EQ(line.api.calls_of("s3.PutObject").at(0).input["Bucket"], "scripts");
  EXPECT_THAT(line.api.calls_of("s3.CreateBucket"), IsEmpty());
}

TEST_F(Uploads, MissingFilesAreAllNamedBeforeAnythingStarts) {
  EXPECT_EQ(line.run({"start", "--snapshot", "s-1", "--post-restore-sql", path("none.sql"),
                      "--verification-sql", path("mask.sql"), "--verification-manifest", folder.string()}),
            ExitCode::kBadInput);
  EXPECT_THAT(line.err(), AllOf(HasSubstr("post_restore_sql"), HasSubstr("none.sql"),
                                HasSubstr("verification_manifest"), HasSubstr("this is a folder")));
  EXPECT_THAT(line.api.calls, IsEmpty());
}

TEST_F(Uploads, OnAwsABucketHasToBeNamed) {
  EXPECT_NE(line.run({"start", "--env", "prod", "--snapshot", "s-1", "--post-restore-sql", path("mask.sql")}),
            ExitCode::kDone);
  EXPECT_THAT(line.err(), AllOf(HasSubstr("script_bucket"), HasSubstr("/aurora-restore/prod/config")));
  EXPECT_EQ(started(), nullptr);
}

TEST_F(Uploads, RequestWithoutFilesTouchesNoBucket) {
  line.run({"start", "--snapshot", "s-1"});
  EXPECT_THAT(line.api.calls_of("ssm.GetParameter"), IsEmpty());
  EXPECT_EQ(started()["snapshot_name"], "s-1");
}

}  // namespace
}  // namespace aurora::cli
