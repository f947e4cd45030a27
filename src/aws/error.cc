#include "aws/error.h"

#include <string_view>

namespace aurora::aws {
namespace {

std::string_view without_suffix(std::string_view code) {
  for (const std::string_view suffix : {"Fault", "Exception"})
    if (code.size() > suffix.size() && code.ends_with(suffix))
      return code.substr(0, code.size() - suffix.size());
  return code;
}

}  // namespace

ServiceError::ServiceError(Details details)
    : Error(details.code, details.message), details_(std::move(details)) {}

ServiceError::ServiceError(std::string code, std::string message, int status)
    : Error(code, message),
      details_({.code = std::move(code),
                .message = std::move(message),
                .status = status,
                .service = {},
                .operation = {},
                .request_id = {}}) {}

bool ServiceError::is(std::string_view wanted) const {
  return code() == wanted || without_suffix(code()) == without_suffix(wanted);
}

}  // namespace aurora::aws
