// Actions on DB instances. Locally one server stands for all instances of a cluster: they are membership,
// endpoints and status.
#pragma once
#include "local/rds/context.h"

namespace aurora::local::rds {

// DBInstance as Describe shows it.
Json shown_instance(Context& context, const Resource& instance);
// The member's entry in its cluster's DBClusterMembers; null when it has none.
Json* membership(Resource& cluster, std::string_view instance_id);
// Makes that member the cluster's writer.
void promote(Resource& cluster, std::string_view instance_id);
// Whether its server is meant to run: it has an instance that is up, and was not stopped.
bool serves(Environment& environment, const Resource& cluster);

Json create_db_instance(Context& context);
Json describe_db_instances(Context& context);
Json modify_db_instance(Context& context);
Json delete_db_instance(Context& context);
Json reboot_db_instance(Context& context);

}  // namespace aurora::local::rds
