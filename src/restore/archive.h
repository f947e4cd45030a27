// The operation's state, audit trail and report as objects in S3, for when the tables have forgotten them.
#pragma once
#include "restore/step.h"

namespace aurora::restore {

struct ArchivePlace {
  std::string region;
  std::string bucket;
  std::string prefix;

  // <prefix>/<operation_id>/<object>
  std::string key(const std::string& operation_id, const std::string& object) const;
};

// Writes state.json, audit.json, report.json and report.html; `report` is make_report()'s.
void write_archive(aws::Api& api, const ArchivePlace& place, const Json& state,
                   const std::vector<Json>& audit, const Json& report);

// The same for a step, to s3://<log_bucket>/<log_prefix>/<operation_id>/, when log_bucket is set. True when
// they were written; a bucket that is out of reach is recorded, not fatal.
bool archive_operation(StepContext& context);
// Deletes them. True when they are gone.
bool delete_archive(StepContext& context);

}  // namespace aurora::restore
