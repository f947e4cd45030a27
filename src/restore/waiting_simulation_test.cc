// What waiting costs: whole restores on virtual time, with the state machine's file, the real steps, and RDS
// with durations of its own. The table of docs/COST.md is what Waiting.ComparesPolicies prints.
#include <random>

#include "restore/testing/machine_world.h"

namespace aurora::restore {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::MachineWorld;
using testing::MeasuredRestore;

// How long RDS takes in one restore, in seconds.
struct Durations {
  double copy = 0;
  double restore = 0;
  double instance = 0;
  double modify = 60;
  double remove = 300;

  local::rds::Pace pace() const {
    const auto whole = [](double value) {
      return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value));
    };
    return {.instance = whole(instance),
            .copy = whole(copy),
            .restore = whole(restore),
            .modify = whole(modify),
            .remove = whole(remove)};
  }
  Durations varied(std::mt19937& random, double by) const {
    std::uniform_real_distribution<double> factor(1 - by, 1 + by);
    return {copy * factor(random), restore * factor(random), instance * factor(random),
            modify * factor(random), remove * factor(random)};
  }
};

constexpr Durations kTwoHours{.copy = 70 * 60, .restore = 35 * 60, .instance = 10 * 60};
constexpr double kVariation = 0.1;

// What an operation of that kind left in the state table.
void remember(MachineWorld& world, int number, const Durations& took) {
  const auto at = [&](int day) { return fmt::format("2026-11-{:02}T02:00:00.000Z", day); };
  world.remember(
      {{"operation_id", fmt::format("past-{}", number)},
       {"status", kCompleted},
       {"start_time", at(number + 1)},
       {"snapshot_details", {{"allocated_storage_gib", 700}}},
       {"parameters", {{"target_cluster_id", "dev-target-cluster"}}},
       {"state",
        {{"copy_needed", true},
         {"waited",
          {{"copy", took.copy},
           {"restore", took.restore},
           {"instances", took.instance},
           {"password", took.modify},
           {"rename", 2 * took.modify}}}}},
       {"steps", {{"cleanup", {{"started_at", at(number + 1)}, {"finished_at", at(number + 1)}}}}}});
}

struct Trial {
  Durations durations = kTwoHours;
  Json settings = Json::object();
  int past = 5;  // restores that this one may learn from
  bool old_cluster = false;
  unsigned seed = 1;
};

MeasuredRestore measure(const Trial& trial, const testing::CountingApi::Change& change = {}) {
  std::mt19937 random(trial.seed);
  const Durations now = trial.durations.varied(random, kVariation);
  MachineWorld world({.pace = now.pace(),
                      .gib = 700,
                      .settings = trial.settings,
                      .old_cluster = trial.old_cluster,
                      .timeout_seconds = 12 * 3600});
  for (int i = 0; i < trial.past; ++i) remember(world, i, trial.durations.varied(random, kVariation));
  if (change) world.counted.change_answers(change);
  MeasuredRestore measured = world.run("op-1");
  EXPECT_EQ(measured.status, asl::ExecutionStatus::kSucceeded) << measured.error;
  return measured;
}

// Means over restores that differ.
struct Means {
  double transitions = 0, rds_calls = 0, dead_share = 0, dead_seconds = 0;
  // Of the waits for one thing.
  std::map<std::string, double> dead_share_of;
  int worst_transitions = 0, worst_rds_calls = 0;
};

Means means_of(Trial trial, int count) {
  Means means;
  std::map<std::string, std::vector<double>> shares;
  for (int i = 0; i < count; ++i) {
    trial.seed = static_cast<unsigned>(100 + i);
    const MeasuredRestore one = measure(trial);
    means.transitions += one.transitions / static_cast<double>(count);
    means.rds_calls += one.rds_calls / static_cast<double>(count);
    means.dead_share += one.dead_share() / count;
    for (const auto& wait : one.waits) {
      means.dead_seconds += wait.dead_seconds / count;
      shares[wait.what].push_back(wait.dead_seconds / wait.seconds);
    }
    means.worst_transitions = std::max(means.worst_transitions, one.transitions);
    means.worst_rds_calls = std::max(means.worst_rds_calls, one.rds_calls);
  }
  for (const auto& [what, all] : shares)
    means.dead_share_of[what] =
        std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
  return means;
}

std::string described(const MeasuredRestore& restore) {
  std::string text = fmt::format("{} transitions, {} calls of RDS, dead {:.1f} %\n", restore.transitions,
                                 restore.rds_calls, 100 * restore.dead_share());
  for (const auto& wait : restore.waits)
    text += fmt::format("  {} {:.0f} s, dead {:.0f} s\n", wait.what, wait.seconds, wait.dead_seconds);
  for (const auto& [operation, calls] : restore.by_operation)
    text += fmt::format("  {} {}\n", operation, calls);
  return text;
}

