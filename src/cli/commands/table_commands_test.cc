// mark-failed, report, archive, export and import as command lines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/command_line.h"

namespace aurora::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TableCommands : public ::testing::Test {
 protected:
  static Json item(const std::string& status) {
    return {{"operation_id", {{"S", "op-1"}}},
            {"status", {{"S", status}}},
            {"step", {{"S", "copy_snapshot"}}},
            {"version", {{"N", "3"}}},
            {"start_time", {{"S", "2026-11-21T06:49:00.000Z"}}},
            {"last_updated_time", {{"S", "2026-11-21T06:50:00.000Z"}}},
            {"parameters", {{"M", {{"target_cluster_id", {{"S", "target-1"}}}}}}}};
  }
  void has_operation(const std::string& status) {
    line.api.on("dynamodb.GetItem", [status](const Json& input) -> Json {
      if (input["Key"]["operation_id"]["S"] != "op-1") return Json::object();
      return {{"Item", item(status)}};
    });
    line.api.fail("stepfunctions.DescribeExecution", "ExecutionDoesNotExist");
    line.api.answer("dynamodb.Query", {{"Items", Json::array()}});
    line.api.answer("dynamodb.PutItem", Json::object());
    line.api.answer("dynamodb.Scan", {{"Items", {item(status)}}});
    for (const char* list : {"DBClusters", "DBInstances", "DBClusterSnapshots", "DBSubnetGroups"})
      line.api.answer(std::string("rds.Describe") + list, {{list, Json::array()}});
  }
  void has_log_bucket(const std::string& config = R"({"log_bucket":"logs","log_prefix":"p"})") {
    line.api.answer("ssm.GetParameter", {{"Parameter", {{"Value", config}}}});
    line.api.answer("s3.PutObject", Json::object());
  }

  TestCommandLine line;
};

