#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "local/ec2_network.h"
#include "local/place.h"
#include "local/rds/catalog.h"
#include "local/rds/groups.h"
#include "local/rds/keys.h"
#include "local/rds/quotas.h"
#include "local/rds/snapshots.h"
#include "local/rds/tags.h"

namespace aurora::local::rds {
namespace {

aws::ServiceError no_key() {
  return fault(
      "KMSKeyNotAccessibleFault",
      "Specified KMS key [None] does not exist, is not enabled or you do not have permissions to access "
      "it: the copy of an encrypted snapshot into another Region or account needs KmsKeyId.");
}

void check_copies_in_flight(Context& context) {
  const std::vector<Resource> all = context.records.list(Kind::kSnapshot, context.region);
  const auto copying = std::count_if(all.begin(), all.end(), [](const Resource& snapshot) {
    return status_of(snapshot) == "copying" && bool_or(snapshot.internal, "cross_region", false);
  });
  if (copying >= kCopiesInFlightMax)
    throw fault("SnapshotQuotaExceeded", "Cannot copy more than 5 snapshots across regions");
}

// The key of the copy, after the rules of CopyDBClusterSnapshot.
Key key_of_copy(const Context& context, const Resource& source) {
  const bool encrypted = bool_or(source.body, "StorageEncrypted", false);
  const bool named = !context.outside.key.arn.empty();
  if (!encrypted && named)
    throw invalid_combination(
        "KmsKeyId cannot be given for an unencrypted snapshot: encrypt when it is restored instead.");
  const bool away = source.region != context.region;
  if (encrypted && away && !named) throw no_key();
  return named ? context.outside.key : key_of(source);
}

Resource make_copy(Context& context, const Resource& source, const std::string& id) {
  Resource copy{.kind = Kind::kSnapshot,
                .region = context.region,
                .id = id,
                .resource = new_resource_id("snapshot-"),
                .body = source.body,
                .internal = Json::object()};
  copy.body["DBClusterSnapshotIdentifier"] = id;
  copy.body["DBClusterSnapshotArn"] = arn_of(Kind::kSnapshot, context.region, id);
  copy.body["SourceDBClusterSnapshotArn"] = source.body.at("DBClusterSnapshotArn");
  copy.body["SnapshotCreateTime"] = format_iso_millis(context.clock.now());
  copy.body["SnapshotType"] = "manual";
  copy.body["Status"] = "copying";
  copy.body["PercentProgress"] = 0;
  copy.body["AvailabilityZones"] = availability_zones(context.region);
  copy.body["VpcId"] = ec2::default_vpc(region_of(context.region));
  copy.body["TagList"] = tags_of_input(context);
  if (bool_or(context.input, "CopyTags", false))
    copy.body["TagList"] = merged_tags(copied_tags(source.body.at("TagList")), copy.body["TagList"]);
  copy.internal = {{"directory", "s/" + copy.resource.substr(9, 12)},
                   {"restore", Json::array()},
                   {"cross_region", region_of(source.region) != region_of(context.region)},
                   {"bytes", source.internal.value("bytes", 0)}};
  set_encryption(copy, key_of_copy(context, source));
  if (const Json& name = member_or_null(source.internal, "database"); !name.is_null())
    copy.internal["database"] = name;
  return copy;
}

}  // namespace

Resource need_source_snapshot(Context& context, const std::string& name) {
  std::optional<Resource> found;
  if (const std::optional<Arn> arn = parse_arn(name)) {
    if (arn->type == arn_type(Kind::kSnapshot))
      found = context.records.find(Kind::kSnapshot, arn->region, arn->id);
  } else {
    found = context.records.find(Kind::kSnapshot, context.region,
                                 local_id(name, Kind::kSnapshot, context.region));
  }
  if (!found || !may_read(context, *found)) throw not_found(Kind::kSnapshot, name);
  return *std::move(found);
}

Json copy_db_cluster_snapshot(Context& context) {
  const Resource source =
      need_source_snapshot(context, required(context, "SourceDBClusterSnapshotIdentifier"));
  const std::string id = checked_identifier(required(context, "TargetDBClusterSnapshotIdentifier"),
                                            "TargetDBClusterSnapshotIdentifier");
  if (status_of(source) != "available")
    throw invalid_state(Kind::kSnapshot,
                        fmt::format("The source snapshot {} is in {} state, but must be available.",
                                    source.id, status_of(source)));
  if (context.records.find(Kind::kSnapshot, context.region, id))
    throw fault(
        "DBClusterSnapshotAlreadyExistsFault",
        fmt::format("Cannot create the cluster snapshot because one with the identifier {} already exists.",
                    id));
  check_snapshot_quota(context);
  Resource copy = make_copy(context, source, id);
  if (bool_or(copy.internal, "cross_region", false)) check_copies_in_flight(context);
  // Copies of one source wait for one another, as on AWS.
  copy.internal["job"] = enqueue(context, {.work = "CopySnapshot",
                                           .resource = copy.resource,
                                           .holds = {copy.resource, "copies of " + source.resource},
                                           .reads = {source.resource},
                                           .details = {{"source", source.resource}},
                                           .minimum = context.pace.copy});
  context.records.put(copy);
  return {{"DBClusterSnapshot", shown_snapshot(context, copy)}};
}

}  // namespace aurora::local::rds
