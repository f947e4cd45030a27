// Files of this machine that the functions are to read: they go to S3, and the request names them there.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "cli/world.h"
#include "restore/settings.h"

namespace aurora::cli {

// A finding for each file named in post_restore_sql, verification_sql or verification_manifest that cannot be
// read. What is in S3 already is not looked at.
std::vector<restore::Finding> check_local_files(const Json& request);

// Has each such file of the request that is given by a relative path begin at `folder`.
void resolve_local_files(Json& request, const std::filesystem::path& folder);

// `request` with each such file uploaded under its content's hash, and its s3:// address in its place.
Json with_uploaded_files(World& world, Json request);

// The bucket for SQL files and manifests: script_bucket, else log_bucket, of the request or the environment's
// configuration; on the local endpoint, when neither is set, one that is made for it. Throws Error
// "NoScriptBucket".
std::string script_bucket(World& world, const Json& request);

}  // namespace aurora::cli
