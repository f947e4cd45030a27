// `snapshots manifest`: has a manifest of the running source cluster taken, and keeps it beside a snapshot.
#pragma once
#include <string>

#include "cli/context.h"
#include "cli/exit_codes.h"
#include "cli/output.h"

namespace aurora::cli {

struct ManifestOptions {
  std::string snapshot;
  std::string cluster;  // empty: the snapshot's
  std::string region;
  std::string to;  // a file, s3://bucket/key, or empty
  OutputOptions output;
};

ExitCode take_snapshot_manifest(Context& context, const ManifestOptions& options);

}  // namespace aurora::cli
