#include "aws/decorators.h"

#include "aws/sigv4.h"
#include "aws/wire.h"

namespace aurora::aws {
namespace {

std::int64_t milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

// Each service says it under one of these names.
std::string request_id_of(const http::Response& response) {
  for (const char* header : {"x-amzn-RequestId", "x-amz-request-id", "x-amzn-requestid"})
    if (const std::string id = response.headers.get_or(header, ""); !id.empty()) return id;
  return "";
}

Json fields_of(const CallContext& context, const http::Request& request, Duration took) {
  return {{"service", context.service.name},
          {"operation", context.operation.name},
          {"region", context.region},
          {"host", request.host},
          {"attempt", request.headers.get_or("amz-sdk-request", "")},
          {"duration_ms", milliseconds(took)}};
}

}  // namespace

http::Response LogTransport::send(const http::Request& request, const http::SendOptions& options) {
  const Duration begin = clock_.monotonic();
  try {
    http::Response response = next_.send(request, options);
    Json fields = fields_of(context_, request, clock_.monotonic() - begin);
    fields["status"] = response.status;
    if (response.status < 400) {
      if (const std::string id = request_id_of(response); !id.empty()) fields["request_id"] = id;
      log_.debug("AWS call", fields);
    } else {
      const ServiceError error = decode_error(context_.service, context_.operation, response);
      fields["error"] = error.code();
      fields["request_id"] = error.details().request_id;
      log_.debug("AWS call was refused", fields);
    }
    return response;
  } catch (const http::TransportError& error) {
    Json fields = fields_of(context_, request, clock_.monotonic() - begin);
    fields["error"] = error.name();
    log_.debug("AWS call got no answer", fields);
    throw;
  }
}

http::Response SigningTransport::send(const http::Request& request, const http::SendOptions& options) {
  if (context_.operation.is_unsigned) return next_.send(request, options);
  http::Request signed_request = request;
  const SigningScope scope{.region = context_.region, .service = std::string(context_.service.signing_name)};
  sign_request(signed_request, credentials_.get(), scope, clock_.now() + skew_.offset());
  return next_.send(signed_request, options);
}

}  // namespace aurora::aws
