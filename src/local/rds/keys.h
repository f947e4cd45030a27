// The KMS keys that clusters and snapshots are encrypted with.
#pragma once
#include "local/rds/context.h"
#include "local/service.h"

namespace aurora::local::rds {

// The key that a request means: the one it names, or RDS's own where a new cluster is to be encrypted and
// none is named. Asks KMS through `router`; without one any key is taken for granted.
// KMSKeyNotAccessibleFault for a key that is not there, not enabled, or of another Region.
Key key_for(const Call& call, Router* router);

// The key that `wanted` (id, ARN or alias) means in the call's Region, by the same rules.
Key usable_key(const Call& call, const std::string& wanted, Router* router);

// "StorageEncrypted", "StorageEncryptionType" and "KmsKeyId" of a cluster or a snapshot.
void set_encryption(Resource& resource, const Key& key);
// What a resource is encrypted with.
Key key_of(const Resource& resource);

}  // namespace aurora::local::rds
