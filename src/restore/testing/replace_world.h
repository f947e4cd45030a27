// A whole restore onto a name that an old cluster holds, with faults, and what must be true after it.
#pragma once
#include "restore/swap.h"
#include "restore/testing/faulty_api.h"
#include "restore/testing/step_world.h"

namespace aurora::restore::testing {

// verify_restore without a database: the checks pass, then the names are exchanged.
inline StepResult passing_verification(StepContext& context) {
  context.operation.state()["verified"] = true;
  if (auto waiting = exchange_names(context)) return *waiting;
  return {
      .message = "verified", .fields = Json::object(), .next_step = "notify_completion", .retry_after = {}};
}

class ReplaceWorld : public StepWorld {
 public:
  explicit ReplaceWorld(std::string strategy, Json more = Json::object())
      : strategy_(std::move(strategy)), more_(std::move(more)) {
    make_cluster("us-west-2", kTarget);
    old_ = cluster(kTarget)["DbClusterResourceId"];
  }
  void TestBody() override {}
  // Another setting of the restores to come.
  void set(const std::string& name, const Json& value) { more_[name] = value; }

  struct Cancelled {};
  // A step that asks for yet another look.
  struct StillWaiting {
    std::string message;
  };

  // All steps up to the end. Throws what a step throws, and Cancelled before look `cancel_at` (from 1).
  void run(const std::string& id, int cancel_at = 0) {
    looks_ = 0;
    cancel_at_ = cancel_at;
    Json event{{"operation_id", id},
               {"snapshot_name", kSnapshot},
               {"source_region", "us-east-1"},
               {"target_cluster_id", kTarget},
               {"db_subnet_group_name", "dev-subnet-group"},
               {"vpc_security_group_ids", {"sg-12345678"}},
               {"delete_cluster_if_exists", true},
               {"replace_strategy", strategy_}};
    event.update(more_);
    if (event.contains("subnet_ids")) event.erase("db_subnet_group_name");
    look(*find_step("snapshot_check"), event);
    static constexpr Step kVerify{"verify_restore", "", passing_verification};
    for (const char* name :
         {"copy_snapshot", "check_copy_status", "delete_rds", "restore_snapshot", "check_restore_status"})
      until(*find_step(name), id);
    until(kVerify, id);
    until(*find_step("notify_completion"), id);
    until(*find_step("cleanup"), id);
    work();
  }

  // handle_failure until it is done.
  Json undo(const std::string& id, const Json& more = Json::object()) {
    Json event{{"operation_id", id}};
    event.update(more);
    for (int i = 0; i < 60; ++i) {
      Json answer;
      try {
        answer = faulty_runner.run(*find_step("handle_failure"), event);
      } catch (const Error& e) {
        // What the machine's Retry is for.
        if (e.name() != "AwsUnreachable" && e.name() != "StateConflict") throw;
        answer = {{"retry_after", 1}};
      }
      if (!answer.contains("retry_after")) return answer;
      work();
      clock.advance(std::chrono::seconds(30));
    }
    ADD_FAILURE() << "the rollback never ends";
    return nullptr;
  }

  std::string take_automated_snapshot(const std::string& region, const std::string& name) {
    const std::string taken = rds.take_automated_snapshot(region, name);
    work();
    return taken;
  }
  const std::string& old_cluster() const { return old_; }
  std::string serving() {
    for (const std::string& name : clusters())
      if (name == kTarget) return cluster(kTarget)["DbClusterResourceId"];
    return "";
  }
  Json operation(const std::string& id) { return operations.load(id)->item(); }
  std::vector<std::string> members(const std::string& name) {
    std::vector<std::string> found;
    const Json shown = cluster(name);
    for (const Json& member : shown["DBClusterMembers"]) found.push_back(member["DBInstanceIdentifier"]);
    return found;
  }
  using StepWorld::api;
  using StepWorld::clock;
  using StepWorld::cluster;
  using StepWorld::clusters;
  using StepWorld::kTarget;
  using StepWorld::make_cluster;
  using StepWorld::operations;
  using StepWorld::snapshots;
  using StepWorld::work;

  FaultyApi faulty{recorded};
  StepRunner faulty_runner = runner_on(faulty);

 private:
  Json look(const Step& step, const Json& event) {
    if (++looks_ == cancel_at_) throw Cancelled{};
    return faulty_runner.run(step, event);
  }

  void until(const Step& step, const std::string& id) {
    Json answer;
    for (int i = 0; i < 30; ++i) {
      answer = look(step, {{"operation_id", id}});
      work();
      if (!answer.contains("retry_after")) return;
    }
    throw StillWaiting{answer["message"]};
  }

  const std::string strategy_;
  Json more_;
  std::string old_;
  int looks_ = 0;
  int cancel_at_ = 0;
};

}  // namespace aurora::restore::testing
