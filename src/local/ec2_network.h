// What every account has in Amazon EC2 without having made it, and addresses in CIDR notation.
//
// Each Region has a default VPC with one subnet in each of its zones and a default security group; their ids
// follow from the Region, so that they are the same in every data directory. In us-east-1 and us-west-2 the
// default VPC is the `dev` environment's network, under the ids that the documents' examples use:
// vpc-12345678 with sg-12345678 and the subnets subnet-12345678, subnet-1a2b3c4d (first zone),
// subnet-87654321 and subnet-5e6f7a8b (second zone). It is the default VPC because the examples use those ids
// together with the DB subnet group "default". 10.0.0.0/16 is a second block of its addresses, of
// which 10.0.1.0/24 and 10.0.2.0/24 are free for the subnets that the examples make.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::local::ec2 {

struct SubnetSeed {
  std::string id;
  std::string zone;  // "us-west-2a"
  std::string cidr;
  bool is_default;
};

std::string default_vpc(std::string_view region);
std::string default_security_group(std::string_view region);
// The subnets of the default VPC, those of its zones first.
std::vector<SubnetSeed> first_subnets(std::string_view region);
// The default VPC's blocks of addresses, its primary one first.
std::vector<std::string> first_blocks(std::string_view region);
// Security groups of the default VPC beside its default one.
std::vector<std::string> first_security_groups(std::string_view region);

// A block of IPv4 addresses.
struct Cidr {
  std::uint32_t first = 0;
  int prefix = 0;
  std::uint64_t size() const { return 1ULL << (32 - prefix); }
  bool contains(const Cidr& other) const;
  bool overlaps(const Cidr& other) const { return contains(other) || other.contains(*this); }
};
// "10.0.1.0/24"; nothing for what is none, or has bits set behind the prefix.
std::optional<Cidr> parse_cidr(std::string_view text);

}  // namespace aurora::local::ec2
