#include "restore/instances.h"

#include <fmt/format.h>

#include <algorithm>

#include "restore/looks.h"
#include "restore/rds_errors.h"
#include "restore/restore_request.h"
#include "restore/target.h"
#include "restore/waiting.h"

namespace aurora::restore {
namespace {

constexpr std::chrono::minutes kCapacityWaitMax{30};

class InstancesRun {
 public:
  InstancesRun(StepContext& context, aws::Rds& rds, const aws::Cluster& cluster)
      : context_(context), rds_(rds), cluster_(cluster) {}

  InstancesLook run() {
    const auto wanted = 1 + static_cast<int>(context_.settings.integer("reader_count"));
    for (int number = 1; number <= wanted; ++number) look_at(number);
    if (slowest_ == "available") {
      end_wait(context_, "capacity");
      return {true, ""};
    }
    return {false, slowest_, short_of_capacity_};
  }

 private:
  Json& names() {
    Json& names = context_.operation.state()["instances"];
    if (!names.is_array()) names = Json::array();
    return names;
  }
  std::string name_of(int number) { return names()[static_cast<std::size_t>(number) - 1].get<std::string>(); }

  // RDS itself refuses a name that is taken, so that one is only looked for which was asked for before.
  void look_at(int number) {
    std::optional<aws::Instance> instance;
    if (names().size() < static_cast<std::size_t>(number))
      names().push_back(instance_name(cluster_.identifier, number));
    else
      instance = rds_.find_instance(name_of(number));
    if (!instance) {
      if (!create(number)) return;
      if (may_be_over_soon(context_, "instances")) instance = rds_.find_instance(name_of(number));
    }
    const std::string status = instance ? instance->status : "creating";
    if (is_failed_status(status)) throw restore_failed("instance", name_of(number), status);
    if (status != "available") slowest_ = "instances are " + status;
  }

  // False when it has to wait.
  bool create(int number) {
    const std::string name = name_of(number);
    try {
      rds_.create_instance(instance_request(context_, cluster_, name, number, zones(), cluster_.tags));
      return true;
    } catch (const aws::ServiceError& e) {
      if (e.is("DBInstanceAlreadyExists")) {
        if (!is_anothers(name)) return true;
        const std::string other = other_name(number);
        if (name == other) throw;
        names()[static_cast<std::size_t>(number) - 1] = other;
        return create(number);
      }
      if (is_busy(e)) {
        slowest_ = "instances wait until the cluster takes them";
        return false;
      }
      if (!is_capacity_shortage(e)) throw;
      wait_for_capacity(name, e);
      return false;
    }
  }

  // A repeated step finds its own instance; that of a cluster which is not ours stays as it is.
  bool is_anothers(const std::string& name) {
    const auto there = rds_.find_instance(name);
    return there && there->cluster_identifier != cluster_.identifier;
  }
  std::string other_name(int number) {
    return with_suffix(instance_name(cluster_.identifier, number), "-" + context_.operation.known("run_id"));
  }

  void wait_for_capacity(const std::string& name, const aws::ServiceError& e) {
    // From the next look on RDS chooses the Availability Zone.
    context_.operation.state()["any_zone"] = true;
    if (waited_longer(context_, "capacity", kCapacityWaitMax))
      throw Error(
          e.code(),
          fmt::format("RDS had no capacity for instance {} ({}) in {} minutes: {}", name,
                      context_.settings.text("db_instance_class"), kCapacityWaitMax.count(), e.message()),
          hint_for(e));
    slowest_ = fmt::format("instance {} waits for capacity", name);
    short_of_capacity_ = true;
  }

  // Readers are spread over the zones that the subnet group reaches; a writer alone goes where RDS likes.
  const std::vector<std::string>& zones() {
    const bool spread =
        context_.settings.integer("reader_count") > 0 && !context_.operation.is_known("any_zone");
    if (spread && !zones_known_) zones_ = rds_.zones_of_subnet_group(cluster_.subnet_group);
    zones_known_ = true;
    return zones_;
  }

  StepContext& context_;
  aws::Rds& rds_;
  const aws::Cluster& cluster_;
  std::string slowest_ = "available";
  bool short_of_capacity_ = false;
  std::vector<std::string> zones_;
  bool zones_known_ = false;
};

}  // namespace

InstancesLook ensure_instances(StepContext& context, aws::Rds& rds, const aws::Cluster& cluster) {
  return InstancesRun(context, rds, cluster).run();
}

std::optional<std::string> instances_pending(StepContext& context, aws::Rds& rds) {
  const Json& state = context.operation.get("state");
  if (string_or(member_or_null(state, "look"), "what", "") != "instances") return std::nullopt;
  std::optional<std::string> pending;
  const Json names = member_or_null(state, "instances");
  for (const Json& name : names) {
    const auto instance = rds.find_instance(name.get<std::string>());
    if (!instance) return std::nullopt;
    if (is_failed_status(instance->status))
      throw restore_failed("instance", instance->identifier, instance->status);
    if (instance->status != "available") pending = "instances are " + instance->status;
  }
  return pending;
}

std::vector<std::string> instances_to_restart(aws::Rds& rds, const aws::Cluster& cluster) {
  std::vector<std::string> names;
  for (const aws::ClusterMember& member : cluster.members) {
    bool pending = member.parameter_group_status == "pending-reboot";
    if (!pending)
      if (const auto instance = rds.find_instance(member.instance_identifier))
        pending = instance->parameters_pending;
    if (pending) names.push_back(member.instance_identifier);
  }
  return names;
}

bool is_failed_status(const std::string& status) {
  static constexpr const char* kBad[] = {"failed",
                                         "migration-failed",
                                         "cloning-failed",
                                         "incompatible-restore",
                                         "incompatible-parameters",
                                         "incompatible-network",
                                         "incompatible-option-group",
                                         "inaccessible-encryption-credentials",
                                         "inaccessible-encryption-credentials-recoverable",
                                         "insufficient-capacity",
                                         "restore-error",
                                         "storage-full",
                                         "deleting",
                                         "deleted"};
  return std::any_of(std::begin(kBad), std::end(kBad), [&](const char* bad) { return status == bad; });
}

Error restore_failed(const std::string& kind, const std::string& name, const std::string& status) {
  return Error(
      "RestoreFailed", fmt::format("{} {} is {}.", kind, name, status),
      fmt::format("`aws rds describe-events --source-type db-{} --source-identifier {}` tells RDS's reason.",
                  kind, name));
}

}  // namespace aurora::restore
