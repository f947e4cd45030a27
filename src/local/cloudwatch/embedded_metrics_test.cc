#include "local/cloudwatch/embedded_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::local::cloudwatch {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// The example of the specification, with a second set of dimensions.
constexpr char kLine[] = R"({"_aws": {"Timestamp": 1574109732004, "CloudWatchMetrics": [{
    "Namespace": "lambda-function-metrics", "Dimensions": [["functionVersion"], ["functionVersion", "requestId"]],
    "Metrics": [{"Name": "time", "Unit": "Milliseconds", "StorageResolution": 60},
                {"Name": "sizes", "Unit": "Bytes", "StorageResolution": 1}]}]},
    "functionVersion": "$LATEST", "time": 100, "sizes": [1, 2, 2], "requestId": "989ffbf8"})";

TEST(EmbeddedMetrics, OfTheSpecificationsExample) {
  const std::vector<Datum> found = embedded_metrics(kLine);
  ASSERT_THAT(found, SizeIs(4));
  EXPECT_EQ(found[0].metric, (MetricId{"lambda-function-metrics", "time", {{"functionVersion", "$LATEST"}}}));
  EXPECT_EQ(found[1].metric.dimensions,
            (Dimensions{{"functionVersion", "$LATEST"}, {"requestId", "989ffbf8"}}));
  EXPECT_EQ(found[0].unit, "Milliseconds");
  EXPECT_EQ(found[0].time, TimePoint(std::chrono::milliseconds(1574109732004)));
  EXPECT_EQ(found[0].summary.sum, 100);
  EXPECT_EQ(found[2].resolution_seconds, 1);
  EXPECT_EQ(found[2].summary.count, 3);
  EXPECT_EQ(found[2].summary.sum, 5);
}

std::vector<Datum> of(const std::string& dimensions, const std::string& metrics, const std::string& rest) {
  return embedded_metrics(R"({"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":)" +
                          dimensions + R"(,"Metrics":)" + metrics + "}]}," + rest + "}");
}

TEST(EmbeddedMetrics, WithoutDimensionsAreOneMetric) {
  EXPECT_THAT(of("[[]]", R"([{"Name":"m"}])", R"("m":1)"), SizeIs(1));
  EXPECT_THAT(of("[]", R"([{"Name":"m"}])", R"("m":1)"), SizeIs(1));
}

TEST(EmbeddedMetrics, ThatDoNotFollowTheFormatAreNone) {
  EXPECT_THAT(of(R"([["Environment"]])", R"([{"Name":"m"}])", R"("m":1)"), IsEmpty());
  EXPECT_THAT(of("[[]]", R"([{"Name":"m","Unit":"Furlongs"}])", R"("m":1)"), IsEmpty());
  EXPECT_THAT(of("[[]]", R"([{"Name":"m"}])", R"("n":1)"), IsEmpty());
  EXPECT_THAT(of("[[]]", R"([{"Name":"m"}])", R"("m":"text")"), IsEmpty());
  EXPECT_THAT(embedded_metrics(R"({"_aws":{"CloudWatchMetrics":[]}})"), IsEmpty());
  EXPECT_THAT(embedded_metrics(R"({"_aws":)"), IsEmpty());
  EXPECT_THAT(embedded_metrics("a plain line"), IsEmpty());
}

class FakeLogs final : public Service {
 public:
  Json handle(const Call&) override {
    if (refuses) throw aws::ServiceError("ResourceNotFoundException", "none");
    return Json::object();
  }
  bool refuses = false;
};

class FakeSink final : public MetricSink {
 public:
  void record(const std::string& region, Datum datum) noexcept override {
    regions.push_back(region);
    data.push_back(std::move(datum));
  }
  std::vector<std::string> regions;
  std::vector<Datum> data;
};

TEST(MetricLines, TakesTheMetricsOfEventsThatWereStored) {
  FakeLogs logs;
  FakeSink sink;
  MetricLines lines(logs, sink);
  Call call;
  call.region = "eu-west-1";
  call.operation = "PutLogEvents";
  call.input = {
      {"logEvents", {{{"timestamp", 1}, {"message", kLine}}, {{"timestamp", 1}, {"message", "plain"}}}}};
  lines.handle(call);
  EXPECT_THAT(sink.data, SizeIs(4));
  EXPECT_EQ(sink.regions.at(0), "eu-west-1");
  logs.refuses = true;
  EXPECT_THROW(lines.handle(call), aws::ServiceError);
  EXPECT_THAT(sink.data, SizeIs(4));
}

}  // namespace
}  // namespace aurora::local::cloudwatch
