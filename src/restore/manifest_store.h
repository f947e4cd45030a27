// Where manifests are kept: in S3, each beside its snapshot by a tag.
#pragma once
#include <string>

#include "restore/manifest.h"
#include "restore/scripts_file.h"

namespace aurora::restore {

// On a snapshot: the s3:// address of its manifest.
inline constexpr char kManifestTag[] = "aurora-restore:manifest";

// manifests/<snapshot's name>-<digest of its ARN>.json: two snapshots of one name, in two Regions or
// accounts, have two places. Colons, as in rds:…, become hyphens.
std::string manifest_key(const std::string& snapshot_name, const std::string& snapshot_arn);

// Throws Error "ObjectNotFound", "InvalidJson" or "ManifestMalformed".
Manifest load_manifest(aws::Api& api, const std::string& region, const std::string& uri);
void store_manifest(aws::Api& api, const std::string& region, const S3Place& place, const Manifest& manifest);

}  // namespace aurora::restore
