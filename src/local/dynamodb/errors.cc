#include "local/dynamodb/errors.h"

#include <fmt/format.h>

namespace aurora::local::dynamodb {

aws::ServiceError validation_error(std::string message) {
  return aws::ServiceError("ValidationException", std::move(message));
}

aws::ServiceError invalid_parameter(std::string_view detail) {
  return validation_error(fmt::format("One or more parameter values were invalid: {}", detail));
}

aws::ServiceError constraint_error(std::string_view value, std::string_view member, std::string_view rule) {
  return validation_error(
      fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: {}", value,
                  member, rule));
}

aws::ServiceError serialization_error(std::string message) {
  return aws::ServiceError("SerializationException", std::move(message));
}

aws::ServiceError resource_not_found(std::string message) {
  return aws::ServiceError("ResourceNotFoundException", std::move(message));
}

}  // namespace aurora::local::dynamodb
