// Where clusters listen.
//
// Names under rds.amazonaws.com would not resolve to this machine, so an endpoint is an address. Linux
// answers on the whole of 127.0.0.0/8 without any set-up; every cluster gets an address of its own there, so
// that all of them can have the port that was asked for, as on RDS. The address follows from data directory,
// Region and cluster name: a cluster that is deleted and restored under its name is found at the same
// address again, and one that is renamed moves to its new name's.
#pragma once
#include "local/rds/context.h"

namespace aurora::local::rds {

// The `attempt`th choice for that name: 127.16-254.0-255.1-254.
std::string loopback_address(const std::filesystem::path& root, std::string_view region,
                             std::string_view cluster, unsigned attempt);
// The first choice that neither another cluster nor another program has. `own` is the cluster to place.
std::string free_address(Context& context, const engines::Engine& engine, const std::string& cluster,
                         unsigned short port, const std::string& own);

}  // namespace aurora::local::rds
