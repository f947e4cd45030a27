#include "local/rds/actions.h"

#include <map>

#include "local/rds/automated_backups_list.h"
#include "local/rds/clusters.h"
#include "local/rds/global_clusters.h"
#include "local/rds/groups.h"
#include "local/rds/instances.h"
#include "local/rds/offers.h"
#include "local/rds/quotas.h"
#include "local/rds/restore_to_time.h"
#include "local/rds/snapshots.h"
#include "local/rds/tags.h"

namespace aurora::local::rds {

Handler find_action(std::string_view operation) {
  static const std::map<std::string_view, Handler> handlers = {
      {"CreateDBCluster", create_db_cluster},
      {"DescribeDBClusters", describe_db_clusters},
      {"DescribeDBClusterEndpoints", describe_db_cluster_endpoints},
      {"ModifyDBCluster", modify_db_cluster},
      {"DeleteDBCluster", delete_db_cluster},
      {"StartDBCluster", start_db_cluster},
      {"StopDBCluster", stop_db_cluster},
      {"RebootDBCluster", reboot_db_cluster},
      {"FailoverDBCluster", failover_db_cluster},
      {"RestoreDBClusterFromSnapshot", restore_db_cluster_from_snapshot},
      {"RestoreDBClusterToPointInTime", restore_db_cluster_to_point_in_time},
      {"DescribeDBClusterAutomatedBackups", describe_db_cluster_automated_backups},
      {"CreateGlobalCluster", create_global_cluster},
      {"DescribeGlobalClusters", describe_global_clusters},
      {"RemoveFromGlobalCluster", remove_from_global_cluster},
      {"DeleteGlobalCluster", delete_global_cluster},
      {"CreateDBInstance", create_db_instance},
      {"DescribeDBInstances", describe_db_instances},
      {"ModifyDBInstance", modify_db_instance},
      {"DeleteDBInstance", delete_db_instance},
      {"RebootDBInstance", reboot_db_instance},
      {"CreateDBClusterSnapshot", create_db_cluster_snapshot},
      {"DescribeDBClusterSnapshots", describe_db_cluster_snapshots},
      {"CopyDBClusterSnapshot", copy_db_cluster_snapshot},
      {"DeleteDBClusterSnapshot", delete_db_cluster_snapshot},
      {"ModifyDBClusterSnapshotAttribute", modify_db_cluster_snapshot_attribute},
      {"DescribeDBClusterSnapshotAttributes", describe_db_cluster_snapshot_attributes},
      {"AddTagsToResource", add_tags_to_resource},
      {"RemoveTagsFromResource", remove_tags_from_resource},
      {"ListTagsForResource", list_tags_for_resource},
      {"CreateDBSubnetGroup", create_db_subnet_group},
      {"DescribeDBSubnetGroups", describe_db_subnet_groups},
      {"ModifyDBSubnetGroup", modify_db_subnet_group},
      {"DeleteDBSubnetGroup", delete_db_subnet_group},
      {"CreateDBClusterParameterGroup", create_db_cluster_parameter_group},
      {"DescribeDBClusterParameterGroups", describe_db_cluster_parameter_groups},
      {"DescribeDBClusterParameters", describe_db_cluster_parameters},
      {"ModifyDBClusterParameterGroup", modify_db_cluster_parameter_group},
      {"ResetDBClusterParameterGroup", reset_db_cluster_parameter_group},
      {"DeleteDBClusterParameterGroup", delete_db_cluster_parameter_group},
      {"CopyDBClusterParameterGroup", copy_db_cluster_parameter_group},
      {"CreateDBParameterGroup", create_db_parameter_group},
      {"DescribeDBParameterGroups", describe_db_parameter_groups},
      {"DescribeDBParameters", describe_db_parameters},
      {"ModifyDBParameterGroup", modify_db_parameter_group},
      {"ResetDBParameterGroup", reset_db_parameter_group},
      {"DeleteDBParameterGroup", delete_db_parameter_group},
      {"CopyDBParameterGroup", copy_db_parameter_group},
      {"DescribeDBEngineVersions", describe_db_engine_versions},
      {"DescribeOrderableDBInstanceOptions", describe_orderable_db_instance_options},
      {"DescribeEngineDefaultClusterParameters", describe_engine_default_cluster_parameters},
      {"DescribeEvents", describe_events},
      {"DescribeAccountAttributes", describe_account_attributes},
  };
  const auto found = handlers.find(operation);
  return found == handlers.end() ? nullptr : found->second;
}

}  // namespace aurora::local::rds
