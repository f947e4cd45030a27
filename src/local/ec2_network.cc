#include "local/ec2_network.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/digest.h"
#include "base/text.h"
#include "local/rds/catalog.h"

namespace aurora::local::ec2 {
namespace {

constexpr std::string_view kDocumentRegions[] = {"us-east-1", "us-west-2"};

bool has_document_network(std::string_view region) {
  return std::find(std::begin(kDocumentRegions), std::end(kDocumentRegions), region) !=
         std::end(kDocumentRegions);
}

std::string derived_id(std::string_view prefix, std::string_view region, std::string_view what) {
  return std::string(prefix) + hex_encode(sha256(fmt::format("{}/{}", region, what))).substr(0, 17);
}

}  // namespace

std::string default_vpc(std::string_view region) {
  return has_document_network(region) ? "vpc-12345678" : derived_id("vpc-", region, "default");
}

std::string default_security_group(std::string_view region) {
  return derived_id("sg-", region, "default group");
}

std::vector<SubnetSeed> first_subnets(std::string_view region) {
  std::vector<SubnetSeed> subnets;
  const std::vector<std::string> zones = rds::availability_zones(region);
  for (std::size_t i = 0; i < zones.size(); ++i)
    subnets.push_back(
        {derived_id("subnet-", region, zones[i]), zones[i], fmt::format("172.31.{}.0/20", 16 * i), true});
  if (!has_document_network(region)) return subnets;
  subnets.push_back({"subnet-12345678", zones[0], "10.0.11.0/24", false});
  subnets.push_back({"subnet-87654321", zones[1], "10.0.12.0/24", false});
  subnets.push_back({"subnet-1a2b3c4d", zones[0], "10.0.13.0/24", false});
  subnets.push_back({"subnet-5e6f7a8b", zones[1], "10.0.14.0/24", false});
  return subnets;
}

std::vector<std::string> first_blocks(std::string_view region) {
  std::vector<std::string> blocks = {"172.31.0.0/16"};
  if (has_document_network(region)) blocks.emplace_back("10.0.0.0/16");
  return blocks;
}

std::vector<std::string> first_security_groups(std::string_view region) {
  if (!has_document_network(region)) return {};
  return {"sg-12345678"};
}

bool Cidr::contains(const Cidr& other) const {
  if (prefix > other.prefix) return false;
  return other.first >= first && other.first - first < size();
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const std::vector<std::string> parts = split(text, '/');
  if (parts.size() != 2) return std::nullopt;
  in_addr address{};
  if (::inet_pton(AF_INET, parts[0].c_str(), &address) != 1) return std::nullopt;
  Cidr cidr{.first = ntohl(address.s_addr), .prefix = -1};
  const char* end = parts[1].data() + parts[1].size();
  if (std::from_chars(parts[1].data(), end, cidr.prefix).ptr != end) return std::nullopt;
  if (cidr.prefix < 0 || cidr.prefix > 32 || cidr.first % cidr.size() != 0) return std::nullopt;
  return cidr;
}

}  // namespace aurora::local::ec2
