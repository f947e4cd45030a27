#include "restore/metrics.h"

#include "restore/testing/step_world.h"

namespace aurora::restore {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(MetricLine, IsEmbeddedMetricFormatByteForByte) {
  ManualClock clock{*parse_iso("2026-11-21T03:15:00Z"), false};
  std::string line;
  const Log log(clock, LogLevel::kInfo, [&](const std::string& text) { line = text; });
  write_metrics(log, clock.now(), "dev", {{"Step", "copy_snapshot"}},
                {{"StepSucceeded", "Count", 1}, {"StepDuration", "Seconds", 1.5}},
                {{"operation_id", "op-1"}});
  EXPECT_EQ(line, R"({"timestamp":"2026-11-21T03:15:00.000Z","level":"INFO","message":"Metrics",)"
                  R"("operation_id":"op-1","Environment":"dev","Step":"copy_snapshot","StepSucceeded":1.0,)"
                  R"("StepDuration":1.5,"_aws":{"Timestamp":1795230900000,"CloudWatchMetrics":[)"
                  R"({"Namespace":"AuroraRestore","Metrics":[{"Name":"StepSucceeded","Unit":"Count"},)"
                  R"({"Name":"StepDuration","Unit":"Seconds"}],"Dimensions":[["Environment","Step"]]}]}})");
}

TEST(MetricLine, WithoutMetricsThereIsNone) {
  ManualClock clock{*parse_iso("2026-11-21T03:15:00Z"), false};
  const Log log(clock, LogLevel::kInfo, [](const std::string& text) { FAIL() << text; });
  write_metrics(log, clock.now(), "dev", Json::object(), {}, Json::object());
}

// RDS that must not be asked for events.
class WithoutEvents final : public aws::Api {
 public:
  explicit WithoutEvents(aws::Api& next) : next_(next) {}
  Json call(std::string_view service, std::string_view region, std::string_view operation,
            const Json& input) override {
    if (operation == "DescribeEvents") throw aws::ServiceError("AccessDenied", "not you", 403);
    return next_.call(service, region, operation, input);
  }

 private:
  aws::Api& next_;
};

class Metrics : public testing::StepWorld {
 protected:
  RunnerOptions options(aws::Api& through) {
    return {.api = through,
            .databases = databases,
            .clock = clock,
            .log = log,
            .environment = [](const std::string&) { return std::nullopt; },
            .names = names,
            .metrics = Log(clock, LogLevel::kInfo,
                           [this](const std::string& line) { lines.push_back(Json::parse(line)); }),
            .calls = &calls};
  }

  Json measured(const char* name, Json event = Json::object()) {
    event["operation_id"] = "op-1";
    return measured_runner.run(*find_step(name), event);
  }
  Json begin() {
    return measured("snapshot_check", {{"snapshot_name", kSnapshot},
                                       {"source_region", "us-east-1"},
                                       {"target_cluster_id", kTarget},
                                       {"db_subnet_group_name", "dev-subnet-group"},
                                       {"vpc_security_group_ids", {"sg-12345678"}}});
  }
  // Of the last line with that metric; nothing when there is none.
  std::optional<double> value(const char* metric) {
    for (auto line = lines.rbegin(); line != lines.rend(); ++line)
      if (line->contains(metric)) return (*line)[metric].get<double>();
    return std::nullopt;
  }
  std::vector<std::string> dimensions_of(const char* metric) {
    for (const Json& line : lines)
      if (line.contains(metric))
        return line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0].get<std::vector<std::string>>();
    return {};
  }

  std::vector<Json> lines;
  aws::CallCounter calls;
  StepRunner measured_runner{options(api)};
};

TEST_F(Metrics, StepThatSucceedsTellsDurationAndCalls) {
  begin();
  EXPECT_EQ(value("StepSucceeded"), 1);
  EXPECT_TRUE(value("StepDuration").has_value());
  EXPECT_EQ(value("ApiThrottles"), 0);
  EXPECT_THAT(dimensions_of("StepSucceeded"), ElementsAre("Environment", "Step"));
  for (const Json& line : lines) EXPECT_EQ(line["operation_id"], "op-1") << line;
}

TEST_F(Metrics, CallsAreThoseOfThisInvocation) {
  calls.calls = 7;
  begin();
  EXPECT_EQ(value("ApiCalls"), 0) << "the endpoint in process is called without a client that counts";
}

