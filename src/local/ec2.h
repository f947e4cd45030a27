// Amazon EC2, as far as databases need a network: VPCs, subnets and security groups.
//
// Each Region begins with the network of ec2_network.h. Nothing is routed: clusters listen on loopback
// (rds/addresses.h) whatever their subnets say. What is checked is what RDS and its users would be refused
// for: ids that do not exist, subnets of several VPCs, groups of another VPC than the subnets.
#pragma once
#include <mutex>

#include "local/documents.h"
#include "local/service_support.h"
#include "local/store.h"

namespace aurora::local {

// Thread-safe.
class Ec2 final : public Service {
 public:
  // `router` is asked whether RDS still uses a security group that is to be deleted.
  Ec2(const std::filesystem::path& directory, Router& router);
  Json handle(const Call& call) override;

 private:
  Json create_vpc(const Call& call);
  Json create_subnet(const Call& call);
  Json create_security_group(const Call& call);
  Json delete_vpc(const Call& call);
  Json delete_subnet(const Call& call);
  Json delete_security_group(const Call& call);
  Json create_tags(const Call& call);
  Json delete_tags(const Call& call);
  // In ec2_describe.cc.
  Json describe_vpcs(const Call& call);
  Json describe_subnets(const Call& call);
  Json describe_security_groups(const Call& call);

  void make_first_network(const std::string& region);
  Json make_vpc(const std::string& region, const std::string& id, const std::vector<std::string>& blocks,
                bool is_default);
  void make_security_group(const std::string& region, const std::string& id, const std::string& vpc,
                           const std::string& name, const std::string& description, const Json& tags);
  // The document, or the NotFound error of its kind.
  Json need(const Call& call, Documents& documents, const std::string& id) const;
  Documents& documents_of(const Call& call, const std::string& id);
  void check_unused(const Call& call, const std::string& group);

  Router& router_;
  std::mutex mutex_;  // guards the database
  SQLite::Database database_;
  Documents networks_;  // Regions that have had their first network
  Documents vpcs_;
  Documents subnets_;
  Documents groups_;
};

namespace ec2 {

// InvalidVpcID.NotFound, InvalidSubnetID.NotFound or InvalidGroup.NotFound, by the id's prefix.
aws::ServiceError not_found(std::string_view id);
// Refuses what is no id of that prefix with 8 or 17 hexadecimal digits.
void check_id(std::string_view id, std::string_view prefix);

}  // namespace ec2
}  // namespace aurora::local
