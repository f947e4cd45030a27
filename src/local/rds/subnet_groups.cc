#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "local/ec2_network.h"
#include "local/place.h"
#include "local/rds/groups.h"
#include "local/rds/paging.h"
#include "local/rds/quotas.h"
#include "local/rds/tags.h"

namespace aurora::local::rds {
namespace {

Json subnet(const std::string& id, const std::string& zone) {
  return {{"SubnetIdentifier", id},
          {"SubnetAvailabilityZone", {{"Name", zone}}},
          {"SubnetOutpost", Json::object()},
          {"SubnetStatus", "Active"}};
}

// Refuses subnets that do not exist, are of several VPCs, or lie in one zone.
void check_subnets(const Network& network, const std::vector<std::string>& ids) {
  if (ids.empty()) throw fault("InvalidSubnet", "Subnet IDs are required.");
  std::vector<std::string> unknown;
  std::set<std::string> vpcs;
  std::set<std::string> zones;
  for (const std::string& id : ids) {
    const auto found = network.subnets.find(id);
    if (found == network.subnets.end()) {
      unknown.push_back(id);
      continue;
    }
    vpcs.insert(found->second.vpc);
    zones.insert(found->second.zone);
  }
  if (!unknown.empty())
    throw invalid_value(fmt::format("Some input subnets in :[{}] are invalid.", join(unknown, ", ")));
  if (ids.size() > kSubnetsPerGroupMax)
    throw fault("DBSubnetQuotaExceededFault", "A DB subnet group has 20 subnets at most");
  if (vpcs.size() > 1)
    throw fault("InvalidSubnet", fmt::format("The subnets [{}] are not all in one VPC.", join(ids, ", ")));
  if (zones.size() < 2)
    throw fault(
        "DBSubnetGroupDoesNotCoverEnoughAZs",
        fmt::format("The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement: it needs "
                    "subnets in at least 2 AZs and has {}.",
                    join({zones.begin(), zones.end()}, ", ")));
}

// Takes the input's subnets into the group.
void set_subnets(const Context& context, Resource& group) {
  std::vector<std::string> ids;
  for (const Json& id : member_or_null(context.input, "SubnetIds"))
    if (std::find(ids.begin(), ids.end(), id.get<std::string>()) == ids.end())
      ids.push_back(id.get<std::string>());
  const Network& network = context.outside.network;
  check_subnets(network, ids);
  group.body["VpcId"] = network.subnets.at(ids.front()).vpc;
  group.body["Subnets"] = Json::array();
  for (const std::string& id : ids) group.body["Subnets"].push_back(subnet(id, network.subnets.at(id).zone));
}

Resource make_group(const std::string& region, const std::string& id, const std::string& description) {
  Resource group{.kind = Kind::kSubnetGroup,
                 .region = region,
                 .id = id,
                 .resource = new_resource_id("subgrp-"),
                 .body = Json::object(),
                 .internal = Json::object()};
  group.body = {{"DBSubnetGroupName", id},
                {"DBSubnetGroupDescription", description},
                {"SubnetGroupStatus", "Complete"},
                {"DBSubnetGroupArn", arn_of(Kind::kSubnetGroup, region, id)},
                {"SupportedNetworkTypes", {"IPV4"}}};
  return group;
}

Json shown(const Resource& group) {
  Json body = group.body;
  body.erase("TagList");
  return body;
}

// Letters, digits, spaces, dots, underscores and hyphens, up to 255.
std::string checked_group_name(const std::string& name) {
  const bool legal = !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ' ||
           c == '.' || c == '_' || c == '-';
  });
  if (!legal || equals_ignore_case(name, "default"))
    throw invalid_value(fmt::format("The parameter DBSubnetGroupName is not a valid name: '{}'.", name));
  return to_lower(name);
}

bool is_used(Context& context, const std::string& id) {
  const auto clusters = context.records.list(Kind::kCluster, context.region);
  return std::any_of(clusters.begin(), clusters.end(), [&](const Resource& cluster) {
    return string_or(cluster.body, "DBSubnetGroup", "") == id;
  });
}

}  // namespace

std::string vpc_of(Context& context, const Resource& cluster) {
  const auto group = context.records.find(Kind::kSubnetGroup, cluster.region,
                                          string_or(cluster.body, "DBSubnetGroup", "default"));
  return group ? string_or(group->body, "VpcId", "") : ec2::default_vpc(region_of(cluster.region));
}

