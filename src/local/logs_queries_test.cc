#include "local/logs_queries.h"

#include <gtest/gtest.h>

#include <atomic>

#include "aws/error.h"
#include "local/insights/lexer.h"

namespace aurora::local {
namespace {

using namespace std::chrono_literals;

// Gives events until it is told to end; the first comes when it is let.
class SlowCursor final : public LogCursor {
 public:
  explicit SlowCursor(std::atomic<bool>& held) : held_(held) {}
  std::optional<insights::Record::Event> next() override {
    while (held_) std::this_thread::yield();
    if (++given_ > 2000) return std::nullopt;
    return insights::Record::Event{.time_ms = 5000 - given_, .message = "x", .log = "1:g"};
  }

 private:
  std::atomic<bool>& held_;
  std::int64_t given_ = 0;
};

class LogQueriesTest : public ::testing::Test {
 protected:
  ~LogQueriesTest() override { held_ = false; }
  std::string start(const std::string& text = "stats count(*)") {
    return queries_.start({.text = text, .range = {"us-west-2", {"g"}, 0, 10000}});
  }
  std::string status(const std::string& id) { return queries_.find(id)->status; }
  void wait_for(const std::string& id, const std::string& wanted) {
    for (int i = 0; i < 20'000'000 && status(id) != wanted; ++i) std::this_thread::yield();
    ASSERT_EQ(status(id), wanted);
  }

  ManualClock clock_{TimePoint(1795242051s)};
  std::atomic<bool> held_ = false;
  LogQueries queries_{[this](const LogRange&) { return std::make_unique<SlowCursor>(held_); }, clock_};
};

TEST_F(LogQueriesTest, RunInTheBackgroundAndCountWhatTheySaw) {
  held_ = true;
  const std::string first = start();
  const std::string second = start();
  wait_for(first, "Running");
  EXPECT_EQ(status(second), "Scheduled");
  EXPECT_TRUE(queries_.find(first)->rows->empty());
  held_ = false;
  wait_for(second, "Complete");
  const auto report = queries_.find(first);
  EXPECT_EQ(report->status, "Complete");
  EXPECT_EQ(report->statistics.scanned, 2000u);
  EXPECT_EQ(report->statistics.matched, 2000u);
  EXPECT_EQ(report->statistics.bytes, 2000u);
  EXPECT_EQ((*report->rows)[0][0].second, "2000");
}

TEST_F(LogQueriesTest, StopWhetherTheyRunOrWait) {
  held_ = true;
  const std::string running = start();
  const std::string waiting = start();
  wait_for(running, "Running");
  EXPECT_TRUE(queries_.stop(waiting));
  EXPECT_TRUE(queries_.stop(running));
  EXPECT_FALSE(queries_.stop(running));
  held_ = false;
  const std::string last = start();
  wait_for(last, "Complete");
  EXPECT_EQ(status(running), "Cancelled");
  EXPECT_EQ(status(waiting), "Cancelled");
  EXPECT_TRUE(queries_.find(running)->rows->empty());
}

TEST_F(LogQueriesTest, AreNoMoreThanThirtyAtOnce) {
  held_ = true;
  for (int i = 0; i < 30; ++i) start();
  EXPECT_THROW(start(), aws::ServiceError);
  EXPECT_THROW(start("nothing"), insights::QueryError);
}

TEST_F(LogQueriesTest, AreForgottenAfterAWeek) {
  const std::string old = start();
  wait_for(old, "Complete");
  clock_.advance(std::chrono::days(8));
  const std::string fresh = start();
  EXPECT_FALSE(queries_.find(old));
  ASSERT_EQ(queries_.all("us-west-2").size(), 1u);
  EXPECT_EQ(queries_.all("us-west-2")[0].id, fresh);
  EXPECT_TRUE(queries_.all("us-east-1").empty());
}

}  // namespace
}  // namespace aurora::local
