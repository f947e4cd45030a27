// The errors of RDS that a step can meet (the API reference's lists, by operation), and what they are to it.
#pragma once
#include <string_view>

#include "restore/rds_errors.h"

namespace aurora::restore::testing {

struct RdsErrorCase {
  const char* operation;  // of RDS, refused with
  const char* code;       // as on the wire
  RetryClass retry;
  const char* hint;  // part of what the operator is told to do
  // The name that it is told by where a step knows more than RDS says.
  const char* told_as = nullptr;
};

inline std::string_view name_told(const RdsErrorCase& c) {
  if (c.told_as != nullptr) return c.told_as;
  return c.retry == RetryClass::kRepeat ? "AwsThrottled" : c.code;
}

inline constexpr RetryClass kWait = RetryClass::kWait;
inline constexpr RetryClass kGrace = RetryClass::kGrace;
inline constexpr RetryClass kDone = RetryClass::kDone;
inline constexpr RetryClass kRepeat = RetryClass::kRepeat;
inline constexpr RetryClass kTerminal = RetryClass::kTerminal;

inline constexpr RdsErrorCase kRdsErrorCases[] = {
    {"CopyDBClusterSnapshot", "DBClusterSnapshotNotFoundFault", kTerminal, "with another one",
     "SnapshotNotFound"},
    {"CopyDBClusterSnapshot", "InvalidDBClusterSnapshotStateFault", kWait, ""},
    {"CopyDBClusterSnapshot", "InvalidDBClusterStateFault", kWait, "between two states"},
    {"CopyDBClusterSnapshot", "SnapshotQuotaExceeded", kTerminal, "orphans"},
    {"CopyDBClusterSnapshot", "DBClusterSnapshotAlreadyExistsFault", kDone, ""},
    {"CopyDBClusterSnapshot", "KMSKeyNotAccessibleFault", kGrace, "kms:CreateGrant"},
    {"DescribeDBClusterSnapshots", "AccessDenied", kGrace, "role"},
    {"RestoreDBClusterFromSnapshot", "DBClusterAlreadyExistsFault", kDone, ""},
    {"RestoreDBClusterFromSnapshot", "DBClusterSnapshotNotFoundFault", kTerminal, "Choose another"},
    {"RestoreDBClusterFromSnapshot", "DBSnapshotNotFound", kTerminal, "Choose another"},
    {"RestoreDBClusterFromSnapshot", "InvalidDBClusterSnapshotStateFault", kWait, ""},
    {"RestoreDBClusterFromSnapshot", "InvalidDBSnapshotState", kWait, "between two states"},
    {"RestoreDBClusterFromSnapshot", "InvalidDBInstanceState", kWait, ""},
    {"RestoreDBClusterFromSnapshot", "DBClusterQuotaExceededFault", kTerminal, "room for one more"},
    {"RestoreDBClusterFromSnapshot", "StorageQuotaExceeded", kTerminal, "quota"},
    {"RestoreDBClusterFromSnapshot", "InsufficientDBClusterCapacityFault", kWait,
     "another db_instance_class"},
    {"RestoreDBClusterFromSnapshot", "InsufficientDBInstanceCapacity", kWait, "another db_instance_class"},
    {"RestoreDBClusterFromSnapshot", "InsufficientStorageClusterCapacity", kWait, "Availability Zones"},
    {"RestoreDBClusterFromSnapshot", "DBSubnetGroupNotFoundFault", kTerminal, "db_subnet_group_name"},
    {"RestoreDBClusterFromSnapshot", "DBSubnetGroupDoesNotCoverEnoughAZs", kTerminal, "two Availability"},
    {"RestoreDBClusterFromSnapshot", "InvalidSubnet", kTerminal, "one VPC"},
    {"RestoreDBClusterFromSnapshot", "InvalidVPCNetworkStateFault", kTerminal, "one VPC"},
    {"RestoreDBClusterFromSnapshot", "NetworkTypeNotSupported", kTerminal, "network_type"},
    {"RestoreDBClusterFromSnapshot", "VpcEncryptionControlViolationException", kTerminal, "encrypt"},
    {"RestoreDBClusterFromSnapshot", "DBClusterParameterGroupNotFound", kTerminal,
     "db_cluster_parameter_group_name"},
    {"RestoreDBClusterFromSnapshot", "OptionGroupNotFoundFault", kTerminal, "option group"},
    {"RestoreDBClusterFromSnapshot", "DomainNotFoundFault", kTerminal, "directory"},
    {"RestoreDBClusterFromSnapshot", "StorageTypeNotSupported", kTerminal, "storage_type"},
    {"RestoreDBClusterFromSnapshot", "InvalidRestoreFault", kTerminal, "another snapshot"},
    {"RestoreDBClusterFromSnapshot", "KMSKeyNotAccessibleFault", kGrace, "kms_key_id"},
    {"RestoreDBClusterFromSnapshot", "InvalidParameterCombination", kTerminal, "Correct the setting"},
    {"RestoreDBClusterFromSnapshot", "Throttling", kRepeat, ""},
    {"RestoreDBClusterFromSnapshot", "DBClusterAutomatedBackupNotFoundFault", kTerminal, "restore_to_time"},
    {"CreateDBInstance", "InstanceQuotaExceeded", kTerminal, "fewer readers"},
    {"CreateDBInstance", "DBClusterNotFoundFault", kTerminal, "Somebody deleted"},
    {"CreateDBInstance", "InvalidDBClusterStateFault", kWait, ""},
    {"CreateDBInstance", "InsufficientDBInstanceCapacity", kWait, "another db_instance_class"},
    {"CreateDBInstance", "DBParameterGroupNotFound", kTerminal, "db_parameter_group_name"},
    {"CreateDBInstance", "DBSubnetGroupNotFoundFault", kTerminal, "db_subnet_group_name"},
    {"CreateDBInstance", "CertificateNotFound", kTerminal, "certificate"},
    {"CreateDBInstance", "KMSKeyNotAccessibleFault", kGrace, "kms:CreateGrant"},
    {"ModifyDBCluster", "DBClusterNotFoundFault", kTerminal, "Somebody deleted"},
    {"ModifyDBCluster", "DBClusterAlreadyExistsFault", kDone, "free it"},
    {"ModifyDBCluster", "InvalidGlobalClusterStateFault", kTerminal, "remove-from-global-cluster"},
    {"ModifyDBCluster", "StorageTypeNotAvailableFault", kTerminal, "30 days"},
    {"ModifyDBCluster", "InvalidParameterValue", kTerminal, "Correct the setting"},
};

}  // namespace aurora::restore::testing
