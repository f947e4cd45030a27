#include "local/ec2.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ids.h"
#include "local/ec2_network.h"
#include "local/rds/catalog.h"

namespace aurora::local {
namespace {

constexpr int kReservedAddresses = 5;  // of each subnet, by AWS itself

aws::ServiceError refusal(std::string code, std::string message) {
  return {std::move(code), std::move(message)};
}

std::string new_id(std::string_view prefix) {
  return std::string(prefix) + random_hex(17);
}

ec2::Cidr checked_cidr(const std::string& text, int prefix_min, int prefix_max, const char* code) {
  const std::optional<ec2::Cidr> cidr = ec2::parse_cidr(text);
  if (!cidr)
    throw refusal(
        "InvalidParameterValue",
        fmt::format("Value ({}) for parameter cidrBlock is invalid. This is not a valid CIDR block.", text));
  if (cidr->prefix < prefix_min || cidr->prefix > prefix_max)
    throw refusal(code, fmt::format("The CIDR '{}' is invalid.", text));
  return *cidr;
}

// The tags of the TagSpecifications for one type of resource.
Json tags_for(const Call& call, std::string_view type) {
  Json tags = Json::object();
  for (const Json& specification : member_or_null(call.input, "TagSpecifications"))
    if (string_or(specification, "ResourceType", "") == type)
      add_tags(tags, member_or_null(specification, "Tags"));
  return tag_list(tags);
}

bool is_within(const Json& vpc, const ec2::Cidr& cidr) {
  const Json& blocks = vpc.at("CidrBlockAssociationSet");
  return std::any_of(blocks.begin(), blocks.end(), [&](const Json& block) {
    return ec2::parse_cidr(string_or(block, "CidrBlock", ""))->contains(cidr);
  });
}

Json new_subnet(const std::string& region, const ec2::SubnetSeed& seed, const std::string& vpc,
                const Json& tags) {
  return {{"SubnetId", seed.id},
          {"SubnetArn", make_arn("ec2", region, "subnet/" + seed.id)},
          {"VpcId", vpc},
          {"OwnerId", kAccountId},
          {"CidrBlock", seed.cidr},
          {"AvailabilityZone", seed.zone},
          {"State", "available"},
          {"AvailableIpAddressCount", ec2::parse_cidr(seed.cidr)->size() - kReservedAddresses},
          {"DefaultForAz", seed.is_default},
          {"MapPublicIpOnLaunch", seed.is_default},
          {"AssignIpv6AddressOnCreation", false},
          {"Ipv6CidrBlockAssociationSet", Json::array()},
          {"Ipv6Native", false},
          {"Tags", tags}};
}

std::string checked_zone(const Call& call, std::size_t subnets_so_far) {
  const std::vector<std::string> zones = rds::availability_zones(call.region);
  const std::string zone = text_or(call, "AvailabilityZone", zones[subnets_so_far % zones.size()]);
  if (std::find(zones.begin(), zones.end(), zone) == zones.end())
    throw refusal("InvalidParameterValue",
                  fmt::format("Value ({}) for parameter availabilityZone is invalid. Subnets can currently "
                              "only be created in the following availability zones: {}, {}, {}.",
                              zone, zones[0], zones[1], zones[2]));
  return zone;
}

}  // namespace

namespace ec2 {

aws::ServiceError not_found(std::string_view id) {
  if (id.starts_with("vpc-"))
    return refusal("InvalidVpcID.NotFound", fmt::format("The vpc ID '{}' does not exist", id));
  if (id.starts_with("subnet-"))
    return refusal("InvalidSubnetID.NotFound", fmt::format("The subnet ID '{}' does not exist", id));
  return refusal("InvalidGroup.NotFound", fmt::format("The security group '{}' does not exist", id));
}

void check_id(std::string_view id, std::string_view prefix) {
  const std::string_view digits = id.starts_with(prefix) ? id.substr(prefix.size()) : std::string_view();
  const bool legal = (digits.size() == 8 || digits.size() == 17) &&
                     digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (legal) return;
  const char* code = prefix == "vpc-"      ? "InvalidVpcID.Malformed"
                     : prefix == "subnet-" ? "InvalidSubnetID.Malformed"
                                           : "InvalidGroupId.Malformed";
  throw refusal(code, fmt::format("Invalid id: \"{}\" (expecting \"{}...\")", id, prefix));
}

}  // namespace ec2

Ec2::Ec2(const std::filesystem::path& directory, Router& router)
    : router_(router),
      database_(open_store(directory, "ec2",
                           {Documents::schema("networks"), Documents::schema("vpcs"),
                            Documents::schema("subnets"), Documents::schema("groups")})),
      networks_(database_, "networks"),
      vpcs_(database_, "vpcs"),
      subnets_(database_, "subnets"),
      groups_(database_, "groups") {}

Json Ec2::handle(const Call& call) {
  static const Handlers<Ec2> handlers = {{"CreateVpc", &Ec2::create_vpc},
                                         {"CreateSubnet", &Ec2::create_subnet},
                                         {"CreateSecurityGroup", &Ec2::create_security_group},
                                         {"DeleteVpc", &Ec2::delete_vpc},
                                         {"DeleteSubnet", &Ec2::delete_subnet},
                                         {"DeleteSecurityGroup", &Ec2::delete_security_group},
                                         {"CreateTags", &Ec2::create_tags},
                                         {"DeleteTags", &Ec2::delete_tags},
                                         {"DescribeVpcs", &Ec2::describe_vpcs},
                                         {"DescribeSubnets", &Ec2::describe_subnets},
                                         {"DescribeSecurityGroups", &Ec2::describe_security_groups}};
  // RDS is asked before the lock is taken, because it asks EC2 in its turn.
  if (call.operation == "DeleteSecurityGroup") check_unused(call, text_or(call, "GroupId"));
  const std::lock_guard lock(mutex_);
  WriteTransaction transaction(database_);
  make_first_network(call.region);
  Json answer = dispatch(*this, handlers, call);
  if (bool_or(call.input, "DryRun", false))
    throw aws::ServiceError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
  transaction.commit();
  return answer;
}

void Ec2::make_first_network(const std::string& region) {
  if (networks_.get(region, "first")) return;
  networks_.put(region, "first", Json::object());
  const std::string vpc = ec2::default_vpc(region);
  make_vpc(region, vpc, ec2::first_blocks(region), true);
  for (const ec2::SubnetSeed& seed : ec2::first_subnets(region))
    subnets_.put(region, seed.id, new_subnet(region, seed, vpc, Json::array()));
  make_security_group(region, ec2::default_security_group(region), vpc, "default",
                      "default VPC security group", Json::array());
  for (const std::string& group : ec2::first_security_groups(region))
    make_security_group(region, group, vpc, "dev-database", "Clusters of the dev environment", Json::array());
}

Json Ec2::make_vpc(const std::string& region, const std::string& id, const std::vector<std::string>& blocks,
                   bool is_default) {
  Json associations = Json::array();
  for (const std::string& block : blocks)
    associations.push_back({{"AssociationId", new_id("vpc-cidr-assoc-")},
                            {"CidrBlock", block},
                            {"CidrBlockState", {{"State", "associated"}}}});
  Json vpc{{"VpcId", id},
           {"OwnerId", kAccountId},
           {"CidrBlock", blocks.front()},
           {"CidrBlockAssociationSet", associations},
           {"Ipv6CidrBlockAssociationSet", Json::array()},
           {"DhcpOptionsId", "default"},
           {"InstanceTenancy", "default"},
           {"IsDefault", is_default},
           {"State", "available"},
           {"Tags", Json::array()}};
  vpcs_.put(region, id, vpc);
  return vpc;
}

void Ec2::make_security_group(const std::string& region, const std::string& id, const std::string& vpc,
                              const std::string& name, const std::string& description, const Json& tags) {
  const Json everything_out{{"IpProtocol", "-1"},
                            {"UserIdGroupPairs", Json::array()},
                            {"IpRanges", {{{"CidrIp", "0.0.0.0/0"}}}},
                            {"Ipv6Ranges", Json::array()},
                            {"PrefixListIds", Json::array()}};
  groups_.put(region, id,
              {{"GroupId", id},
               {"GroupName", name},
               {"Description", description},
               {"VpcId", vpc},
               {"OwnerId", kAccountId},
               {"SecurityGroupArn", make_arn("ec2", region, "security-group/" + id)},
               {"IpPermissions", Json::array()},
               {"IpPermissionsEgress", {everything_out}},
               {"Tags", tags}});
}

Json Ec2::need(const Call& call, Documents& documents, const std::string& id) const {
  std::optional<Json> found = documents.get(call.region, id);
  if (!found) throw ec2::not_found(id);
  return *std::move(found);
}

Json Ec2::create_vpc(const Call& call) {
  const std::string cidr = text_or(call, "CidrBlock");
  if (cidr.empty()) throw refusal("MissingParameter", "The request must contain the parameter cidrBlock.");
  checked_cidr(cidr, 16, 28, "InvalidVpc.Range");
  Json vpc = make_vpc(call.region, new_id("vpc-"), {cidr}, false);
  vpc["Tags"] = tags_for(call, "vpc");
  const std::string id = vpc.at("VpcId").get<std::string>();
  vpcs_.put(call.region, id, vpc);
  make_security_group(call.region, new_id("sg-"), id, "default", "default VPC security group", Json::array());
  return {{"Vpc", vpc}};
}

Json Ec2::create_subnet(const Call& call) {
  const Json vpc = need(call, vpcs_, text_or(call, "VpcId"));
  const std::string text = text_or(call, "CidrBlock");
  if (text.empty()) throw refusal("MissingParameter", "The request must contain the parameter cidrBlock.");
  const ec2::Cidr cidr = checked_cidr(text, 16, 28, "InvalidSubnet.Range");
  if (!is_within(vpc, cidr))
    throw refusal("InvalidSubnet.Range", fmt::format("The CIDR '{}' is invalid.", text));
  std::size_t neighbours = 0;
  for (const Documents::Entry& other : subnets_.list(call.region)) {
    if (other.document.at("VpcId") != vpc.at("VpcId")) continue;
    ++neighbours;
    if (ec2::parse_cidr(other.document.at("CidrBlock").get<std::string>())->overlaps(cidr))
      throw refusal("InvalidSubnet.Conflict",
                    fmt::format("The CIDR '{}' conflicts with another subnet", text));
  }
  const ec2::SubnetSeed seed{new_id("subnet-"), checked_zone(call, neighbours), text, false};
  Json subnet = new_subnet(call.region, seed, vpc.at("VpcId").get<std::string>(), tags_for(call, "subnet"));
  subnets_.put(call.region, seed.id, subnet);
  return {{"Subnet", std::move(subnet)}};
}

Json Ec2::create_security_group(const Call& call) {
  const std::string name = required(call, "GroupName");
  const Json vpc = need(call, vpcs_, text_or(call, "VpcId", ec2::default_vpc(call.region)));
  if (name.size() > 255 || name.starts_with("sg-"))
    throw refusal(
        "InvalidParameterValue",
        fmt::format("Invalid group name '{}': up to 255 characters that do not begin with sg-", name));
  const std::string vpc_id = vpc.at("VpcId").get<std::string>();
  for (const Documents::Entry& other : groups_.list(call.region))
    if (other.document.at("VpcId") == vpc_id && other.document.at("GroupName") == name)
      throw refusal("InvalidGroup.Duplicate",
                    fmt::format("The security group '{}' already exists for VPC '{}'", name, vpc_id));
  const std::string id = new_id("sg-");
  const Json tags = tags_for(call, "security-group");
  make_security_group(call.region, id, vpc_id, name, required(call, "Description"), tags);
  return {{"GroupId", id},
          {"SecurityGroupArn", make_arn("ec2", call.region, "security-group/" + id)},
          {"Tags", tags}};
}

// A VPC goes with its default group, and only when nothing else is in it.
Json Ec2::delete_vpc(const Call& call) {
  const std::string id = required(call, "VpcId");
  need(call, vpcs_, id);
  std::vector<std::string> own_groups;
  bool used = false;
  for (const Documents::Entry& subnet : subnets_.list(call.region))
    used = used || subnet.document.at("VpcId") == id;
  for (const Documents::Entry& group : groups_.list(call.region)) {
    if (group.document.at("VpcId") != id) continue;
    own_groups.push_back(group.name);
    used = used || group.document.at("GroupName") != "default";
  }
  if (used)
    throw refusal("DependencyViolation",
                  fmt::format("The vpc '{}' has dependencies and cannot be deleted.", id));
  for (const std::string& group : own_groups) groups_.erase(call.region, group);
  vpcs_.erase(call.region, id);
  return Json::object();
}

Json Ec2::delete_subnet(const Call& call) {
  const std::string id = required(call, "SubnetId");
  need(call, subnets_, id);
  subnets_.erase(call.region, id);
  return Json::object();
}

Json Ec2::delete_security_group(const Call& call) {
  const std::string id = text_or(call, "GroupId");
  if (id.empty()) throw refusal("MissingParameter", "The request must contain the parameter groupId.");
  const Json group = need(call, groups_, id);
  if (group.at("GroupName") == "default")
    throw refusal(
        "CannotDelete",
        fmt::format("the specified group: \"{}\" name: \"default\" cannot be deleted by a user", id));
  groups_.erase(call.region, id);
  return {{"Return", true}, {"GroupId", id}};
}

// Clusters hold their groups for as long as they are there.
void Ec2::check_unused(const Call& call, const std::string& group) {
  Call question = call;
  question.service = "rds";
  question.operation = "DescribeDBClusters";
  question.input = Json::object();
  question.http = nullptr;
  while (true) {
    const Json page = router_.call(question);
    for (const Json& cluster : page.at("DBClusters"))
      for (const Json& membership : cluster.at("VpcSecurityGroups"))
        if (membership.at("VpcSecurityGroupId") == group)
          throw refusal("DependencyViolation", fmt::format("resource {} has a dependent object", group));
    if (!page.contains("Marker")) return;
    question.input["Marker"] = page.at("Marker");
  }
}

Documents& Ec2::documents_of(const Call& call, const std::string& id) {
  Documents& documents = id.starts_with("vpc-") ? vpcs_ : id.starts_with("subnet-") ? subnets_ : groups_;
  need(call, documents, id);
  return documents;
}

Json Ec2::create_tags(const Call& call) {
  for (const Json& resource : member_or_null(call.input, "Resources")) {
    const std::string id = resource.get<std::string>();
    Documents& documents = documents_of(call, id);
    Json document = *documents.get(call.region, id);
    Json tags = Json::object();
    add_tags(tags, document.at("Tags"));
    add_tags(tags, member_or_null(call.input, "Tags"));
    document["Tags"] = tag_list(tags);
    documents.put(call.region, id, document);
  }
  return Json::object();
}

// Without tags, all of them go; a tag with a value goes only when it has that value.
Json Ec2::delete_tags(const Call& call) {
  const Json& wanted = member_or_null(call.input, "Tags");
  for (const Json& resource : member_or_null(call.input, "Resources")) {
    const std::string id = resource.get<std::string>();
    Documents& documents = documents_of(call, id);
    Json document = *documents.get(call.region, id);
    Json kept = Json::array();
    for (const Json& tag : document.at("Tags")) {
      const bool goes =
          wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const Json& one) {
            return one.at("Key") == tag.at("Key") && (!one.contains("Value") || one["Value"] == tag["Value"]);
          });
      if (!goes) kept.push_back(tag);
    }
    document["Tags"] = kept;
    documents.put(call.region, id, document);
  }
  return Json::object();
}

}  // namespace aurora::local
