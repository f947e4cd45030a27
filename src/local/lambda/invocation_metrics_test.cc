#include "local/lambda/invocation_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/dates.h"
#include "local/testing/metric_collector.h"

namespace aurora::local {
namespace {

using testing::MetricCollector;

class InvocationMetricsTest : public ::testing::Test {
 protected:
  InvocationMetricsTest() { metrics.set_sink(sink); }
  double sum(const std::string& name) { return sink.sum({"AWS/Lambda", name, {{"FunctionName", "f"}}}); }

  ManualClock clock{*parse_iso("2026-11-21T06:20:51Z")};
  MetricCollector sink;
  InvocationMetrics metrics{clock};
};

TEST_F(InvocationMetricsTest, CountInvocationsErrorsAndTime) {
  {
    InvocationMetrics::Measurement one = metrics.begin("us-west-2", "f");
    clock.advance(std::chrono::milliseconds(40));
    one.ended(false);
  }
  metrics.begin("us-west-2", "f").ended(true);
  EXPECT_EQ(sum("Invocations"), 2);
  EXPECT_EQ(sum("Errors"), 1);
  EXPECT_EQ(sum("Duration"), 40);
  EXPECT_EQ(sum("Throttles"), 0);
  EXPECT_EQ(sink.sum({"AWS/Lambda", "Invocations", {}}), 2);
}

TEST_F(InvocationMetricsTest, AThrottledCallIsNoInvocation) {
  metrics.begin("us-west-2", "f").throttled();
  EXPECT_EQ(sum("Throttles"), 1);
  EXPECT_EQ(sum("Invocations"), 0);
}

TEST_F(InvocationMetricsTest, SeeHowManyRunAtOnce) {
  {
    InvocationMetrics::Measurement first = metrics.begin("us-west-2", "f");
    InvocationMetrics::Measurement second = metrics.begin("us-west-2", "f");
    second.ended(false);
    first.ended(false);
  }
  metrics.begin("us-west-2", "f").ended(false);
  EXPECT_EQ(sink.maximum({"AWS/Lambda", "ConcurrentExecutions", {{"FunctionName", "f"}}}), 2);
  EXPECT_EQ(sum("ConcurrentExecutions"), 4);
}

TEST(InvocationMetricsWithoutSink, MeasureNothing) {
  ManualClock clock{*parse_iso("2026-11-21T06:20:51Z")};
  InvocationMetrics metrics(clock);
  metrics.begin("us-west-2", "f").ended(false);
}

}  // namespace
}  // namespace aurora::local
