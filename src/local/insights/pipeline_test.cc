#include "local/insights/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aurora::local::insights {
namespace {

using ::testing::ElementsAre;

// Some log events, the newest last, a second apart; and the results of queries as text: one line a row.
class InsightsPipeline : public ::testing::Test {
 protected:
  void log(const std::string& message, const std::string& function = "f") {
    const auto row = static_cast<std::int64_t>(events_.size());
    events_.push_back(std::make_shared<const Record>(Record::Event{.time_ms = 1795242051000 + 1000 * row,
                                                                   .ingested_ms = 0,
                                                                   .message = message,
                                                                   .stream = "s",
                                                                   .log = "1:/aws/lambda/" + function,
                                                                   .pointer = "p" + std::to_string(row),
                                                                   .row = row}));
  }

  std::vector<std::string> run(const std::string& text, std::size_t limit = 1000,
                               std::size_t bytes_max = kQueryBytesMax) {
    const Query query = parse_query(text);
    Pipeline pipeline(query, limit, bytes_max);
    scanned_ = 0;
    for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
      ++scanned_;
      if (!pipeline.push(*event)) break;
    }
    std::vector<std::string> lines;
    for (const auto& row : pipeline.finish()) {
      std::string line;
      for (const auto& [name, value] : row)
        if (name != "@ptr") line += (line.empty() ? "" : " ") + name + "=" + value;
      lines.push_back(line);
    }
    matched_ = pipeline.matched();
    return lines;
  }

  std::vector<std::shared_ptr<const Record>> events_;
  std::size_t scanned_ = 0;
  std::size_t matched_ = 0;
};

TEST_F(InsightsPipeline, RunsTheQueriesOfTheOperationsGuide) {
  log(R"({"level":"ERROR","function_name":"copy","operation_id":"restore-1","message":"broken"})");
  log(R"({"level":"INFO","function_name":"copy","operation_id":"restore-2","message":"Operation completed in 1.5 seconds"})");
  log(R"({"level":"ERROR","function_name":"check","operation_id":"restore-1","message":"no"})");
  log(R"({"level":"INFO","function_name":"copy","operation_id":"restore-1","message":"Operation completed in 2 seconds"})");
  log(R"({"level":"ERROR","function_name":"check","operation_id":"restore-2","message":"no"})");
  EXPECT_THAT(run("filter level = \"ERROR\"\n| stats count(*) as errorCount by function_name\n| sort "
                  "errorCount desc"),
              ElementsAre("function_name=check errorCount=2", "function_name=copy errorCount=1"));
  EXPECT_EQ(matched_, 3u);
  EXPECT_THAT(
      run("filter message like \"Operation completed\"\n| parse message \"in * seconds\" as duration\n"
          "| stats avg(duration), max(duration), min(duration) by function_name"),
      ElementsAre("function_name=copy avg(duration)=1.75 max(duration)=2 min(duration)=1.5"));
  EXPECT_THAT(
      run("filter operation_id = \"restore-1\"\n| sort @timestamp asc\n"
          "| display @timestamp, level, function_name, message"),
      ElementsAre("@timestamp=2026-11-21 06:20:51.000 level=ERROR function_name=copy message=broken",
                  "@timestamp=2026-11-21 06:20:53.000 level=ERROR function_name=check message=no",
                  "@timestamp=2026-11-21 06:20:54.000 level=INFO function_name=copy message=Operation "
                  "completed in 2 seconds"));
}

TEST_F(InsightsPipeline, ShowsTimeAndMessageTheNewestFirstWhenNothingIsChosen) {
  log("a");
  log("b");
  EXPECT_THAT(run("filter true"), ElementsAre("@timestamp=2026-11-21 06:20:52.000 @message=b",
                                              "@timestamp=2026-11-21 06:20:51.000 @message=a"));
  EXPECT_THAT(run("parse \"*\" as x | limit 1"),
              ElementsAre("@timestamp=2026-11-21 06:20:52.000 @message=b x=b"));
  EXPECT_THAT(run("fields strlen(@message) as n | fields @message | limit 1"), ElementsAre("n=1 @message=b"));
  EXPECT_THAT(run("fields strlen(@message) + 1 | display @message"), ElementsAre("@message=b", "@message=a"));
}

TEST_F(InsightsPipeline, LimitsByItsOwnNumberElseByTheCallers) {
  for (int i = 0; i < 5; ++i) log(std::to_string(i));
  EXPECT_EQ(run("fields @message", 2).size(), 2u);
  EXPECT_EQ(run("fields @message | limit 3", 2).size(), 3u);
  EXPECT_EQ(scanned_, 5u) << "the statistics are about all of the time range";
  EXPECT_EQ(run("fields @message | limit any 3").size(), 3u);
  EXPECT_EQ(scanned_, 3u);
  EXPECT_THAT(run("sort @message asc | limit 2 | display @message"), ElementsAre("@message=0", "@message=1"));
}

