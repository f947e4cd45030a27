#include "local/rds/network.h"

#include <algorithm>

#include "local/ec2_network.h"
#include "local/rds/catalog.h"

namespace aurora::local::rds {
namespace {

bool makes_a_cluster(std::string_view operation) {
  return operation == "CreateDBCluster" || operation.starts_with("RestoreDBCluster");
}

Json ask(const Call& call, Router& router, const char* operation, const char* filter, const Json& values) {
  Call question = call;
  question.service = "ec2";
  question.operation = operation;
  question.input = {{"Filters", {{{"Name", filter}, {"Values", values}}}}};
  question.http = nullptr;
  return router.call(question);
}

void take_for_granted(const Call& call, Network& network) {
  const std::string vpc = ec2::default_vpc(call.region);
  const std::vector<std::string> zones = availability_zones(call.region);
  for (const Json& id : member_or_null(call.input, "SubnetIds"))
    if (const auto text = id.get<std::string>(); text.starts_with("subnet-"))
      network.subnets[text] = {vpc, zones[network.subnets.size() % zones.size()]};
  for (const Json& id : member_or_null(call.input, "VpcSecurityGroupIds"))
    if (const auto text = id.get<std::string>(); text.starts_with("sg-")) network.group_vpcs[text] = vpc;
  network.default_groups[vpc] = ec2::default_security_group(call.region);
}

void add_groups(const Json& answer, std::map<std::string, std::string>& vpcs) {
  for (const Json& group : answer.at("SecurityGroups"))
    vpcs[group.at("GroupId").get<std::string>()] = group.at("VpcId").get<std::string>();
}

}  // namespace

Network network_for(const Call& call, Router* router) {
  Network network;
  const Json& subnets = member_or_null(call.input, "SubnetIds");
  const Json& groups = member_or_null(call.input, "VpcSecurityGroupIds");
  const bool new_cluster = makes_a_cluster(call.operation);
  if (subnets.empty() && groups.empty() && !new_cluster) return network;
  if (!router) {
    take_for_granted(call, network);
    return network;
  }
  if (!subnets.empty()) {
    const Json found = ask(call, *router, "DescribeSubnets", "subnet-id", subnets);
    for (const Json& subnet : found.at("Subnets"))
      network.subnets[subnet.at("SubnetId").get<std::string>()] = {
          subnet.at("VpcId").get<std::string>(), subnet.at("AvailabilityZone").get<std::string>()};
  }
  if (!groups.empty())
    add_groups(ask(call, *router, "DescribeSecurityGroups", "group-id", groups), network.group_vpcs);
  if (new_cluster) {
    const Json defaults = ask(call, *router, "DescribeSecurityGroups", "group-name", {"default"});
    for (const Json& group : defaults.at("SecurityGroups"))
      network.default_groups[group.at("VpcId").get<std::string>()] = group.at("GroupId").get<std::string>();
  }
  return network;
}

}  // namespace aurora::local::rds
