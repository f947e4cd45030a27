#include "restore/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/dates.h"
#include "restore/report_html.h"

namespace aurora::restore {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ReportInput completed() {
  ReportInput input;
  input.operation_id = "op-1";
  input.environment = "dev";
  input.region = "us-west-2";
  input.made_at = *parse_iso("2026-11-28T07:00:00Z");
  input.state = parse_json(R"({
    "operation_id": "op-1", "status": "COMPLETED", "start_time": "2026-11-28T06:58:58.000Z",
    "end_time": "2026-11-28T06:59:22.500Z", "execution_arn": "arn:aws:states:us-west-2:1:execution:m:op-1",
    "parameters": {"target_cluster_id": "dev-target", "target_region": "us-west-2",
                   "db_instance_class": "db.r5.large", "reader_count": 1,
                   "master_credentials_secret_id": "dev/master", "db_password": "canary-Passw0rd"},
    "snapshot_details": {"snapshot_name": "snap", "allocated_storage_gib": 100, "engine": "aurora-postgresql"},
    "restore_details": {"target_cluster_id": "dev-target", "cluster_endpoint": "db.example", "cluster_port": 5432},
    "state": {"run_id": "r", "copy_begun": true, "target_snapshot": "snap-copy", "cluster_restored": true,
              "instances": ["dev-target-instance-1"], "retired_cluster_id": "dev-target-retired",
              "users_created": [{"username": "app_user", "privileges": ["SELECT"]}]},
    "parameter_sources": {"target_cluster_id": "event"},
    "cleanup_results": {"snapshot_deleted": true, "retired_cluster_deleted": true},
    "steps": {"copy_snapshot": {"status": "succeeded", "started_at": "2026-11-28T06:59:00.000Z",
                                "finished_at": "2026-11-28T06:59:10.000Z", "message": "Snapshot copied"},
              "snapshot_check": {"status": "succeeded", "started_at": "2026-11-28T06:58:58.000Z",
                                 "finished_at": "2026-11-28T06:58:59.500Z", "message": "Snapshot exists"}},
    "verification": {"tables_checked": 7, "rows_checked": 1081110, "compared_with_source": true,
                     "tables_equal": 7, "rows_equal": 1081110,
                     "checks": [{"name": "not_empty", "status": "passed", "detail": "holds rows"}]}})",
                           "the state");
  input.audit = {parse_json(R"({"timestamp": "2026-11-28T06:59:05.000000Z-0001", "step": "copy_snapshot",
                                "status": "waiting", "details": {"message": "66 %"}})",
                            "an event"),
                 parse_json(R"({"timestamp": "2026-11-28T06:59:22.000000Z-0001", "step": "notify_completion",
                                "status": "succeeded", "details": {"sns_message_id": "m-1"}})",
                            "an event")};
  return input;
}

TEST(Report, TellsTheOutcomeFirst) {
  const Json report = make_report(completed());
  EXPECT_EQ(report["outcome"]["status"], "COMPLETED");
  EXPECT_EQ(report["outcome"]["headline"], "Restored dev-target");
  EXPECT_FALSE(report["outcome"].contains("error"));
  EXPECT_EQ(report["times"]["seconds"], 24.5);
  const std::string html = report_html(report);
  EXPECT_LT(html.find("Restored dev-target</h1>"), html.find("Timeline"));
}

TEST(Report, StepsStandInTheOrderInWhichTheyBegan) {
  const Json timeline = make_report(completed())["timeline"];
  ASSERT_EQ(timeline.size(), 2u);
  EXPECT_EQ(timeline[0]["step"], "snapshot_check");
  EXPECT_EQ(timeline[0]["seconds"], 1.5);
  EXPECT_EQ(timeline[1]["title"], "Copy the snapshot");
  EXPECT_EQ(timeline[1]["looks"], 2);
}

TEST(Report, NamesWhatWasMadeAndRemoved) {
  const Json changes = make_report(completed())["changes"];
  const auto named = [](const Json& list) {
    std::string names;
    for (const Json& thing : list) names += std::string(thing["identifier"]) + " ";
    return names;
  };
  EXPECT_EQ(named(changes["created"]), "snap-copy dev-target dev-target-instance-1 ");
  EXPECT_EQ(named(changes["removed"]), "snap-copy dev-target-retired ");
}

