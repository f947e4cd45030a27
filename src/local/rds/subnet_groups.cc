#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "local/rds/catalog.h"
#include "local/rds/groups.h"
#include "local/rds/paging.h"
#include "local/rds/tags.h"

namespace aurora::local::rds {
namespace {

constexpr std::size_t kSubnetGroupsMax = 50;

// EC2 is not carried by the endpoint, so ids of what every account has there follow from the Region.
std::string ec2_id(std::string_view prefix, std::string_view region, std::string_view what) {
  return std::string(prefix) + hex_encode(sha256(fmt::format("{}/{}", region, what))).substr(0, 17);
}

bool is_ec2_id(std::string_view text, std::string_view prefix) {
  const std::string_view digits = text.substr(std::min(prefix.size(), text.size()));
  return text.starts_with(prefix) && !digits.empty() && digits.size() <= 40 &&
         std::all_of(digits.begin(), digits.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-'; });
}

Json subnet(const std::string& id, const std::string& zone) {
  return {{"SubnetIdentifier", id},
          {"SubnetAvailabilityZone", {{"Name", zone}}},
          {"SubnetOutpost", Json::object()},
          {"SubnetStatus", "Active"}};
}

Json subnets_of(const Json& ids, const std::string& region) {
  const std::vector<std::string> zones = availability_zones(region);
  std::vector<std::string> unique;
  for (const Json& id : ids) {
    const std::string text = id.get<std::string>();
    if (!is_ec2_id(text, "subnet-"))
      throw fault("InvalidSubnet",
                  fmt::format("The subnet {} is not valid: subnet ids begin with subnet-.", text));
    if (std::find(unique.begin(), unique.end(), text) == unique.end()) unique.push_back(text);
  }
  if (unique.size() < 2)
    throw fault(
        "DBSubnetGroupDoesNotCoverEnoughAZs",
        "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement: it needs subnets "
        "in at least 2 AZs.");
  Json subnets = Json::array();
  for (std::size_t i = 0; i < unique.size(); ++i)
    subnets.push_back(subnet(unique[i], zones[i % zones.size()]));
  return subnets;
}

Json default_subnets(const std::string& region) {
  Json subnets = Json::array();
  for (const std::string& zone : availability_zones(region))
    subnets.push_back(subnet(ec2_id("subnet-", region, zone), zone));
  return subnets;
}

Resource make_group(const std::string& region, const std::string& id, const std::string& description,
                    Json subnets) {
  Resource group{.kind = Kind::kSubnetGroup,
                 .region = region,
                 .id = id,
                 .resource = new_resource_id("subgrp-"),
                 .body = Json::object(),
                 .internal = Json::object()};
  group.body = {
      {"DBSubnetGroupName", id},          {"DBSubnetGroupDescription", description},
      {"VpcId", vpc_of(region)},          {"SubnetGroupStatus", "Complete"},
      {"Subnets", std::move(subnets)},    {"DBSubnetGroupArn", arn_of(Kind::kSubnetGroup, region, id)},
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

std::string vpc_of(std::string_view region) {
  return ec2_id("vpc-", region, "default");
}

Json security_groups_for(const Context& context) {
  std::vector<std::string> ids;
  for (const Json& id : member_or_null(context.input, "VpcSecurityGroupIds"))
    ids.push_back(id.get<std::string>());
  if (ids.empty()) ids.push_back(ec2_id("sg-", context.region, "default group"));
  Json memberships = Json::array();
  for (const std::string& id : ids) {
    if (!is_ec2_id(id, "sg-"))
      throw invalid_value(fmt::format("Invalid security group , groupId= {}, groupName=.", id));
    memberships.push_back({{"VpcSecurityGroupId", id}, {"Status", "active"}});
  }
  return memberships;
}

Resource default_subnet_group(Context& context) {
  if (auto kept = context.records.find(Kind::kSubnetGroup, context.region, "default")) return *kept;
  Resource group = make_group(context.region, "default", "default", default_subnets(context.region));
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
  if (context.records.list(Kind::kSubnetGroup, context.region).size() >= kSubnetGroupsMax)
    throw fault("DBSubnetGroupQuotaExceeded", "Cannot create more than 50 DB subnet groups");
  Resource group = make_group(context.region, id, description,
                              subnets_of(member_or_null(context.input, "SubnetIds"), context.region));
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
  group.body["Subnets"] = subnets_of(member_or_null(context.input, "SubnetIds"), context.region);
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
