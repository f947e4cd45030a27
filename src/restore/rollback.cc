#include "restore/rollback.h"

#include <fmt/format.h>

#include <functional>
#include <set>

#include "base/text.h"
#include "restore/copy.h"
#include "restore/rds_errors.h"
#include "restore/source_account.h"
#include "restore/swap.h"
#include "restore/target.h"

namespace aurora::restore {
namespace {

std::string cancel_command(const Operation& operation) {
  return "aurora-restore cancel " + operation.id();
}

std::string rename_command(const std::string& region, const std::string& from, const std::string& to) {
  return fmt::format(
      "aws rds modify-db-cluster --region {} --db-cluster-identifier {} --new-db-cluster-identifier {} "
      "--apply-immediately",
      region, from, to);
}

class RollbackRun {
 public:
  explicit RollbackRun(StepContext& context)
      : context_(context),
        operation_(context.operation),
        rds_(context.target_rds()),
        target_(context.settings.text("target_cluster_id")),
        retired_(operation_.known("retired_cluster_id")) {}

  RollbackLook run() {
    const std::string command = cancel_command(operation_);
    attempt(fmt::format("Cluster {} could not be put out of the way", target_), command,
            [&] { free_name(); });
    for (const std::string& name : own_names())
      attempt(fmt::format("The new cluster {} could not be deleted", name), command,
              [&] { delete_cluster(name); });
    if (!retired_.empty())
      attempt(fmt::format("Cluster {} could not get its name {} back", retired_, target_),
              rename_command(rds_.region(), retired_, target_), [&] { give_name_back(); });
    attempt(fmt::format("The copied snapshot {} could not be deleted", operation_.known("target_snapshot")),
            command, [&] { delete_copy(); });
    attempt(fmt::format("The subnet group {} could not be deleted", operation_.known("subnet_group_made")),
            command, [&] { delete_subnet_group(); });
    attempt("What was made in the source's account could not be taken back", command,
            [&] { remove_source_traces(context_); });
    return std::move(look_);
  }

 private:
  // What is between two states, or only out of reach at the moment, a later look finds otherwise.
  void attempt(const std::string& what, const std::string& command, const std::function<void()>& work) {
    try {
      work();
    } catch (const aws::ServiceError& e) {
      const RetryClass retry = class_of(e);
      if (retry == RetryClass::kWait || retry == RetryClass::kRepeat)
        look_.pending.push_back(fmt::format("{} yet ({})", what, e.code()));
      else
        look_.failures.push_back({what, e.what(), command});
    } catch (const aws::Unreachable& e) {
      look_.pending.push_back(fmt::format("{} yet ({})", what, e.name()));
    } catch (const Error& e) {
      if (e.name() == "StateConflict") throw;
      look_.failures.push_back({what, e.what(), command});
    }
  }

  std::set<std::string> own_names() const {
    return {target_, restored_name(operation_, target_), temporary_name(operation_, target_)};
  }

  // Where an old cluster waits for its name, the new one steps aside first: that takes moments, its deletion
  // minutes.
  void free_name() {
    if (retired_.empty()) return;
    const auto holder = rds_.find_cluster(target_);
    if (!holder || !is_made_by(*holder, operation_)) return;
    if (holder->status != "available" || holder->deletion_protection) return;
    if (!rds_.find_cluster(retired_)) return;
    rename_cluster(rds_, target_, temporary_name(operation_, target_));
  }

  void delete_cluster(const std::string& name) {
    auto cluster = rds_.find_cluster(name);
    if (!cluster || !is_made_by(*cluster, operation_)) return;
    const bool others_left = any_left_;
    any_left_ = true;
    if (cluster->deletion_protection)
      throw Error("TargetProtected",
                  fmt::format("cluster {} has deletion protection, which somebody put on it since.", name));
    try {
      begin_deletion(rds_, *cluster);
    } catch (const aws::ServiceError& e) {
      // RDS deletes nothing that it is still making; a later look finds it made.
      if (!is_busy(e)) throw;
      look_.pending.push_back(fmt::format(
          "Half-made cluster {} is {}; it is deleted as soon as RDS lets it go", name, cluster->status));
      return;
    }
    if (rds_.find_cluster(name)) {
      look_.pending.push_back(fmt::format("Half-made cluster {} is being deleted", name));
      return;
    }
    any_left_ = others_left;
    look_.done.push_back(fmt::format("deleted the half-made cluster {}", name));
  }

