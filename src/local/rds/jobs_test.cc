#include "local/rds/jobs.h"

#include <gtest/gtest.h>

#include "base/dates.h"

namespace aurora::local::rds {
namespace {

using namespace std::chrono_literals;

// Remembers what happened to each job, and does what the test says.
class Diary final : public JobRunner {
 public:
  void begun(const Job& job) override { add("begun", job); }
  Json perform(const Job& job, JobControl& control) override {
    add("performed", job);
    if (work) work(job, control);
    return {{"of", job.work}};
  }
  void finished(const Job& job, const Json& result) override {
    EXPECT_EQ(result["of"], job.work);
    if (std::exchange(store_fails, false)) throw std::runtime_error("disk full");
    add("finished", job);
  }
  void failed(const Job& job, const Error& error) override { add("failed: " + error.message(), job); }

  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  std::function<void(const Job&, JobControl&)> work;
  bool store_fails = false;

 private:
  void add(const std::string& what, const Job& job) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(job.work + " " + what);
  }
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

class Jobs : public ::testing::Test {
 protected:
  Job job(const std::string& name, std::vector<std::string> holds, std::vector<std::string> reads = {},
          Duration minimum = {}) {
    return {.id = ++last_id_,
            .work = name,
            .holds = std::move(holds),
            .reads = std::move(reads),
            .minimum = minimum};
  }
  using Lines = std::vector<std::string>;

  ManualClock clock_{*parse_iso("2026-11-21T03:15:00Z"), false};
  Diary diary_;
  JobQueue queue_{clock_, diary_, 0};
  std::int64_t last_id_ = 0;
};

TEST_F(Jobs, SameThingsOneAfterTheOtherOthersMeanwhile) {
  queue_.add(job("a", {"x"}, {}, 10s));
  queue_.add(job("b", {"x"}));
  queue_.add(job("c", {"y"}));
  EXPECT_EQ(queue_.run_due(), clock_.now() + 10s);
  EXPECT_EQ(diary_.lines(), (Lines{"a begun", "a performed", "c performed", "c finished"}));
  clock_.advance(10s);
  EXPECT_EQ(queue_.run_due(), std::nullopt);
  EXPECT_EQ(diary_.lines().back(), "b finished");
  EXPECT_TRUE(queue_.idle());
}

TEST_F(Jobs, ReadersShareAndWritersWaitForThem) {
  queue_.add(job("restore1", {"t1"}, {"snapshot"}, 10s));
  queue_.add(job("restore2", {"t2"}, {"snapshot"}, 20s));
  queue_.add(job("delete", {"snapshot"}));
  queue_.run_due();
  EXPECT_EQ(diary_.lines().size(), 4u) << "both restores have begun";
  clock_.advance(10s);
  queue_.run_due();
  EXPECT_EQ(diary_.lines().back(), "restore1 finished");
  clock_.advance(10s);
  queue_.run_due();
  EXPECT_EQ(diary_.lines().back(), "delete finished");
}

TEST_F(Jobs, FractionIsTheSlowerOfWorkAndTime) {
  diary_.work = [](const Job&, JobControl& control) { control.report(50, 200); };
  queue_.add(job("copy", {"x"}, {}, 100s));
  EXPECT_EQ(queue_.fraction(1), 0);
  queue_.run_due();
  clock_.advance(40s);
  EXPECT_DOUBLE_EQ(queue_.fraction(1), 0.4);
  clock_.advance(60s);
  queue_.run_due();
  EXPECT_DOUBLE_EQ(queue_.fraction(1), 1);
}

TEST_F(Jobs, FailureIsToldOnceAndFreesTheThing) {
  diary_.work = [](const Job& of, JobControl&) {
    if (of.work == "a") throw Error("DiskFull", "no room");
  };
  queue_.add(job("a", {"x"}, {}, 10s));
  queue_.add(job("b", {"x"}));
  queue_.run_due();
  EXPECT_EQ(diary_.lines(),
            (Lines{"a begun", "a performed", "a failed: no room", "b performed", "b finished"}));
}

TEST_F(Jobs, OutcomeThatCannotBeStoredIsTriedAgain) {
  diary_.store_fails = true;
  queue_.add(job("a", {"x"}));
  const auto due = queue_.run_due();
  ASSERT_TRUE(due);
  EXPECT_FALSE(queue_.idle());
  clock_.advance(*due - clock_.now());
  queue_.run_due();
  EXPECT_EQ(diary_.lines(), (Lines{"a performed", "a finished"})) << "the work is not done twice";
}

TEST_F(Jobs, CancelledJobIsNeitherFinishedNorFailed) {
  queue_.add(job("a", {"x"}, {}, 10s));
  queue_.run_due();
  queue_.cancel(1);
  queue_.add(job("b", {"x"}));
  queue_.run_due();
  EXPECT_EQ(diary_.lines(), (Lines{"a begun", "a performed", "b performed", "b finished"}));
}

TEST_F(Jobs, ThreadsDoTheSameAndStopEndsWorkUnderWay) {
  SystemClock real;
  std::atomic<bool> waiting{false};
  diary_.work = [&](const Job& of, JobControl& control) {
    if (of.work != "long") return;
    waiting = true;
    waiting.notify_all();
    real.sleep_for(1h, control.stop());
    if (control.stop().stop_requested()) throw Cancelled("stopped");
  };
  JobQueue queue(real, diary_, 2);
  queue.start();
  queue.add(job("short", {"x"}));
  queue.add(job("long", {"x"}));
  waiting.wait(false);
  queue.stop();
  EXPECT_EQ(diary_.lines(), (Lines{"short performed", "short finished", "long performed"}));
}

}  // namespace
}  // namespace aurora::local::rds
