#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "local/rds/clusters.h"
#include "local/rds/instances.h"
#include "local/rds/work.h"

namespace aurora::local::rds {
namespace {

// After a reboot everything holds that the parameter groups say.
void mark_in_sync(Resource& cluster, Resource& instance) {
  for (Json& membership : instance.body["DBParameterGroups"]) membership["ParameterApplyStatus"] = "in-sync";
  if (Json* member = membership(cluster, instance.id)) (*member)["DBClusterParameterGroupStatus"] = "in-sync";
}

}  // namespace

Worker::Subject Worker::subject_of_instance(const Job& job) {
  return subject_of(need(job.resource).internal.at("cluster").get<std::string>());
}

bool Worker::is_writer(const Subject& subject, const Job& job) {
  const std::string id = need(job.resource).id;
  const Json& members = subject.cluster.body.at("DBClusterMembers");
  return std::any_of(members.begin(), members.end(), [&](const Json& member) {
    return member.at("DBInstanceIdentifier") == id && bool_or(member, "IsClusterWriter", false);
  });
}

// Any instance brings the server up: a reader may be there before the writer is.
Json Worker::create_instance(const Job& job, JobControl& control) {
  const Subject subject = subject_of_instance(job);
  const auto held = hold_cluster(subject.cluster);
  if (status_of(subject.cluster) == "failed")
    throw Error("EngineFailed", fmt::format("the DB cluster {} has failed", subject.cluster.id));
  subject.engine->start(subject.directory, subject.server, control.stop());
  return Json::object();
}

void Worker::instance_created(const Job&, Resource& instance, const Json&) {
  status_of(instance) = "available";
  instance.internal["up"] = true;
  instance.body["InstanceCreateTime"] = format_iso_millis(environment_.clock.now());
  environment_.records.put(instance);
  add_event(environment_, instance, "DB instance created", {"creation"});
}

Json Worker::modify_instance(const Job& job, JobControl& control) {
  const Subject subject = subject_of_instance(job);
  // The change needs a reboot on RDS: what is connected to the writer loses its connection.
  if (is_writer(subject, job)) restart(subject, control.stop());
  return Json::object();
}

void Worker::instance_modified(const Job& job, Resource& instance, const Json&) {
  status_of(instance) = "available";
  std::optional<Resource> cluster = cluster_of(environment_, instance);
  if (cluster) mark_in_sync(*cluster, instance);
  if (job.details.contains("DBInstanceClass"))
    instance.body["DBInstanceClass"] = job.details["DBInstanceClass"];
  if (job.details.contains("DBInstanceIdentifier")) {
    const std::string id = job.details.at("DBInstanceIdentifier").get<std::string>();
    if (cluster)
      if (Json* member = membership(*cluster, instance.id)) (*member)["DBInstanceIdentifier"] = id;
    const std::string old_id = instance.id;
    instance.id = id;
    instance.body["DBInstanceIdentifier"] = id;
    instance.body["DBInstanceArn"] = arn_of(Kind::kInstance, instance.region, id);
    instance.internal.erase("next_id");
    add_event(environment_, instance, fmt::format("DB instance renamed from {} to {}", old_id, id),
              {"configuration change"});
  }
  instance.body["PendingModifiedValues"] = Json::object();
  environment_.records.put(instance);
  if (cluster) environment_.records.put(*cluster);
}

Json Worker::reboot_instance(const Job& job, JobControl& control) {
  const Subject subject = subject_of_instance(job);
  if (is_writer(subject, job)) restart(subject, control.stop());
  return Json::object();
}

void Worker::instance_rebooted(const Job& job, Resource& instance, const Json&) {
  status_of(instance) = "available";
  if (std::optional<Resource> cluster = cluster_of(environment_, instance)) {
    mark_in_sync(*cluster, instance);
    if (bool_or(job.details, "failover", false)) {
      const std::vector<Resource> members = members_of(environment_, *cluster);
      if (members.size() > 1) promote(*cluster, members[members[0].id == instance.id ? 1 : 0].id);
    }
    environment_.records.put(*cluster);
  }
  environment_.records.put(instance);
  add_event(environment_, instance, "DB instance restarted", {"availability"});
}

// With the last instance the server goes: nobody connects to a cluster without instances.
Json Worker::delete_instance(const Job& job, JobControl&) {
  const Subject subject = subject_of_instance(job);
  const auto held = hold_cluster(subject.cluster);
  bool others = false;
  {
    const std::lock_guard lock(mutex_);
    for (const Resource& member : members_of(environment_, subject.cluster))
      others = others || (member.resource != job.resource && status_of(member) != "deleting");
  }
  if (!others) subject.engine->stop(subject.directory);
  return Json::object();
}

void Worker::instance_deleted(const Job&, Resource& instance, const Json&) {
  if (std::optional<Resource> cluster = cluster_of(environment_, instance)) {
    const Json* gone = membership(*cluster, instance.id);
    const bool was_writer = gone && bool_or(*gone, "IsClusterWriter", false);
    Json& members = cluster->body["DBClusterMembers"];
    members.erase(
        std::remove_if(members.begin(), members.end(),
                       [&](const Json& member) { return member.at("DBInstanceIdentifier") == instance.id; }),
        members.end());
    if (was_writer && !members.empty()) {
      const auto next = std::min_element(members.begin(), members.end(), [](const Json& a, const Json& b) {
        return int_or(a, "PromotionTier", 1) < int_or(b, "PromotionTier", 1);
      });
      promote(*cluster, next->at("DBInstanceIdentifier").get<std::string>());
    }
    environment_.records.put(*cluster);
  }
  add_event(environment_, instance, "DB instance deleted", {"deletion"});
  environment_.records.erase(instance.resource);
}

}  // namespace aurora::local::rds