  void give_name_back() {
    const auto old = rds_.find_cluster(retired_);
    const auto holder = rds_.find_cluster(target_);
    if (!old && !holder) {
      if (operation_.is_known("name_given_back")) return;
      throw Error("ClusterVanished", fmt::format("neither {} nor {} is there.", retired_, target_));
    }
    if (holder && is_made_by(*holder, operation_)) {
      if (holder->deletion_protection)
        throw Error("TargetProtected", fmt::format("the new cluster holds the name {}.", target_));
      look_.pending.push_back(fmt::format("Cluster {} gets its name {} back next", retired_, target_));
      return;
    }
    if (old && holder && !is_name_taken_by_rename(*old))
      throw Error("TargetExists", fmt::format("another cluster holds the name {}.", target_));
    if (!old && operation_.is_known("name_given_back") && holder->status == "available" &&
        rename_members(rds_, *holder, retired_, target_))
      return;
    if (!rename_step(rds_, retired_, target_)) {
      look_.pending.push_back(fmt::format("Cluster {} is getting its name {} back", retired_, target_));
      return;
    }
    if (!operation_.is_known("name_given_back"))
      look_.done.push_back(fmt::format("gave cluster {} its name back", target_));
    operation_.state()["name_given_back"] = true;
  }

  // RDS may show a cluster under both names for a moment.
  static bool is_name_taken_by_rename(const aws::Cluster& old) { return old.status == "renaming"; }

  void delete_copy() {
    const std::string name = operation_.known("target_snapshot");
    if (!operation_.is_known("copy_needed") || name.empty()) return;
    const auto copy = rds_.find_snapshot(name);
    if (!copy || !is_own_copy(*copy, operation_) || copy->status == "deleting") return;
    // Deleting a copy that is on its way ends it.
    rds_.delete_snapshot(copy->identifier);
    look_.done.push_back(fmt::format("deleted the copied snapshot {}", copy->identifier));
  }

  void delete_subnet_group() {
    const std::string name = operation_.known("subnet_group_made");
    if (name.empty()) return;
    if (any_left_) {
      look_.pending.push_back(fmt::format("Subnet group {} goes after the cluster in it", name));
      return;
    }
    // Looked for first: a role that may delete what carries our tag is refused where there is nothing.
    if (rds_.has_subnet_group(name) && rds_.delete_subnet_group(name))
      look_.done.push_back(fmt::format("deleted the subnet group {}", name));
  }

  StepContext& context_;
  Operation& operation_;
  aws::Rds rds_;
  const std::string target_;
  const std::string retired_;
  bool any_left_ = false;
  RollbackLook look_;
};

// The sentences of the record, from what RDS shows now.
class StandingRun {
 public:
  explicit StandingRun(StepContext& context)
      : context_(context),
        operation_(context.operation),
        rds_(context.target_rds()),
        target_(context.settings.text("target_cluster_id")),
        retired_(operation_.known("retired_cluster_id")),
        resume_("aurora-restore resume " + operation_.id()) {}

  Standing run() {
    const auto holder = rds_.find_cluster(target_);
    const auto old = retired_.empty() ? std::nullopt : rds_.find_cluster(retired_);
    const bool ours = holder && is_made_by(*holder, operation_);
    if (ours)
      say_new(*holder);
    else if (operation_.is_known("target_deleted"))
      say_deleted(holder);
    else
      say_target(holder, old);
    if (old) say_retired(*old, holder.has_value(), ours);
    say_rest();
    return {join(sentences_, " "), command_};
  }

 private:
  void say(std::string sentence) { sentences_.push_back(std::move(sentence)); }
  void command(const std::string& text) {
    if (command_.empty()) command_ = text;
  }

  void say_new(const aws::Cluster& cluster) {
    if (!is_rollback_due(operation_)) {
      say(fmt::format("The restored cluster {} is verified and stays.", cluster.identifier));
      if (operation_.status() != kCompleted) command(resume_);
      return;
    }
    say(fmt::format("The new cluster {} is {} and not verified.", cluster.identifier, cluster.status));
    command(operation_.is_known("kept") ? resume_ : cancel_command(operation_));
  }

