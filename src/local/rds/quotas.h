// How many of each thing an account may have in one Region, and how many it has.
#pragma once
#include "local/rds/context.h"

namespace aurora::local::rds {

// https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html
inline constexpr std::size_t kClustersMax = 40;
inline constexpr std::size_t kInstancesMax = 40;
inline constexpr std::size_t kManualSnapshotsMax = 100;
inline constexpr std::size_t kParameterGroupsMax = 50;  // of clusters, and as many of instances
inline constexpr std::size_t kSubnetGroupsMax = 50;
inline constexpr std::size_t kSubnetsPerGroupMax = 20;
inline constexpr std::size_t kRolesMax = 5;              // of a cluster
inline constexpr std::size_t kSharedWithMax = 20;        // accounts, for one snapshot
inline constexpr std::ptrdiff_t kCopiesInFlightMax = 5;  // into one Region from others

// Manual snapshots of this account in the Region, whatever their status.
std::size_t manual_snapshots(Context& context);
// Parameter groups that somebody made: the default ones do not count.
std::size_t own_parameter_groups(Context& context, Kind kind);
std::size_t own_subnet_groups(Context& context);

Json describe_account_attributes(Context& context);

}  // namespace aurora::local::rds
