// The networks that clusters are placed in: what EC2 says about the subnets and security groups of a request.
#pragma once
#include <map>
#include <string>

#include "local/service.h"

namespace aurora::local::rds {

struct NetworkSubnet {
  std::string vpc;
  std::string zone;
};

// What a request names, as far as it exists.
struct Network {
  std::map<std::string, NetworkSubnet> subnets;
  std::map<std::string, std::string> group_vpcs;      // of a security group
  std::map<std::string, std::string> default_groups;  // of a VPC
};

// Asks EC2 through `router`, where the operation takes subnets or groups. Without a router every well-formed
// id is taken for one of the Region's default VPC.
Network network_for(const Call& call, Router* router);

}  // namespace aurora::local::rds
