// Actions on DB cluster snapshots.
#pragma once
#include "local/rds/context.h"

namespace aurora::local::rds {

Json shown_snapshot(Environment& environment, const Resource& snapshot);
// Whether the request's account may copy and restore it: its own, and what is shared with it or with all.
bool may_read(const Context& context, const Resource& snapshot);
bool is_own(const Context& context, const Resource& snapshot);
bool is_shared_with(const Resource& snapshot, std::string_view account);
// Records a snapshot of a cluster and the work that makes it.
Resource order_snapshot(Context& context, const Resource& cluster, const std::string& id,
                        const std::string& type);
void order_snapshot_deletion(Context& context, Resource& snapshot);
// Refuses the 101st manual snapshot.
void check_snapshot_quota(Context& context);
// The snapshot that a source parameter means: an id in this Region, or an ARN in any.
Resource need_source_snapshot(Context& context, const std::string& name);

Json create_db_cluster_snapshot(Context& context);
Json describe_db_cluster_snapshots(Context& context);
Json copy_db_cluster_snapshot(Context& context);
Json delete_db_cluster_snapshot(Context& context);
Json modify_db_cluster_snapshot_attribute(Context& context);
Json describe_db_cluster_snapshot_attributes(Context& context);

}  // namespace aurora::local::rds
