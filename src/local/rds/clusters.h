// Actions on DB clusters, and what others need to know about them.
#pragma once
#include "local/rds/catalog.h"
#include "local/rds/context.h"

namespace aurora::local::rds {

// DBCluster as Describe shows it.
Json shown_cluster(Environment& environment, const Resource& cluster);
// A cluster that does not exist yet, with everything RDS gives by default.
Resource new_cluster(Context& context, const std::string& id, const EngineVersion& version,
                     std::int64_t port);
// The cluster that an instance belongs to.
std::optional<Resource> cluster_of(Environment& environment, const Resource& instance);
// The instances of a cluster, writer first.
std::vector<Resource> members_of(Environment& environment, const Resource& cluster);
void set_member_statuses(Environment& environment, const Resource& cluster, std::string_view status);
// How the cluster's server is to run now.
engines::Server server_of(Environment& environment, const Resource& cluster);
// Refuses identifiers that a cluster has or is being renamed to, and more than 40 clusters.
void check_new_cluster(Context& context, const std::string& id);
// What is shared by an order of a snapshot of its own and of a final one.
Resource make_snapshot(Context& context, const Resource& cluster, const std::string& id,
                       const std::string& type);

Json create_db_cluster(Context& context);
Json describe_db_clusters(Context& context);
Json describe_db_cluster_endpoints(Context& context);
Json modify_db_cluster(Context& context);
Json delete_db_cluster(Context& context);
Json start_db_cluster(Context& context);
Json stop_db_cluster(Context& context);
Json reboot_db_cluster(Context& context);
Json failover_db_cluster(Context& context);
Json restore_db_cluster_from_snapshot(Context& context);

}  // namespace aurora::local::rds
