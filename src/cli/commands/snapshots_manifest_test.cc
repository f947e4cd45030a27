#include "cli/commands/snapshots_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kArn[] = "arn:aws:rds:us-east-1:123456789012:cluster-snapshot:snap-1";

class SnapshotsManifest : public testing::Test {
 protected:
  SnapshotsManifest() {
    line.api.answer("ssm.GetParameter", {{"Parameter", {{"Value", R"({"source_region": "us-east-1"})"}}}});
    line.api.answer("rds.DescribeDBClusterSnapshots", {{"DBClusterSnapshots",
                                                        {{{"DBClusterSnapshotIdentifier", "snap-1"},
                                                          {"DBClusterSnapshotArn", kArn},
                                                          {"DBClusterIdentifier", "prod"},
                                                          {"Status", "available"},
                                                          {"Engine", "aurora-postgresql"}}}}});
    line.api.answer("s3.CreateBucket", Json::object());
    line.api.answer("rds.AddTagsToResource", Json::object());
    line.api.on("lambda.Invoke", [this](const Json& input) {
      payloads.push_back(parse_json(string_or(input, "Payload", ""), "payload"));
      Json answer{{"status", "success"}, {"tables", 3}, {"rows", 1200}, {"tables_pending", calls_left}};
      if (calls_left-- > 0) answer["retry_after"] = 1;
      return Json{{"Payload", dump_json(answer)}};
    });
  }

  std::vector<Json> payloads;
  int calls_left = 0;
  TestCommandLine line;
};

TEST_F(SnapshotsManifest, IsTakenByTheFunctionAndNotedAtTheSnapshot) {
  ASSERT_EQ(line.run({"snapshots", "manifest", "--snapshot", "snap-1"}), ExitCode::kDone) << line.err();
  ASSERT_EQ(payloads.size(), 1u);
  EXPECT_EQ(payloads[0]["source_cluster_id"], "prod");
  EXPECT_EQ(payloads[0]["take_manifest"]["snapshot_arn"], kArn);
  const std::string place = payloads[0]["take_manifest"]["place"];
  EXPECT_THAT(place, StartsWith("s3://aurora-restore-dev-scripts/manifests/snap-1-"));
  EXPECT_EQ(line.out(), place + "\n");
  EXPECT_THAT(line.err(), HasSubstr("3 tables with 1,200 rows"));
  const auto tags = line.api.calls_of("rds.AddTagsToResource");
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(tags[0].region, "us-east-1") << "the snapshot is in the source's Region";
  EXPECT_EQ(tags[0].input["Tags"], Json::array({{{"Key", "aurora-restore:manifest"}, {"Value", place}}}));
}

TEST_F(SnapshotsManifest, LargeClusterIsReadInSeveralCalls) {
  calls_left = 2;
  ASSERT_EQ(line.run({"snapshots", "manifest", "--snapshot", "snap-1"}), ExitCode::kDone) << line.err();
  ASSERT_EQ(payloads.size(), 3u);
  EXPECT_FALSE(payloads[0]["take_manifest"].contains("continue"));
  EXPECT_EQ(payloads[2]["take_manifest"]["continue"], true);
}

TEST_F(SnapshotsManifest, UnknownSnapshotIsNotFound) {
  line.api.answer("rds.DescribeDBClusterSnapshots", {{"DBClusterSnapshots", Json::array()}});
  EXPECT_EQ(line.run({"snapshots", "manifest", "--snapshot", "none"}), ExitCode::kNotFound);
  EXPECT_TRUE(payloads.empty());
}

TEST_F(SnapshotsManifest, OptionsOfItAreRefusedWhereNothingIsTaken) {
  EXPECT_EQ(line.run({"snapshots", "--to", "m.json"}), ExitCode::kBadInput);
  EXPECT_EQ(line.run({"snapshots", "manifest"}), ExitCode::kBadInput);
  EXPECT_EQ(line.run({"snapshots", "manifest", "--snapshot", "s", "--to", "s3://bucket"}),
            ExitCode::kBadInput);
  EXPECT_THAT(line.err(), AllOf(HasSubstr("s3://bucket"), HasSubstr("s3://bucket/key")));
}

}  // namespace
}  // namespace aurora::cli