TEST_F(InsightsPipeline, ParsesWithNamedGroups) {
  log("user=anna took 15 ms");
  log("nothing of that");
  EXPECT_THAT(run("parse @message /user=(?<user>\\w+) took (?P<took>\\d+)/ | filter ispresent(user) | "
                  "display user, took"),
              ElementsAre("user=anna took=15"));
  EXPECT_THAT(run("parse @message \"user=* took * ms\" as user, took | filter took > 2 | stats sum(took) as "
                  "total by user"),
              ElementsAre("user=anna total=15"));
  EXPECT_THAT(run("parse \"* took *\" as a, rest | filter ispresent(a) | display a, rest"),
              ElementsAre("a=user=anna rest=15 ms"));
}

TEST_F(InsightsPipeline, Aggregates) {
  for (const char* n : {"1", "2", "3", "4", "5", "100"}) log(std::string(R"({"n":)") + n + "}");
  log("no number");
  EXPECT_THAT(
      run("stats count(*), count(n), count_distinct(n), sum(n), avg(n), min(n), max(n), median(n), pct(n, "
          "90)"),
      ElementsAre("count(*)=7 count(n)=6 count_distinct(n)=6 sum(n)=115 avg(n)=19.1667 min(n)=1 max(n)=100 "
                  "median(n)=3 pct(n, 90)=100"));
  EXPECT_THAT(run("stats stddev(n) as d, earliest(n) as first, latest(n) as last, max(n) - min(n) as span"),
              ElementsAre("d=39.6253 first=1 last=100 span=99"));
  EXPECT_THAT(run("filter n > 1000 | stats count(*), avg(n)"), ElementsAre("count(*)=0"));
  EXPECT_THAT(run("stats count(*) as c by n > 3 as big | sort big desc"),
              ElementsAre("big=1 c=3", "big=0 c=4"));
}

TEST_F(InsightsPipeline, GroupsByPeriodsInTheOrderOfTime) {
  for (int i = 0; i < 12; ++i) log("x");
  EXPECT_THAT(run("stats count(*) by bin(5s)"), ElementsAre("bin(5s)=2026-11-21 06:20:50.000 count(*)=4",
                                                            "bin(5s)=2026-11-21 06:20:55.000 count(*)=5",
                                                            "bin(5s)=2026-11-21 06:21:00.000 count(*)=3"));
  EXPECT_THAT(run("stats count(*) as n by bin(5s) as t | stats max(n)"), ElementsAre("max(n)=5"));
}

TEST_F(InsightsPipeline, DropsDuplicatesButNotWhatIsMissing) {
  log(R"({"a":"x","n":1})");
  log(R"({"a":"x","n":2})");
  log(R"({"n":3})");
  log(R"({"n":4})");
  EXPECT_THAT(run("fields a, n | sort @timestamp asc | dedup a"), ElementsAre("a=x n=1", "n=3", "n=4"));
  EXPECT_THAT(run("fields n | dedup a | limit 3"), ElementsAre("n=4", "n=3", "n=2"));
}

TEST_F(InsightsPipeline, KeepsEventsOfOneMomentInTheirOrder) {
  log(R"({"a":2})");
  log(R"({"a":1})");
  log(R"({"a":2})");
  EXPECT_THAT(run("sort a asc | display a, @timestamp"),
              ElementsAre("a=1 @timestamp=2026-11-21 06:20:52.000", "a=2 @timestamp=2026-11-21 06:20:51.000",
                          "a=2 @timestamp=2026-11-21 06:20:53.000"));
  EXPECT_THAT(run("sort a desc, @timestamp asc | display a, @timestamp | limit 1"),
              ElementsAre("a=2 @timestamp=2026-11-21 06:20:51.000"));
}

TEST_F(InsightsPipeline, SortsManyWithinItsMemory) {
  for (int i = 0; i < 20000; ++i) log(std::to_string((i * 7919) % 20000));
  EXPECT_THAT(run("sort @message asc | limit 2 | display @message", 1000, 4 * 1024 * 1024),
              ElementsAre("@message=0", "@message=1"));
  EXPECT_THROW(run("sort @message asc | filter true", 1000, 1024 * 1024), Error);
  EXPECT_THROW(run("stats count(*) by @message", 1000, 1024 * 1024), Error);
  EXPECT_THROW(run("stats count_distinct(@message)", 1000, 1024 * 1024), Error);
  EXPECT_THROW(run("fields @message", 100000, 1024 * 1024), Error);
}

TEST_F(InsightsPipeline, ReadsWhatLambdaReports) {
  log("REPORT RequestId: r\tDuration: 12.35 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory "
      "Used: 5 MB\t");
  EXPECT_THAT(run("filter @type = \"REPORT\" | stats max(@memorySize / 1000 / 1000) as provisioned, "
                  "max(@maxMemoryUsed / 1000 / 1000) as used, avg(@duration)"),
              ElementsAre("provisioned=128 used=5 avg(@duration)=12.35"));
}

}  // namespace
}  // namespace aurora::local::insights
