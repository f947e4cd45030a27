// Subnet group, subnets and security groups: they exist, and belong together.
#include <fmt/format.h>

#include <set>

#include "aws/paginate.h"
#include "base/text.h"
#include "restore/preflight.h"

namespace aurora::restore {
namespace {

constexpr std::size_t kZonesMin = 2;

struct Place {
  std::string what;  // "subnet group dev-subnet-group"
  std::string vpc;
  std::set<std::string> zones;
};

std::optional<Place> place_of_group(const StepContext& context, const std::string& name, Findings& findings) {
  const std::string region = context.settings.text("target_region");
  Json groups;
  try {
    groups = aws::collect(context.api, "rds", region, "DescribeDBSubnetGroups", {{"DBSubnetGroupName", name}},
                          "DBSubnetGroups");
  } catch (const aws::ServiceError& e) {
    if (!e.is("DBSubnetGroupNotFoundFault")) throw;
  }
  if (groups.empty()) {
    findings.add("SubnetGroupNotFound", fmt::format("there is no DB subnet group {} in {}.", name, region),
                 "`aws rds describe-db-subnet-groups` lists those there are.");
    return std::nullopt;
  }
  Place place{fmt::format("subnet group {}", name), string_or(groups[0], "VpcId", ""), {}};
  for (const Json& subnet : member_or_null(groups[0], "Subnets"))
    place.zones.insert(string_or(member_or_null(subnet, "SubnetAvailabilityZone"), "Name", ""));
  return place;
}

// Those of `wanted` that are not among the `found` elements.
std::vector<std::string> missing(const std::vector<std::string>& wanted, const Json& found, const char* id) {
  std::vector<std::string> absent;
  for (const std::string& one : wanted) {
    bool there = false;
    for (const Json& element : found) there = there || string_or(element, id, "") == one;
    if (!there) absent.push_back(one);
  }
  return absent;
}

// A filter answers with those that exist, where a list of ids fails at the first that does not.
Json describe(const StepContext& context, const char* operation, const char* filter,
              const std::vector<std::string>& ids, const char* list) {
  return aws::collect(context.api, "ec2", context.settings.text("target_region"), operation,
                      {{"Filters", {{{"Name", filter}, {"Values", ids}}}}}, list);
}

std::optional<Place> place_of_subnets(const StepContext& context, const std::vector<std::string>& ids,
                                      Findings& findings) {
  const Json subnets = describe(context, "DescribeSubnets", "subnet-id", ids, "Subnets");
  const std::vector<std::string> absent = missing(ids, subnets, "SubnetId");
  if (!absent.empty()) {
    findings.add("SubnetNotFound",
                 fmt::format("there is no subnet {} in {}.", join(absent, ", "),
                             context.settings.text("target_region")),
                 "`aws ec2 describe-subnets` lists those there are.");
    return std::nullopt;
  }
  Place place{fmt::format("subnets {}", join(ids, ", ")), "", {}};
  std::set<std::string> vpcs;
  for (const Json& subnet : subnets) {
    vpcs.insert(string_or(subnet, "VpcId", ""));
    place.zones.insert(string_or(subnet, "AvailabilityZone", ""));
  }
  if (vpcs.size() > 1) {
    findings.add("SubnetsNotTogether",
                 fmt::format("{} are of several VPCs: {}.", place.what,
                             join(std::vector<std::string>(vpcs.begin(), vpcs.end()), ", ")),
                 "Give subnets of one VPC.");
    return std::nullopt;
  }
  place.vpc = *vpcs.begin();
  return place;
}

void check_security_groups(const StepContext& context, const std::optional<Place>& place,
                           Findings& findings) {
  const std::vector<std::string> ids = context.settings.list("vpc_security_group_ids");
  if (ids.empty()) return;
  const Json groups = describe(context, "DescribeSecurityGroups", "group-id", ids, "SecurityGroups");
  const std::vector<std::string> absent = missing(ids, groups, "GroupId");
  if (!absent.empty())
    findings.add("SecurityGroupNotFound",
                 fmt::format("there is no security group {} in {}.", join(absent, ", "),
                             context.settings.text("target_region")),
                 "`aws ec2 describe-security-groups` lists those there are.");
  if (!place || place->vpc.empty()) return;
  for (const Json& group : groups)
    if (const std::string vpc = string_or(group, "VpcId", ""); vpc != place->vpc)
      findings.add("SecurityGroupWrongVpc",
                   fmt::format("security group {} is of {}, and {} of {}.", string_or(group, "GroupId", ""),
                               vpc, place->what, place->vpc),
                   fmt::format("Give security groups of {}.", place->vpc));
}

}  // namespace

void look_at_network(const StepContext& context, const aws::ClusterSnapshot*, Findings& findings) {
  const std::string group = context.settings.text("db_subnet_group_name");
  const std::vector<std::string> subnets = context.settings.list("subnet_ids");
  std::optional<Place> place;
  if (!group.empty())
    place = place_of_group(context, group, findings);
  else if (!subnets.empty())
    unless_denied(findings, "the subnets", [&] { place = place_of_subnets(context, subnets, findings); });
  if (place && place->zones.size() < kZonesMin)
    findings.add("SubnetGroupTooFewZones",
                 fmt::format("{} reaches {} Availability Zone, and Aurora needs {}.", place->what,
                             place->zones.size(), kZonesMin),
                 "Give subnets in at least two zones.");
  if (const std::string vpc = context.settings.text("vpc_id"); place && !vpc.empty() && vpc != place->vpc)
    findings.add("VpcMismatch", fmt::format("vpc_id is {}, and {} is of {}.", vpc, place->what, place->vpc),
                 "Leave vpc_id out, or give subnets of it.");
  unless_denied(findings, "the security groups", [&] { check_security_groups(context, place, findings); });
}

}  // namespace aurora::restore