TEST_F(Metrics, CopyTellsBytesRateAndHowLongItWasReady) {
  begin();
  measured("copy_snapshot");
  clock.advance(std::chrono::seconds(100));
  measured("check_copy_status");
  EXPECT_FALSE(value("BytesCopied").has_value());
  EXPECT_FALSE(value("DeadTime").has_value());
  clock.advance(std::chrono::seconds(20));
  work();
  clock.advance(std::chrono::seconds(10));
  measured("check_copy_status");
  const double bytes = value("BytesCopied").value();
  EXPECT_GT(bytes, 0);
  EXPECT_NEAR(value("DeadTime").value(), 30, 1.1) << "RDS has no event of copies: since the look before";
  EXPECT_NEAR(value("CopyRate").value(), bytes / 100, bytes / 1000);
  EXPECT_NEAR(value("StepDuration").value(), 30, 0.1) << "waiting is part of it";
  EXPECT_THAT(dimensions_of("BytesCopied"), ElementsAre("Environment"));
  lines.clear();
  measured("check_copy_status");
  EXPECT_FALSE(value("BytesCopied").has_value()) << "a step that is run twice must not copy twice";
}

TEST_F(Metrics, DeadTimeIsAtMostSinceTheLookBeforeWhereEventsMayNotBeSeen) {
  WithoutEvents denied(api);
  StepRunner other(options(denied));
  begin();
  measured("copy_snapshot");
  measured("check_copy_status");
  clock.advance(std::chrono::seconds(20));
  work();
  clock.advance(std::chrono::seconds(10));
  other.run(*find_step("check_copy_status"), {{"operation_id", "op-1"}});
  EXPECT_NEAR(value("DeadTime").value(), 30, 0.1);
}

TEST_F(Metrics, StepThatFailsTellsItsError) {
  begin();
  api.call("rds", "us-east-1", "DeleteDBClusterSnapshot", {{"DBClusterSnapshotIdentifier", kSnapshot}});
  work();
  EXPECT_THAT(error_of([&] { measured("copy_snapshot"); }), HasSubstr("SnapshotNotFound"));
  EXPECT_EQ(value("StepFailed"), 1);
  EXPECT_EQ(value("Errors"), 1);
  EXPECT_EQ(lines.back()["ErrorName"], "SnapshotNotFound");
  EXPECT_THAT(dimensions_of("Errors"), ElementsAre("Environment", "ErrorName"));
}

TEST_F(Metrics, RefusalIsAnErrorAndNoFailureOfTheStep) {
  begin();
  EXPECT_THAT(error_of([&] { measured("cleanup"); }), HasSubstr("StepOutOfOrder"));
  EXPECT_EQ(value("Errors"), 1);
  EXPECT_FALSE(value("StepFailed").has_value());
}

TEST_F(Metrics, EndOfAnOperationIsToldOnce) {
  begin();
  mark_verified();
  clock.advance(std::chrono::seconds(90));
  measured("notify_completion");
  EXPECT_EQ(value("OperationsSucceeded"), 1);
  EXPECT_NEAR(value("OperationDuration").value(), 90, 0.1);
  EXPECT_THAT(dimensions_of("OperationDuration"), ElementsAre("Environment"));
  lines.clear();
  measured("notify_completion");
  measured("cleanup");
  EXPECT_FALSE(value("OperationsSucceeded").has_value());
}

TEST_F(Metrics, FailedAndCancelledOperationsAreToldApart) {
  begin();
  measured("handle_failure", {{"error", {{"Error", "CopyFailed"}, {"Cause", "no"}}}});
  EXPECT_EQ(value("OperationsFailed"), 1);
  lines.clear();
  begin();
  measured("handle_failure", {{"cancelled", true}});
  EXPECT_EQ(value("OperationsCancelled"), 1);
  EXPECT_FALSE(value("OperationsFailed").has_value());
}

TEST_F(Metrics, DryRunWritesNone) {
  measured("snapshot_check", {{"snapshot_name", kSnapshot},
                              {"dry_run", true},
                              {"source_region", "us-east-1"},
                              {"target_cluster_id", kTarget},
                              {"db_subnet_group_name", "dev-subnet-group"},
                              {"vpc_security_group_ids", {"sg-12345678"}}});
  EXPECT_THAT(lines, IsEmpty());
}

}  // namespace
}  // namespace aurora::restore
