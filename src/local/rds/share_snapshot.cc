// Sharing of snapshots: `internal.restore` of a snapshot lists the accounts, or "all", that may copy and
// restore it. The record stays with its owner's place (local/place.h); who asks from another account finds it
// by its ARN. Whether that account may use the snapshot's key is KMS's to say when it copies: sharing only
// refuses keys of AWS's own.
#include <fmt/format.h>

#include <algorithm>

#include "local/place.h"
#include "local/rds/keys.h"
#include "local/rds/quotas.h"
#include "local/rds/snapshots.h"

namespace aurora::local::rds {
namespace {

Json attributes_of(const Resource& snapshot) {
  Json restore = {{"AttributeName", "restore"}, {"AttributeValues", snapshot.internal.at("restore")}};
  return {{"DBClusterSnapshotAttributesResult",
           {{"DBClusterSnapshotIdentifier", snapshot.id},
            {"DBClusterSnapshotAttributes", Json::array({std::move(restore)})}}}};
}

bool is_account(const std::string& text) {
  return text.size() == 12 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void check_sharing(const Resource& snapshot, const Json& added) {
  for (const Json& value : added) {
    const std::string account = value.get<std::string>();
    if (account != "all" && !is_account(account))
      throw invalid_value(fmt::format("Invalid account: {}. It has 12 digits, or is 'all'.", account));
    if (account == "all" && bool_or(snapshot.body, "StorageEncrypted", false))
      throw invalid_state(Kind::kSnapshot, "An encrypted snapshot cannot be made public.");
  }
  if (!added.empty() && key_of(snapshot).aws_managed)
    throw invalid_state(Kind::kSnapshot,
                        "A snapshot that is encrypted with the default key of RDS cannot be shared: copy it "
                        "with a customer managed key first.");
}

}  // namespace

bool is_own(const Context& context, const Resource& snapshot) {
  return account_of(snapshot.region) == account_of(context.region);
}

bool is_shared_with(const Resource& snapshot, std::string_view account) {
  const Json& accounts = member_or_null(snapshot.internal, "restore");
  return std::any_of(accounts.begin(), accounts.end(), [&](const Json& one) { return one == account; });
}

bool may_read(const Context& context, const Resource& snapshot) {
  return is_own(context, snapshot) || is_shared_with(snapshot, account_of(context.region)) ||
         is_shared_with(snapshot, "all");
}

Json describe_db_cluster_snapshot_attributes(Context& context) {
  return attributes_of(need(context, Kind::kSnapshot, required(context, "DBClusterSnapshotIdentifier")));
}

Json modify_db_cluster_snapshot_attribute(Context& context) {
  Resource snapshot = need(context, Kind::kSnapshot, required(context, "DBClusterSnapshotIdentifier"));
  if (required(context, "AttributeName") != "restore")
    throw invalid_value("The only attribute of a DB cluster snapshot is restore.");
  if (string_or(snapshot.body, "SnapshotType", "") != "manual" || status_of(snapshot) != "available")
    throw invalid_state(Kind::kSnapshot,
                        "Only an available manual snapshot can be shared; copy an automated one first.");
  const Json& added = member_or_null(context.input, "ValuesToAdd");
  check_sharing(snapshot, added);
  Json& accounts = snapshot.internal["restore"];
  for (const Json& account : member_or_null(context.input, "ValuesToRemove"))
    accounts.erase(std::remove(accounts.begin(), accounts.end(), account), accounts.end());
  for (const Json& account : added)
    if (std::find(accounts.begin(), accounts.end(), account) == accounts.end()) accounts.push_back(account);
  if (accounts.size() > kSharedWithMax)
    throw fault("SharedSnapshotQuotaExceeded", "A snapshot can be shared with 20 accounts at most");
  context.records.put(snapshot);
  return attributes_of(snapshot);
}

}  // namespace aurora::local::rds
