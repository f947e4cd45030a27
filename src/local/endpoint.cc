#include "local/endpoint.h"

#include <fmt/format.h>

#include "aws/aws_chunked.h"
#include "aws/regions.h"
#include "aws/sigv4_verify.h"
#include "aws/wire.h"
#include "base/ids.h"
#include "local/service_support.h"

namespace aurora::local {
namespace {

constexpr char kHealthPath[] = "/_aurora/health";

// Whose form an answer takes that cannot know its service, because the request says too little of itself.
const aws::Service& likely_service(const http::Request& request) {
  if (request.headers.has("X-Amz-Target")) return aws::require_service("dynamodb");
  if (request.path.starts_with("/2015-03-31/")) return aws::require_service("lambda");
  return aws::require_service(request.body.find("Action=") != std::string::npos ||
                                      request.query.find("Action=") != std::string::npos
                                  ? "sts"
                                  : "s3");
}

const aws::Service& service_of(const aws::SignatureClaim& claim) {
  if (const aws::Service* service = aws::find_service_by_signing_name(claim.scope.service)) return *service;
  throw aws::ServiceError("UnknownService",
                          fmt::format("The service {} is not carried by this endpoint.", claim.scope.service),
                          404);
}

// Every answer bears its request's id, under the name the service's clients look for.
http::Response with_request_id(http::Response response, const std::string& request_id) {
  if (!response.headers.has("x-amzn-RequestId")) response.headers.set("x-amzn-RequestId", request_id);
  if (!response.headers.has("x-amz-request-id")) response.headers.set("x-amz-request-id", request_id);
  return response;
}

std::optional<aws::Credentials> credentials_of(const SessionKeys& keys, std::string_view access_key_id) {
  auto key = keys.find(std::string(access_key_id));
  if (!key) return std::nullopt;
  aws::Credentials credentials;
  credentials.access_key_id = key->access_key_id;
  credentials.secret_access_key = key->secret_access_key;
  credentials.session_token = Secret(key->session_token);
  credentials.expires_at = key->expiration;
  return credentials;
}

}  // namespace

Endpoint::Endpoint(Options options, const SessionKeys& keys, Clock& clock, Log log)
    : options_(std::move(options)), keys_(keys), clock_(clock), log_(std::move(log)) {}

void Endpoint::add(const std::string& name, Service& service) {
  services_[name] = &service;
  in_order_.push_back(&service);
}

void Endpoint::add_unsigned_route(UnsignedRoute route) {
  unsigned_routes_.push_back(std::move(route));
}

void Endpoint::start() {
  for (Service* service : in_order_) service->start();
}

void Endpoint::stop() {
  for (auto service = in_order_.rbegin(); service != in_order_.rend(); ++service) (*service)->stop();
}

http::Response Endpoint::health() const {
  Json names = Json::array();
  for (const auto& [name, service] : services_) names.push_back(name);
  return {.status = 200,
          .headers = {{"Content-Type", "application/json"}},
          .body = dump_json({{"status", "running"},
                             {"program", "aurora-local"},
                             {"version", options_.version},
                             {"account", kAccountId},
                             {"services", names}})};
}

http::Response Endpoint::handle(const http::Request& request, std::stop_token stop) {
  if (request.path == kHealthPath) return health();
  for (const UnsignedRoute& route : unsigned_routes_)
    if (auto response = route(request)) return *response;
  const std::string request_id = new_uuid();
  try {
    return with_request_id(answer(request, std::move(stop), request_id), request_id);
  } catch (const aws::ServiceError& e) {
    return with_request_id(aws::encode_error(likely_service(request), e, request_id), request_id);
  } catch (const std::exception& e) {
    log_.error("A request could not be answered",
               {{"path", request.path}, {"reason", e.what()}, {"request_id", request_id}});
    const aws::ServiceError error("InternalFailure",
                                  "The request could not be answered; the endpoint's log says why.", 500);
    return with_request_id(aws::encode_error(likely_service(request), error, request_id), request_id);
  }
}

http::Response Endpoint::answer(http::Request request, std::stop_token stop, const std::string& request_id) {
  const auto credentials = [&](std::string_view id) { return credentials_of(keys_, id); };
  const auto claim = aws::signature_claim(request);
  // Whoever signs for a service is refused in that service's form.
  const aws::Service& service = claim ? service_of(*claim) : likely_service(request);
  const auto protocol = aws::request_protocol(service, request);
  Call call;
  call.service = service.name;
  call.request_id = request_id;
  call.stop = std::move(stop);
  call.http = &request;
  try {
    call.region = aws::verify_request(request, credentials, clock_.now()).scope.region;
    if (!aws::is_known_region(call.region))
      throw aws::ServiceError("UnknownRegion", fmt::format("There is no Region {}.", call.region), 400);
    aws::remove_aws_chunking(request);
    const aws::Operation* operation = aws::match_operation(service, request);
    call.operation = operation ? std::string(operation->name) : aws::requested_operation(service, request);
    if (operation == nullptr) throw unknown_operation(call);
    call.input = aws::decode_request(service, *operation, request);
    const Json output = this->call(call);
    log_.debug("Answered",
               {{"service", call.service}, {"operation", call.operation}, {"region", call.region}});
    return aws::encode_response(service, *operation, output, request_id, protocol);
  } catch (const aws::ServiceError& e) {
    log_.debug("Refused", {{"service", call.service},
                           {"operation", call.operation},
                           {"region", call.region},
                           {"error", e.code()}});
    return aws::encode_error(service, e, request_id, protocol);
  } catch (const Error& e) {
    log_.error(e.message(), {{"service", call.service},
                             {"operation", call.operation},
                             {"error", e.name()},
                             {"request_id", request_id}});
    // A full disk is for the caller to know; what else went wrong is for the log.
    const bool full = e.name() == "DiskFull";
    const aws::ServiceError error(
        full ? "DiskFull" : "InternalFailure",
        full ? e.message() : "The request could not be answered; the endpoint's log says why.", 500);
    return aws::encode_error(service, error, request_id, protocol);
  }
}

Service& Endpoint::find(const Call& call) const {
  const auto found = services_.find(call.service);
  if (found == services_.end())
    throw aws::ServiceError(
        "UnknownService", fmt::format("The service {} is not carried by this endpoint.", call.service), 404);
  return *found->second;
}

Json Endpoint::call(const Call& call) {
  return find(call).handle(call);
}

}  // namespace aurora::local
