// The refusals that belong to no service of its own.
#include <fmt/format.h>

#include "local/service.h"

namespace aurora::local {

aws::ServiceError unknown_operation(const Call& call) {
  static constexpr std::string_view kQueryServices[] = {"rds", "sns", "sts"};
  for (const std::string_view service : kQueryServices)
    if (call.service == service)
      return {"InvalidAction", fmt::format("Could not find operation {}", call.operation), 400};
  if (call.service == "s3")
    return {"MethodNotAllowed", "The specified method is not allowed against this resource.", 405};
  return {"UnknownOperationException",
          fmt::format("The operation {} is not known to {}.", call.operation, call.service),
          call.service == "lambda" ? 404 : 400};
}

}  // namespace aurora::local
