// The errors that DynamoDB answers with, and its phrase for a parameter that is out of range.
#pragma once
#include <string>
#include <string_view>

#include "aws/error.h"

namespace aurora::local::dynamodb {

aws::ServiceError validation_error(std::string message);
// "One or more parameter values were invalid: " + `detail`
aws::ServiceError invalid_parameter(std::string_view detail);
// "1 validation error detected: Value '<value>' at '<member>' failed to satisfy constraint: <rule>"
aws::ServiceError constraint_error(std::string_view value, std::string_view member, std::string_view rule);
aws::ServiceError serialization_error(std::string message);
aws::ServiceError resource_not_found(std::string message = "Requested resource not found");

}  // namespace aurora::local::dynamodb
