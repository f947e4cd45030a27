#include "restore/rds_errors.h"

#include "aws/retry.h"
#include "base/text.h"

namespace aurora::restore {
namespace {

struct Row {
  const char* code;  // without a trailing "Fault", with which half of RDS's codes end
  RetryClass retry;
  const char* hint;
};

constexpr RetryClass kWait = RetryClass::kWait;
constexpr RetryClass kGrace = RetryClass::kGrace;
constexpr RetryClass kDone = RetryClass::kDone;
constexpr RetryClass kTerminal = RetryClass::kTerminal;

constexpr char kSettingHint[] = "Correct the setting that it names, then start the restore again.";
constexpr char kBusyHint[] =
    "It is between two states; `aurora-restore resume` goes on as soon as it is settled.";
constexpr char kCapacityHint[] =
    "RDS has no capacity for this at the moment: try again later, or give another db_instance_class or "
    "subnets "
    "in other Availability Zones.";
constexpr char kKeyHint[] =
    "See that kms_key_id is an enabled key of the target Region, and that the functions' role may use it: "
    "kms:DescribeKey and kms:CreateGrant, and for another account's key its policy as well.";

constexpr char kGlobalHint[] =
    "The cluster belongs to a global database; take it out with `aws rds remove-from-global-cluster` first.";

constexpr Row kRows[] = {
    {"InvalidDBClusterState", kWait, kBusyHint},
    {"InvalidDBInstanceState", kWait, kBusyHint},
    {"InvalidDBClusterSnapshotState", kWait, kBusyHint},
    {"InvalidDBSnapshotState", kWait, kBusyHint},
    {"InvalidDBSubnetGroupState", kWait, kBusyHint},
    {"InsufficientDBClusterCapacity", kWait, kCapacityHint},
    {"InsufficientDBInstanceCapacity", kWait, kCapacityHint},
    {"InsufficientStorageClusterCapacity", kWait, kCapacityHint},
    {"TransactionConflict", kWait, ""},

    {"KMSKeyNotAccessible", kGrace, kKeyHint},
    {"AccessDenied", kGrace,
     "The functions' role lacks this permission; docs/ARCHITECTURE.md lists what each step needs."},

    {"DBClusterAlreadyExists", kDone,
     "Another cluster took this name; free it or give another target_cluster_id."},
    {"DBInstanceAlreadyExists", kDone, "Another instance took this name; rename or delete it."},
    {"DBClusterSnapshotAlreadyExists", kDone,
     "Another snapshot took this name; rename or delete it, then start the restore again."},
    {"DBSubnetGroupAlreadyExists", kDone, "Give db_subnet_group_name instead of subnet_ids."},

    {"SnapshotQuotaExceeded", kTerminal,
     "Delete manual cluster snapshots that nobody needs, or have the quota of 100 for each Region raised."},
    {"DBClusterQuotaExceeded", kTerminal,
     "Delete a cluster that nobody needs, or have the quota of clusters for each Region raised; retire and "
     "swap need room for one more than there is now."},
    {"InstanceQuotaExceeded", kTerminal,
     "Delete instances that nobody needs, ask for fewer readers, or have the quota of instances raised."},
    {"StorageQuotaExceeded", kTerminal, "Have the Region's storage quota raised."},
    {"DBClusterAutomatedBackupQuotaExceeded", kTerminal,
     "Delete retained automated backups that nobody needs, or have their quota raised."},
    {"SharedSnapshotQuotaExceeded", kTerminal, "Take other accounts off the snapshot's list (20 at most)."},

    {"DBClusterNotFound", kTerminal, "Somebody deleted or renamed the cluster; start the restore again."},
    {"DBInstanceNotFound", kTerminal, "Somebody deleted or renamed the instance; start the restore again."},
    {"DBClusterSnapshotNotFound", kTerminal,
     "The snapshot is gone: an automated one lives only as long as its cluster's retention. Choose another."},
    {"DBSnapshotNotFound", kTerminal,
     "The snapshot is gone: an automated one lives only as long as its cluster's retention. Choose another."},
    {"DBClusterAutomatedBackupNotFound", kTerminal,
     "The cluster has no automated backups of that time; choose a later restore_to_time or a snapshot."},
    {"DBSubnetGroupNotFound", kTerminal, "Correct db_subnet_group_name, then start the restore again."},
    {"DBSubnetGroupDoesNotCoverEnoughAZs", kTerminal,
     "Aurora wants subnets in at least two Availability Zones; add one to the subnet group."},
    {"DBClusterParameterGroupNotFound", kTerminal, "Correct db_cluster_parameter_group_name."},
    {"DBParameterGroupNotFound", kTerminal,
     "Correct db_parameter_group_name or db_cluster_parameter_group_name."},
    {"OptionGroupNotFound", kTerminal, "The snapshot's option group is not in this Region."},
    {"DomainNotFound", kTerminal, "The snapshot's directory is not in this Region or account."},
    {"CertificateNotFound", kTerminal, "The certificate authority is not offered in this Region."},

    {"InvalidSubnet", kTerminal, "Give subnets of one VPC, all of the target Region."},
    {"InvalidVPCNetworkState", kTerminal,
     "Subnet group and security groups must be of one VPC, with free addresses in its subnets."},
    {"NetworkTypeNotSupported", kTerminal, "DUAL needs subnets with IPv6 blocks; leave network_type out."},
    {"VpcEncryptionControlViolationException", kTerminal,
     "The VPC's encryption controls forbid it; choose an instance class that encrypts in transit."},
    {"StorageTypeNotSupported", kTerminal, "Leave storage_type out: the version does not know this one."},
    {"StorageTypeNotAvailable", kTerminal, "RDS allows a change back from aurora-iopt1 once in 30 days."},
    {"InvalidRestore", kTerminal, "The backup cannot be restored so; choose another snapshot or time."},
    {"InvalidGlobalClusterState", kTerminal, kGlobalHint},
    {"InvalidParameterValue", kTerminal, kSettingHint},
    {"InvalidParameterCombination", kTerminal, kSettingHint},
    {"MissingParameter", kTerminal, kSettingHint},
    {"ExpiredToken", kTerminal, "The credentials ran out; renew them and start again."},
    {"RequestExpired", kTerminal, "The clock here is off; correct it."},
    {"InvalidClientTokenId", kTerminal, "The credentials are not known to AWS; correct them."},
    {"SignatureDoesNotMatch", kTerminal, "The secret key does not belong to the access key; correct it."},
};

const Row* find_row(const aws::ServiceError& error) {
  for (const Row& row : kRows)
    if (error.is(row.code)) return &row;
  return nullptr;
}

bool speaks_of(const aws::ServiceError& error, std::string_view words) {
  return to_lower(error.message()).find(words) != std::string::npos;
}

// RDS refuses to delete a member of a global database with the code of a state that passes by itself.
bool is_in_global_cluster(const aws::ServiceError& error) {
  return error.is("InvalidDBClusterStateFault") && speaks_of(error, "global cluster");
}

}  // namespace

bool is_busy(const aws::ServiceError& error) {
  if (is_in_global_cluster(error)) return false;
  for (const char* code : {"InvalidDBClusterStateFault", "InvalidDBInstanceState",
                           "InvalidDBClusterSnapshotStateFault", "InvalidDBSubnetGroupStateFault"})
    if (error.is(code)) return true;
  return false;
}

bool is_capacity_shortage(const aws::ServiceError& error) {
  for (const char* code : {"InsufficientDBClusterCapacityFault", "InsufficientDBInstanceCapacity",
                           "InsufficientStorageClusterCapacity"})
    if (error.is(code)) return true;
  return false;
}

bool is_copy_slot_shortage(const aws::ServiceError& error) {
  return error.is("SnapshotQuotaExceeded") && speaks_of(error, "across regions");
}

RetryClass class_of(const aws::ServiceError& error) {
  const aws::FailureKind kind = aws::kind_of(error);
  if (is_copy_slot_shortage(error)) return RetryClass::kWait;
  if (is_in_global_cluster(error)) return RetryClass::kTerminal;
  if (const Row* row = find_row(error)) return row->retry;
  return kind == aws::FailureKind::kTerminal || kind == aws::FailureKind::kNone ? RetryClass::kTerminal
                                                                                : RetryClass::kRepeat;
}

std::vector<std::string_view> known_rds_codes() {
  std::vector<std::string_view> codes;
  for (const Row& row : kRows) codes.emplace_back(row.code);
  return codes;
}

std::string hint_for(const aws::ServiceError& error) {
  if (!error.hint().empty()) return error.hint();
  if (error.details().service != "rds" && !error.details().service.empty()) return "";
  if (speaks_of(error, "deletion protection"))
    return "Take the protection off yourself if the cluster may go.";
  if (speaks_of(error, "is earlier than the engine version"))
    return "Leave engine_version out, or give one that is not lower than the snapshot's.";
  if (is_in_global_cluster(error)) return kGlobalHint;
  const Row* row = find_row(error);
  return row ? row->hint : "";
}

}  // namespace aurora::restore
