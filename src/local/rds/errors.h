// RDS's errors by their codes on the wire, which often differ from the names in the model.
#pragma once
#include <string>
#include <string_view>

#include "aws/error.h"
#include "local/rds/records.h"

namespace aurora::local::rds {

aws::ServiceError invalid_value(std::string message);        // InvalidParameterValue
aws::ServiceError invalid_combination(std::string message);  // InvalidParameterCombination
aws::ServiceError missing(std::string_view parameter);       // MissingParameter
aws::ServiceError fault(std::string code, std::string message, int status = 400);

// DBClusterNotFoundFault, DBInstanceNotFound, DBClusterSnapshotNotFoundFault, ...: all with status 404.
aws::ServiceError not_found(Kind kind, std::string_view id);
// DBClusterAlreadyExistsFault, DBInstanceAlreadyExists, ...
aws::ServiceError already_exists(Kind kind, std::string_view id);
// InvalidDBClusterStateFault, InvalidDBInstanceState, InvalidDBClusterSnapshotStateFault, ...
aws::ServiceError invalid_state(Kind kind, std::string message);

}  // namespace aurora::local::rds