Json security_groups_for(const Context& context, const std::string& vpc) {
  const Network& network = context.outside.network;
  std::vector<std::string> ids;
  for (const Json& id : member_or_null(context.input, "VpcSecurityGroupIds"))
    ids.push_back(id.get<std::string>());
  if (ids.empty()) {
    const auto own = network.default_groups.find(vpc);
    if (own == network.default_groups.end())
      throw fault("InvalidVPCNetworkStateFault", fmt::format("The VPC {} is not there any more.", vpc));
    return {{{"VpcSecurityGroupId", own->second}, {"Status", "active"}}};
  }
  Json memberships = Json::array();
  for (const std::string& id : ids) {
    const auto found = network.group_vpcs.find(id);
    if (found == network.group_vpcs.end())
      throw invalid_value(fmt::format("Invalid security group , groupId= {}, groupName=.", id));
    if (found->second != vpc)
      throw invalid_combination(
          fmt::format("The DB instance and EC2 security group are in different VPCs. The DB instance is in "
                      "{} and the EC2 security group is in {}",
                      vpc, found->second));
    memberships.push_back({{"VpcSecurityGroupId", id}, {"Status", "active"}});
  }
  return memberships;
}

// The subnets of the default VPC's zones, which EC2 gives to every account.
Resource default_subnet_group(Context& context) {
  if (auto kept = context.records.find(Kind::kSubnetGroup, context.region, "default")) return *kept;
  Resource group = make_group(context.region, "default", "default");
  group.body["VpcId"] = ec2::default_vpc(region_of(context.region));
  group.body["Subnets"] = Json::array();
  for (const ec2::SubnetSeed& seed : ec2::first_subnets(region_of(context.region)))
    if (seed.is_default) group.body["Subnets"].push_back(subnet(seed.id, seed.zone));
  context.records.put(group);
  return group;
}

Resource subnet_group_for(Context& context) {
  const std::string name = optional_text(context, "DBSubnetGroupName").value_or("default");
  if (equals_ignore_case(name, "default")) return default_subnet_group(context);
  return need(context, Kind::kSubnetGroup, name);
}

Json create_db_subnet_group(Context& context) {
  const std::string id = checked_group_name(required(context, "DBSubnetGroupName"));
  const std::string description = required(context, "DBSubnetGroupDescription");
  if (context.records.find(Kind::kSubnetGroup, context.region, id))
    throw fault("DBSubnetGroupAlreadyExists", fmt::format("The DB subnet group '{}' already exists.", id));
  if (own_subnet_groups(context) >= kSubnetGroupsMax)
    throw fault("DBSubnetGroupQuotaExceeded", "Cannot create more than 50 DB subnet groups");
  Resource group = make_group(context.region, id, description);
  set_subnets(context, group);
  group.body["TagList"] = tags_of_input(context);
  context.records.put(group);
  return {{"DBSubnetGroup", shown(group)}};
}

Json describe_db_subnet_groups(Context& context) {
  default_subnet_group(context);
  const Filters filters(context, {});
  if (const auto name = optional_text(context, "DBSubnetGroupName"))
    return {{"DBSubnetGroups", {shown(need(context, Kind::kSubnetGroup, *name))}}};
  std::vector<Item> items;
  for (const Resource& group : context.records.list(Kind::kSubnetGroup, context.region))
    items.emplace_back(group.id, shown(group));
  return page_of(context, "DBSubnetGroups", std::move(items));
}

Json modify_db_subnet_group(Context& context) {
  Resource group = need(context, Kind::kSubnetGroup, required(context, "DBSubnetGroupName"));
  const std::string vpc = string_or(group.body, "VpcId", "");
  set_subnets(context, group);
  if (group.body.at("VpcId") != vpc)
    throw invalid_value("The new Subnets are not in the same Vpc as the existing subnet group");
  if (const auto description = optional_text(context, "DBSubnetGroupDescription"))
    group.body["DBSubnetGroupDescription"] = *description;
  context.records.put(group);
  return {{"DBSubnetGroup", shown(group)}};
}

Json delete_db_subnet_group(Context& context) {
  const Resource group = need(context, Kind::kSubnetGroup, required(context, "DBSubnetGroupName"));
  if (group.id == "default" || is_used(context, group.id))
    throw invalid_state(
        Kind::kSubnetGroup,
        fmt::format("Cannot delete the subnet group '{}' because {}.", group.id,
                    group.id == "default" ? "it is the default group" : "at least one database uses it"));
  context.records.erase(group.resource);
  return Json::object();
}

}  // namespace aurora::local::rds