  void say_deleted(const std::optional<aws::Cluster>& holder) {
    const std::string snapshot = operation_.known("final_snapshot");
    const Json& had = member_or_null(operation_.get("state"), "deleted_cluster");
    if (holder && holder->status != "deleting") {
      std::vector<std::string> gone;
      for (const Json& instance : member_or_null(had, "instances")) {
        const auto there = rds_.find_instance(string_or(instance, "name", ""));
        if (!there || there->status == "deleting") gone.push_back(string_or(instance, "name", ""));
      }
      say(fmt::format("The old cluster {} is still there ({}){}.", target_, holder->status,
                      gone.empty() ? "" : ", but its instances " + join(gone, ", ") + " were deleted"));
      if (!gone.empty())
        command(fmt::format(
            "aws rds create-db-instance --region {} --db-cluster-identifier {} --db-instance-identifier {} "
            "--db-instance-class {} --engine {}",
            rds_.region(), target_, gone.front(), class_of_instance(had, gone.front()), holder->engine));
      return;
    }
    say(fmt::format("The old cluster {} was deleted (replace_strategy delete){}.", target_,
                    snapshot.empty() ? "" : fmt::format("; its final snapshot is {}", snapshot)));
    if (!snapshot.empty())
      command(
          fmt::format("aws rds restore-db-cluster-from-snapshot --region {} --db-cluster-identifier {} "
                      "--snapshot-identifier {} --engine {} --engine-version {}",
                      rds_.region(), target_, snapshot, string_or(had, "engine", ""),
                      string_or(had, "engine_version", "")));
    else
      command(resume_);
  }

  static std::string class_of_instance(const Json& had, const std::string& name) {
    for (const Json& instance : member_or_null(had, "instances"))
      if (string_or(instance, "name", "") == name) return string_or(instance, "class", "");
    return "";
  }

  void say_target(const std::optional<aws::Cluster>& holder, const std::optional<aws::Cluster>& old) {
    if (old) return;
    if (holder)
      say(fmt::format("Cluster {} is as it was before.", target_));
    else if (retired_.empty())
      say(fmt::format("There is no cluster {}, as before.", target_));
    else
      say(fmt::format("Neither {} nor the old cluster under its retired name {} is there.", target_,
                      retired_));
  }

  void say_retired(const aws::Cluster& old, bool name_is_held, bool by_us) {
    say(fmt::format("The old cluster is {} ({}); {}.", retired_, old.status,
                    by_us          ? fmt::format("its name {} serves the new one", target_)
                    : name_is_held ? fmt::format("another cluster holds its name {}", target_)
                                   : fmt::format("nothing serves its name {}", target_)));
    if (!by_us && !operation_.is_known("kept")) command(rename_command(rds_.region(), retired_, target_));
    command(operation_.is_known("kept") || by_us ? resume_ : cancel_command(operation_));
  }

  void say_rest() {
    const std::string name = restored_name(operation_, target_);
    if (name != target_)
      if (const auto cluster = rds_.find_cluster(name); cluster && is_made_by(*cluster, operation_)) {
        say(fmt::format("The new cluster is {} ({}).", name, cluster->status));
        command(operation_.is_known("kept") ? resume_ : cancel_command(operation_));
      }
    const std::string copy = operation_.known("target_snapshot");
    if (operation_.is_known("copy_needed") && !copy.empty())
      if (const auto snapshot = rds_.find_snapshot(copy);
          snapshot && is_own_copy(*snapshot, operation_) && snapshot->status != "deleting") {
        say(fmt::format("The copied snapshot {} is {}.", copy, snapshot->status));
        command(operation_.is_known("kept") || !is_rollback_due(operation_) ? resume_
                                                                            : cancel_command(operation_));
      }
  }

  StepContext& context_;
  Operation& operation_;
  aws::Rds rds_;
  const std::string target_;
  const std::string retired_;
  const std::string resume_;
  std::vector<std::string> sentences_;
  std::string command_;
};

// Whether the first step passed: before, nothing is made, and the target is not even known for certain.
bool has_begun(const StepContext& context) {
  return !context.operation.known("source_snapshot").empty() &&
         !context.settings.text("target_cluster_id").empty();
}

}  // namespace

bool is_rollback_due(const Operation& operation) {
  if (operation.known("source_snapshot").empty() || operation.status() == kCompleted) return false;
  if (!operation.is_known("verified")) return true;
  // A swap is not over before the names are exchanged.
  return !operation.known("restored_as").empty() && !operation.is_known("exchanged");
}

RollbackLook roll_back(StepContext& context) {
  if (!has_begun(context)) return {};
  return RollbackRun(context).run();
}

Standing standing_of(StepContext& context) {
  if (!has_begun(context)) return {"Nothing was created or changed.", ""};
  try {
    return StandingRun(context).run();
  } catch (const Error& e) {
    const Operation& operation = context.operation;
    const std::string retired = operation.known("retired_cluster_id");
    return {fmt::format("RDS did not tell what stands ({}). The target is {}{}.", e.what(),
                        context.settings.text("target_cluster_id"),
                        retired.empty() ? "" : fmt::format(", the old cluster's other name {}", retired)),
            cancel_command(operation)};
  }
}

}  // namespace aurora::restore
