#include "local/endpoint_errors.h"

#include <fmt/format.h>

#include "local/service.h"
#include "local/store.h"

namespace aurora::local {
namespace {

struct Words {
  std::string_view query;
  std::string_view json;
  std::string_view s3;
};
constexpr Words kSignatureRefusals[] = {
    {"MissingAuthenticationToken", "MissingAuthenticationTokenException", "AccessDenied"},
    {"IncompleteSignature", "IncompleteSignatureException", "AuthorizationHeaderMalformed"},
    {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"},
    {"ExpiredToken", "ExpiredTokenException", "ExpiredToken"},
    {"SignatureDoesNotMatch", "InvalidSignatureException", "SignatureDoesNotMatch"},
    {"RequestTimeTooSkewed", "InvalidSignatureException", "RequestTimeTooSkewed"},
    {"RequestExpired", "InvalidSignatureException", "AccessDenied"},
};

bool speaks_json(const aws::Service& service) {
  return service.protocol == aws::Protocol::kJson || service.protocol == aws::Protocol::kRestJson;
}

// Beside a Query service's own code for a request that is too old.
std::string_view query_code(const Words& words) {
  return words.query == "RequestTimeTooSkewed" ? "SignatureDoesNotMatch" : words.query;
}

aws::ServiceError disk_full(const Error& error) {
  return {"DiskFull", error.hint().empty() ? error.message() : error.message() + ". " + error.hint(), 500};
}

}  // namespace

aws::ServiceError in_words_of(const aws::Service& service, const aws::ServiceError& error) {
  for (const Words& words : kSignatureRefusals) {
    if (error.code() != words.query) continue;
    const bool is_s3 = service.protocol == aws::Protocol::kRestXml;
    const std::string_view code = is_s3 ? words.s3 : speaks_json(service) ? words.json : query_code(words);
    aws::ServiceError::Details details = error.details();
    details.code = code;
    details.message = error.message();
    return aws::ServiceError(std::move(details));
  }
  return error;
}

aws::ServiceError internal_failure(const std::exception& failure, const Log& log, const Json& fields) {
  if (const auto* refused = dynamic_cast<const aws::ServiceError*>(&failure)) return *refused;
  if (dynamic_cast<const Cancelled*>(&failure) != nullptr)
    return {"ServiceUnavailable", "The endpoint is stopping; ask again when it runs.", 503};
  Json shown = fields;
  shown["reason"] = failure.what();
  log.error("A request could not be answered", shown);
  if (const auto* sqlite = dynamic_cast<const SQLite::Exception*>(&failure)) {
    const Error error = store_error(*sqlite, "the endpoint's data directory");
    if (error.name() == "DiskFull") return disk_full(error);
  }
  if (const auto* error = dynamic_cast<const Error*>(&failure);
      error != nullptr && error->name() == "DiskFull")
    return disk_full(*error);
  return {"InternalFailure", "The request could not be answered; the endpoint's log says why.", 500};
}

aws::ServiceError unknown_operation(const Call& call) {
  static constexpr std::string_view kQueryServices[] = {"rds", "sns", "sts", "cloudwatch"};
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
