#include "restore/request.h"

#include <fmt/format.h>

#include "restore/point_in_time.h"

namespace aurora::restore {

std::vector<Finding> validate_request(const Json& input) {
  std::vector<Finding> findings;
  canonical_settings(input, "the input", findings);
  return findings;
}

std::vector<Finding> validate_resolved(const Json& settings) {
  std::vector<Finding> findings;
  const auto require = [&](std::string_view field, std::string_view rule) {
    if (!settings.contains(field)) findings.push_back({std::string(field), "", std::string(rule)});
  };
  require("target_region", "required: the Region to restore into");
  require("target_cluster_id", "required: the name of the cluster to be made");
  const bool to_time =
      settings.contains("restore_to_time") || bool_or(settings, "use_latest_restorable_time", false);
  if (!settings.contains("snapshot_name") && !to_time) {
    if (!settings.contains("snapshot_date"))
      findings.push_back({"snapshot_name", "",
                          "required, unless snapshot_date (a day, or latest) says which snapshot is meant"});
    else
      require("source_cluster_id", "required when the snapshot is given by its date");
  }
  // Without them RDS takes the VPC's defaults, which is how a restore ends up open to the wrong network.
  if (!settings.contains("subnet_ids"))
    require("db_subnet_group_name", "required, unless subnet_ids are given");
  require("vpc_security_group_ids", "required: the security groups of the new cluster");
  if (settings.contains("subnet_ids") && settings.contains("db_subnet_group_name"))
    findings.push_back({"subnet_ids and db_subnet_group_name", "", "give one of the two"});
  for (Finding& finding : validate_point_in_time(settings)) findings.push_back(std::move(finding));
  return findings;
}

}  // namespace aurora::restore