TEST(Report, CostFollowsTheInstancesAndTheStorage) {
  const Json cost = make_report(completed())["cost"];
  EXPECT_NEAR(cost["instances_per_month"].get<double>(), 2 * 730 * 0.29, 0.01);
  EXPECT_NEAR(cost["storage_per_month"].get<double>(), 10, 0.01);
  EXPECT_NEAR(cost["copy_per_month_while_kept"].get<double>(), 2.1, 0.01);
}

TEST(Report, ConfigurationHasItsSourcesAndNoSecrets) {
  const std::string text = dump_json(make_report(completed()));
  EXPECT_THAT(text, Not(HasSubstr("canary")));
  EXPECT_THAT(text, HasSubstr("\"db_password\",\"value\":\"(not shown)\""));
  EXPECT_THAT(text, HasSubstr(R"({"name":"master_credentials_secret_id","value":"dev/master")"));
  EXPECT_THAT(text, HasSubstr(R"({"name":"target_cluster_id","value":"dev-target","source":"event"})"));
}

TEST(Report, FailureSaysWhatAndWhatToDo) {
  ReportInput input = completed();
  input.state["status"] = "FAILED";
  input.state["error"] = {
      {"name", "CopyFailed"}, {"message", "no key"}, {"hint", "give one"}, {"step", "copy_snapshot"}};
  input.state["rollback"] = {{"what_stands", "The old cluster serves."},
                             {"next_command", "aurora-restore resume op-1"}};
  input.audit.push_back(
      {{"timestamp", "2026-11-28T06:59:23.000000Z-0001"},
       {"step", "copy_snapshot"},
       {"status", "failed"},
       {"details", {{"error", "CopyFailed"}, {"message", "no key"}, {"hint", "give one"}}}});
  const Json report = make_report(input);
  EXPECT_EQ(report["outcome"]["headline"], "The restore failed: copy the snapshot");
  EXPECT_EQ(report["outcome"]["next_command"], "aurora-restore resume op-1");
  EXPECT_EQ(report["errors"][0]["name"], "CopyFailed");
  EXPECT_THAT(report_html(report), HasSubstr("The old cluster serves."));
}

TEST(Report, TrailAloneMakesAReportToo) {
  ReportInput input = completed();
  input.state = Json::object();
  const Json report = make_report(input);
  EXPECT_EQ(report["outcome"]["status"], "UNKNOWN");
  EXPECT_EQ(report["times"]["started_at"], "2026-11-28T06:59:05.000000Z");
  EXPECT_NO_THROW(report_html(report));
}

TEST(ReportHtml, HostileNamesStayText) {
  const std::string hostile = "<script>alert(1)</script>\"'><img src=x onerror=y>&";
  ReportInput input = completed();
  input.operation_id = hostile;
  input.environment = hostile;
  input.state["status"] = "FAILED";
  input.state["error"] = {{"name", hostile}, {"message", hostile}, {"hint", hostile}, {"step", hostile}};
  input.state["rollback"] = {{"what_stands", hostile}, {"next_command", hostile}, {"done", {hostile}}};
  input.state["parameters"][hostile] = hostile;
  input.state["parameters"]["target_cluster_id"] = hostile;
  input.state["snapshot_details"] = {
      {"snapshot_name", hostile}, {"engine", hostile}, {"created_at", hostile}};
  input.state["restore_details"] = {{"cluster_endpoint", hostile}, {"cluster_port", hostile}};
  input.state["state"]["users_created"] = {{{"username", hostile}}};
  input.state["state"]["instances"] = {hostile};
  input.state["state"]["run_id"] = hostile;
  input.state["verification"]["checks"] = {{{"name", hostile}, {"status", hostile}, {"detail", hostile}}};
  input.state["steps"][hostile] = {{"status", hostile}, {"started_at", hostile}, {"message", hostile}};
  input.audit = {{{"timestamp", hostile},
                  {"step", hostile},
                  {"status", "failed"},
                  {"details",
                   {{"error", hostile},
                    {"message", hostile},
                    {"sns_message_id", hostile},
                    {"notification_failures", {hostile}}}}}};
  input.tagged = Json{{{"kind", hostile}, {"identifier", hostile}, {"region", hostile}, {"status", hostile}}};
  const std::string html = report_html(make_report(input));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;"));
}

TEST(ReportHtml, LoadsNothingFromElsewhere) {
  const std::string html = report_html(make_report(completed()));
  for (const char* outside : {"http://", "https://", "src=", "url(", "@import", "<link", "<script"})
    EXPECT_THAT(html, Not(HasSubstr(outside)));
}

}  // namespace
}  // namespace aurora::restore