TEST_F(TableCommands, MarkFailedNeedsAReason) {
  EXPECT_EQ(line.run({"mark-failed", "op-1"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("--reason is needed"));
}

TEST_F(TableCommands, MarkFailedSaysWhatStandsAndWhatIsNext) {
  has_operation("IN_PROGRESS");
  EXPECT_EQ(line.run({"mark-failed", "op-1", "--reason", "lost"}), ExitCode::kDone) << line.err();
  EXPECT_THAT(line.out(), AllOf(HasSubstr("Marked as failed: op-1"), HasSubstr("lost"), HasSubstr("target-1"),
                                HasSubstr("Next")));
  const auto puts = line.api.calls_of("dynamodb.PutItem");
  ASSERT_EQ(puts.size(), 2u) << "the state and an audit event";
  EXPECT_EQ(puts[0].input["Item"]["status"]["S"], "FAILED");
  EXPECT_EQ(puts[1].input["TableName"], "aurora-restore-audit-dev");
}

TEST_F(TableCommands, MarkFailedRefusesWhatIsOver) {
  has_operation("COMPLETED");
  EXPECT_EQ(line.run({"mark-failed", "op-1", "--reason", "lost"}), ExitCode::kRefused);
  EXPECT_TRUE(line.api.calls_of("dynamodb.PutItem").empty());
}

TEST_F(TableCommands, ReportAsJsonWritesNoFiles) {
  has_operation("COMPLETED");
  EXPECT_EQ(line.run({"report", "op-1", "--json"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(parse_json(line.out(), "the report")["outcome"]["status"], "COMPLETED");
}

TEST_F(TableCommands, ReportStandsWithoutRds) {
  has_operation("COMPLETED");
  line.api.fail("rds.DescribeDBClusters", "AccessDenied");
  EXPECT_EQ(line.run({"report", "op-1", "--json"}), ExitCode::kDone);
  EXPECT_TRUE(parse_json(line.out(), "the report")["changes"]["tagged_now"].is_null());
  EXPECT_THAT(line.err(), HasSubstr("AccessDenied"));
}

TEST_F(TableCommands, ReportWantsAPagesName) {
  EXPECT_EQ(line.run({"report", "op-1", "-o", "report.pdf"}), ExitCode::kBadInput);
  EXPECT_EQ(line.run({"report", "op-1", "-o", "a.html", "--dir", "b"}), ExitCode::kBadInput);
}

TEST_F(TableCommands, ArchiveWritesFourObjectsAndKeepsTheState) {
  has_operation("FAILED");
  has_log_bucket();
  EXPECT_EQ(line.run({"archive", "op-1"}), ExitCode::kDone) << line.err();
  const auto puts = line.api.calls_of("s3.PutObject");
  ASSERT_EQ(puts.size(), 4u);
  EXPECT_EQ(puts[0].input["Key"], "p/op-1/state.json");
  EXPECT_EQ(puts[3].input["ContentType"], "text/html; charset=utf-8");
  EXPECT_TRUE(line.api.calls_of("dynamodb.DeleteItem").empty());
  EXPECT_THAT(line.out(), HasSubstr("kept"));
}

TEST_F(TableCommands, ArchiveAsksBeforeItDeletes) {
  has_operation("FAILED");
  has_log_bucket();
  line.api.answer("dynamodb.DeleteItem", Json::object());
  EXPECT_EQ(line.run({"archive", "op-1", "--delete-state"}), ExitCode::kRefused);
  EXPECT_TRUE(line.api.calls_of("s3.PutObject").empty());
  line.terminal.answers = {"yes"};
  EXPECT_EQ(line.run({"archive", "op-1", "--delete-state"}), ExitCode::kDone);
  const auto deletions = line.api.calls_of("dynamodb.DeleteItem");
  ASSERT_EQ(deletions.size(), 1u);
  EXPECT_EQ(deletions[0].input["ConditionExpression"], "#status = :status AND #updated = :updated");
}

TEST_F(TableCommands, ArchiveRefusesWhatRunsAndWantsABucket) {
  has_operation("IN_PROGRESS");
  has_log_bucket();
  EXPECT_EQ(line.run({"archive", "op-1"}), ExitCode::kRefused);
  has_log_bucket("{}");
  EXPECT_EQ(line.run({"archive", "op-1"}), ExitCode::kBadInput);
  EXPECT_THAT(line.err(), HasSubstr("log_bucket is not set in /aurora-restore/dev/config"));
  has_log_bucket();
  EXPECT_EQ(line.run({"archive"}), ExitCode::kBadInput);
}

TEST_F(TableCommands, ExportToS3FollowsDynamoDb) {
  int looks = 0;
  line.api.answer("dynamodb.ExportTableToPointInTime",
                  {{"ExportDescription", {{"ExportArn", "arn"}, {"ExportStatus", "IN_PROGRESS"}}}});
  line.api.on("dynamodb.DescribeExport", [&](const Json&) -> Json {
    return {{"ExportDescription",
             {{"ExportArn", "arn"},
              {"ExportStatus", ++looks < 3 ? "IN_PROGRESS" : "COMPLETED"},
              {"ItemCount", 7},
              {"BilledSizeBytes", 100},
              {"ExportManifest", "p/AWSDynamoDB/1/manifest-summary.json"}}}};
  });
  EXPECT_EQ(line.run({"export", "audit", "--to", "s3://archives/p"}), ExitCode::kDone) << line.err();
  EXPECT_EQ(line.api.calls_of("dynamodb.ExportTableToPointInTime")[0].input["S3Prefix"], "p");
  EXPECT_EQ(line.out(), "7 items, 100 B; s3://archives/p/AWSDynamoDB/1/manifest-summary.json\n");
  EXPECT_EQ(looks, 3);
}

TEST_F(TableCommands, ExportSaysHowToSwitchRecoveryOn) {
  line.api.fail("dynamodb.ExportTableToPointInTime", "PointInTimeRecoveryUnavailableException");
  EXPECT_EQ(line.run({"export", "state", "--to", "s3://archives"}), ExitCode::kRefused);
  EXPECT_THAT(line.err(),
              HasSubstr("aws dynamodb update-continuous-backups --table-name aurora-restore-state-dev"));
}

TEST_F(TableCommands, FailedExportNamesItsReason) {
  line.api.answer("dynamodb.ExportTableToPointInTime", {{"ExportDescription",
                                                         {{"ExportArn", "arn"},
                                                          {"ExportStatus", "FAILED"},
                                                          {"FailureCode", "S3NoSuchBucket"},
                                                          {"FailureMessage", "not there"}}}});
  EXPECT_EQ(line.run({"export", "state", "--to", "s3://archives"}), ExitCode::kFailed);
  EXPECT_THAT(line.err(), HasSubstr("S3NoSuchBucket: not there"));
}

TEST_F(TableCommands, PlacesAreNeeded) {
  EXPECT_EQ(line.run({"export", "state"}), ExitCode::kBadInput);
  EXPECT_EQ(line.run({"import", "state"}), ExitCode::kBadInput);
  EXPECT_EQ(line.run({"export", "locks", "--to", "x"}), ExitCode::kBadInput);
}

TEST_F(TableCommands, AuditOfAllShowsWhoseEventItIs) {
  line.api.answer("dynamodb.Query", {{"Items",
                                      {{{"operation_id", {{"S", "op-1"}}},
                                        {"timestamp", {{"S", "2026-11-21T06:49:00.123456Z-0001"}}},
                                        {"step", {{"S", "copy_snapshot"}}},
                                        {"status", {{"S", "failed"}}},
                                        {"details", {{"M", Json::object()}}}}}}});
  EXPECT_EQ(line.run({"audit", "--since", "today", "--status", "failed"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("2026-11-21T06:49:00Z  op-1       copy_snapshot  failed"));
  EXPECT_EQ(line.api.calls_of("dynamodb.Query").size(), 1u);
  EXPECT_EQ(line.run({"audit", "--since", "today", "--output", "yaml"}), ExitCode::kDone);
  EXPECT_THAT(line.out(), HasSubstr("operation_id: op-1"));
  EXPECT_EQ(line.run({"audit", "--oldest-first", "--newest-first"}), ExitCode::kBadInput);
  EXPECT_EQ(line.run({"audit", "--since", "lately"}), ExitCode::kBadInput);
}

}  // namespace
}  // namespace aurora::cli
