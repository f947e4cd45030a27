// DB subnet groups and parameter groups of clusters and instances.
#pragma once
#include "local/rds/context.h"

namespace aurora::local::rds {

// The groups that every Region has without anybody having made them: the subnet group "default" and the
// parameter groups "default.<family>". Kept from the first look at them.
std::optional<Resource> default_group(Context& context, Kind kind, std::string_view id);

// The group that the input names under `member`, else the default one; its NotFound error otherwise.
Resource subnet_group_for(Context& context);
Resource default_subnet_group(Context& context);
Resource parameter_group_for(Context& context, Kind kind, std::string_view member, std::string_view family);

// The VPC that a cluster is in, by its subnet group.
std::string vpc_of(Context& context, const Resource& cluster);
// The input's VpcSecurityGroupIds, else the VPC's default one, as memberships. Refuses ids of groups that do
// not exist, and groups of another VPC.
Json security_groups_for(const Context& context, const std::string& vpc);

// What the server of that cluster is to be told by its parameter groups.
std::map<std::string, std::string> parameters_for(Environment& environment, const Resource& cluster);

Json create_db_subnet_group(Context& context);
Json describe_db_subnet_groups(Context& context);
Json modify_db_subnet_group(Context& context);
Json delete_db_subnet_group(Context& context);

Json create_db_cluster_parameter_group(Context& context);
Json describe_db_cluster_parameter_groups(Context& context);
Json describe_db_cluster_parameters(Context& context);
Json modify_db_cluster_parameter_group(Context& context);
Json reset_db_cluster_parameter_group(Context& context);
Json delete_db_cluster_parameter_group(Context& context);
Json copy_db_cluster_parameter_group(Context& context);

Json create_db_parameter_group(Context& context);
Json describe_db_parameter_groups(Context& context);
Json describe_db_parameters(Context& context);
Json modify_db_parameter_group(Context& context);
Json reset_db_parameter_group(Context& context);
Json delete_db_parameter_group(Context& context);
Json copy_db_parameter_group(Context& context);

}  // namespace aurora::local::rds