TEST(Waiting, TwoHourRestoreMeetsItsGoals) {
  const Means means = means_of({}, 20);
  const std::string example = described(measure({}));
  EXPECT_LT(means.worst_transitions, 60) << example;
  EXPECT_LT(means.rds_calls, 25) << example;
  EXPECT_LT(means.dead_share, 0.05) << example;
  // Half a percent of the shortest wait, a minute, is less than the second to which waits are rounded.
  for (const auto& [what, share] : means.dead_share_of) EXPECT_LT(share, 0.055) << what << "\n" << example;
}

TEST(Waiting, ARestoreTeachesTheNext) {
  MachineWorld world({.pace = kTwoHours.pace(),
                      .gib = 700,
                      .settings = {{"delete_copied_snapshot", true}},
                      .old_cluster = false,
                      .timeout_seconds = 12 * 3600});
  const MeasuredRestore first = world.run("op-1");
  world.settle();
  const MeasuredRestore second = world.run("op-2");
  ASSERT_EQ(second.status, asl::ExecutionStatus::kSucceeded) << second.error;
  const Json waited = member_or_null(world.operations.load("op-1")->get("state"), "waited");
  EXPECT_NEAR(waited.value("restore", 0.0), 35 * 60, 3 * 60) << waited.dump();
  const Json expected = member_or_null(world.operations.load("op-2")->get("state"), "expected");
  EXPECT_EQ(int_or(member_or_null(expected, "restore"), "based_on", 0), 1) << expected.dump();
  EXPECT_LT(second.dead_share(), 0.12) << described(second);
}

TEST(Waiting, PercentThatStandsStillIsNotBelieved) {
  const MeasuredRestore stuck = measure({}, [](std::string_view operation, Json& answer) {
    if (operation != "DescribeDBClusterSnapshots") return;
    for (Json& snapshot : answer["DBClusterSnapshots"])
      if (snapshot["Status"] == "copying") snapshot["PercentProgress"] = 40;
  });
  EXPECT_LT(stuck.transitions, 75) << described(stuck);
  EXPECT_LT(stuck.dead_share(), 0.1) << described(stuck);
}

TEST(Waiting, NoLookIsLaterThanFortyMinutes) {
  // At ten percent after what looks like a tenth of the time, the copy is suddenly there.
  Trial trial;
  trial.durations.copy = 3 * 3600;
  trial.past = 0;
  const MeasuredRestore sudden = measure(trial, [](std::string_view operation, Json& answer) {
    if (operation != "DescribeDBClusterSnapshots") return;
    for (Json& snapshot : answer["DBClusterSnapshots"])
      if (snapshot["Status"] == "copying") snapshot["PercentProgress"] = 5;
  });
  for (const auto& wait : sudden.waits) EXPECT_LE(wait.dead_seconds, 40 * 60) << described(sudden);
}

TEST(Waiting, AGivenIntervalIsKept) {
  Trial trial{.durations = {.copy = 300, .restore = 300, .instance = 300},
              .settings = {{"poll_interval_seconds", 20}}};
  const MeasuredRestore fixed = measure(trial);
  EXPECT_GT(fixed.invocations, 40);
  for (const auto& wait : fixed.waits) EXPECT_LE(wait.dead_seconds, 20);
}

// Run by hand for docs/COST.md; here for what it asserts.
TEST(Waiting, ComparesPolicies) {
  struct Case {
    const char* name;
    Durations durations;
  };
  constexpr Case kCases[] = {
      {"10 min", {.copy = 4 * 60, .restore = 3 * 60, .instance = 2 * 60, .modify = 20}},
      {"30 min", {.copy = 15 * 60, .restore = 9 * 60, .instance = 5 * 60, .modify = 45}},
      {"2 h", kTwoHours},
      {"6 h", {.copy = 4 * 3600, .restore = 100 * 60, .instance = 12 * 60}}};
  struct Policy {
    const char* name;
    Json settings;
    int past;
  };
  const Policy policies[] = {{"every 30 s", {{"poll_interval_seconds", 30}}, 0},
                             {"every 60 s", {{"poll_interval_seconds", 60}}, 0},
                             {"learning, first restore", Json::object(), 0},
                             {"learning", Json::object(), 5}};
  fmt::print(
      "| restore | looks | state transitions | calls of RDS | dead time | mean dead time of a wait "
      "|\n|---|---|---|---|---|---|\n");
  for (const Case& each : kCases) {
    for (const Policy& policy : policies) {
      // Thousands of looks that show nothing new.
      if (!policy.settings.empty() && each.durations.copy > kTwoHours.copy) continue;
      const Means means =
          means_of({.durations = each.durations, .settings = policy.settings, .past = policy.past},
                   policy.settings.empty() ? 5 : 1);
      fmt::print("| {} | {} | {:.0f} | {:.0f} | {:.0f} s | {:.1f} % |\n", each.name, policy.name,
                 means.transitions, means.rds_calls, means.dead_seconds, 100 * means.dead_share);
      if (policy.past > 0) {
        EXPECT_LT(means.dead_share, 0.06) << each.name;
      }
    }
  }
}

}  // namespace
}  // namespace aurora::restore
