#include "local/insights/record.h"

#include <gtest/gtest.h>

namespace aurora::local::insights {
namespace {

Record record(const std::string& message, const std::string& log = "123456789012:/aws/lambda/f") {
  return Record({.time_ms = 1795242051007,
                 .ingested_ms = 1795242052000,
                 .message = message,
                 .stream = "s",
                 .log = log,
                 .pointer = "p",
                 .row = 1});
}
std::string field(const Record& record, const char* name) {
  return record.field(name).text();
}

TEST(InsightsRecord, KnowsTheSystemsFields) {
  const Record plain = record("hello");
  EXPECT_EQ(field(plain, "@timestamp"), "2026-11-21 06:20:51.007");
  EXPECT_EQ(field(plain, "@ingestionTime"), "2026-11-21 06:20:52.000");
  EXPECT_EQ(field(plain, "@message") + field(plain, "@logStream") + field(plain, "@ptr"), "hellosp");
  EXPECT_EQ(field(plain, "@log"), "123456789012:/aws/lambda/f");
  EXPECT_TRUE(plain.field("level").is_null());
}

TEST(InsightsRecord, DiscoversTheMembersOfJson) {
  const Record json = record(
      R"({"level":"ERROR","n":1.50,"ok":true,"none":null,"a":{"b":[{"c":"deep"}],"x.y":"dotted"},"@mine":7})");
  EXPECT_EQ(field(json, "level"), "ERROR");
  EXPECT_EQ(field(json, "n"), "1.5");
  EXPECT_EQ(field(json, "ok"), "1");
  EXPECT_TRUE(json.field("none").is_null());
  EXPECT_EQ(field(json, "a.b.0.c"), "deep");
  EXPECT_EQ(field(json, "a.x.y"), "dotted");
  EXPECT_EQ(field(json, "@@mine"), "7");
  EXPECT_TRUE(json.field("a.b.1.c").is_null());
  EXPECT_TRUE(json.field("@level").is_null());
  EXPECT_TRUE(json.field(".").is_null());
}

TEST(InsightsRecord, FindsJsonBehindAPrefixInLambdasLogsOnly) {
  const char* line = "2026-11-21T06:20:51Z INFO {\"a\":1}";
  EXPECT_EQ(field(record(line), "a"), "1");
  EXPECT_TRUE(record(line, "123456789012:other").field("a").is_null());
  EXPECT_EQ(field(record("{\"a\":1}", "123456789012:other"), "a"), "1");
  EXPECT_TRUE(record("} {").field("a").is_null());
}

TEST(InsightsRecord, DiscoversWhatLambdaReports) {
  const Record report = record(
      "REPORT RequestId: r-1\tDuration: 12.35 ms\tBilled Duration: 14 ms\tMemory Size: 128 MB\tMax Memory "
      "Used: 5 "
      "MB\tInit Duration: 1.50 ms\t");
  EXPECT_EQ(field(report, "@type"), "REPORT");
  EXPECT_EQ(field(report, "@requestId"), "r-1");
  EXPECT_EQ(field(report, "@duration"), "12.35");
  EXPECT_EQ(field(report, "@billedDuration"), "14");
  EXPECT_EQ(field(report, "@initDuration"), "1.50");
  EXPECT_EQ(field(report, "@memorySize"), "128000000");
  EXPECT_EQ(field(report, "@maxMemoryUsed"), "5000000");
  EXPECT_EQ(field(record("START RequestId: r-2 Version: $LATEST"), "@requestId"), "r-2");
  EXPECT_TRUE(record("END of it").field("@type").is_null());
}

TEST(InsightsRecord, ListsAllFields) {
  std::string names;
  for (const auto& [name, value] : record(R"({"a":{"b":1},"@c":2,"d":[3]})").all(10))
    names += name + "=" + value + " ";
  EXPECT_TRUE(names.ends_with("a.b=1 @@c=2 d.0=3 ")) << names;
  EXPECT_EQ(record(R"({"a":1,"b":2,"c":3})").all(2).size(), 8u);
}

}  // namespace
}  // namespace aurora::local::insights
