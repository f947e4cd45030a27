#include "local/rds/errors.h"

#include <fmt/format.h>

namespace aurora::local::rds {
namespace {

struct Codes {
  const char* noun;
  const char* not_found;
  const char* exists;
  const char* state;
};

const Codes& codes(Kind kind) {
  static const std::map<Kind, Codes> table = {
      {Kind::kCluster,
       {"DBCluster", "DBClusterNotFoundFault", "DBClusterAlreadyExistsFault", "InvalidDBClusterStateFault"}},
      {Kind::kInstance,
       {"DBInstance", "DBInstanceNotFound", "DBInstanceAlreadyExists", "InvalidDBInstanceState"}},
      {Kind::kSnapshot,
       {"DBClusterSnapshot", "DBClusterSnapshotNotFoundFault", "DBClusterSnapshotAlreadyExistsFault",
        "InvalidDBClusterSnapshotStateFault"}},
      {Kind::kSubnetGroup,
       {"DBSubnetGroup", "DBSubnetGroupNotFoundFault", "DBSubnetGroupAlreadyExists",
        "InvalidDBSubnetGroupStateFault"}},
      {Kind::kClusterParameterGroup,
       {"DBClusterParameterGroup", "DBClusterParameterGroupNotFound", "DBParameterGroupAlreadyExists",
        "InvalidDBParameterGroupState"}},
      {Kind::kParameterGroup,
       {"DBParameterGroup", "DBParameterGroupNotFound", "DBParameterGroupAlreadyExists",
        "InvalidDBParameterGroupState"}},
  };
  return table.at(kind);
}

}  // namespace

aws::ServiceError fault(std::string code, std::string message, int status) {
  return {std::move(code), std::move(message), status};
}

aws::ServiceError invalid_value(std::string message) {
  return fault("InvalidParameterValue", std::move(message));
}

aws::ServiceError invalid_combination(std::string message) {
  return fault("InvalidParameterCombination", std::move(message));
}

aws::ServiceError missing(std::string_view parameter) {
  return fault("MissingParameter", fmt::format("The request must contain the parameter {}.", parameter));
}

aws::ServiceError not_found(Kind kind, std::string_view id) {
  return fault(codes(kind).not_found, fmt::format("{} {} not found.", codes(kind).noun, id), 404);
}

aws::ServiceError already_exists(Kind kind, std::string_view id) {
  return fault(codes(kind).exists, fmt::format("{} {} already exists.", codes(kind).noun, id));
}

aws::ServiceError invalid_state(Kind kind, std::string message) {
  return fault(codes(kind).state, std::move(message));
}

}  // namespace aurora::local::rds
