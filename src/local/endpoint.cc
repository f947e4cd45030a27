#include "local/endpoint.h"

#include <fmt/format.h>

#include "aws/aws_chunked.h"
#include "aws/regions.h"
#include "aws/sigv4_verify.h"
#include "aws/wire.h"
#include "base/dates.h"
#include "base/ids.h"
#include "local/content_encoding.h"
#include "local/endpoint_errors.h"
#include "local/place.h"
#include "local/service_support.h"
#include "local/sts.h"

namespace aurora::local {
namespace {

constexpr char kHealthPath[] = "/_aurora/health";

// Whose form an answer takes that cannot know its service, because the request says too little of itself.
const aws::Service& likely_service(const http::Request& request) {
  if (request.headers.has("X-Amz-Target")) return aws::require_service("dynamodb");
  if (request.headers.has("smithy-protocol")) return aws::require_service("cloudwatch");
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

// Version 2 of the signatures (2006) is refused as S3's newer Regions refuse it; some clients still make
// presigned links with it unless they are told otherwise.
void refuse_old_signatures(const http::Request& request) {
  if (request.headers.get_or("Authorization", "").starts_with("AWS ") ||
      request.query.find("AWSAccessKeyId=") != std::string::npos)
    throw aws::ServiceError("InvalidRequest",
                            "The authorization mechanism you have provided is not supported. Please use "
                            "AWS4-HMAC-SHA256.");
}

// A service that does not keep accounts apart would show one account what another has.
void refuse_strangers(const Call& call) {
  if (call.account == kAccountId || knows_accounts(call.service)) return;
  throw aws::ServiceError("AccessDenied",
                          fmt::format("Account {} has no {} at this endpoint: it carries that service for "
                                      "account {} alone.",
                                      call.account, call.service, kAccountId),
                          403);
}

// These refuse what does not fit their model themselves, in AWS's own words and order.
bool checks_its_input(std::string_view service) {
  return service == "rds" || service == "dynamodb" || service == "stepfunctions" || service == "lambda";
}

void validate_input(const aws::Service& service, const aws::Operation& operation, const Call& call) {
  try {
    aws::validate(service, operation, call.input);
  } catch (const Error& e) {
    throw invalid_parameter(call, e.message());
  }
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
  http::Response response;
  try {
    response = answer(request, std::move(stop), request_id);
  } catch (const std::exception& e) {
    const aws::Service& service = likely_service(request);
    const aws::ServiceError error =
        internal_failure(e, log_, {{"path", request.path}, {"request_id", request_id}});
    response = aws::encode_error(service, in_words_of(service, error), request_id);
  }
  response.headers.set("Date", format_http_date(clock_.now()));
  return with_request_id(std::move(response), request_id);
}

http::Response Endpoint::answer(http::Request request, std::stop_token stop, const std::string& request_id) {
  refuse_old_signatures(request);
  const auto claim = aws::signature_claim(request);
  // Whoever signs for a service is refused in that service's form.
  const aws::Service& service = claim ? service_of(*claim) : likely_service(request);
  const auto protocol = aws::request_protocol(service, request);
  const Duration begin = clock_.monotonic();
  Call call;
  call.service = service.name;
  call.request_id = request_id;
  call.stop = std::move(stop);
  call.http = &request;
  const auto log_line = [&](int status, const std::string& error) {
    log_.debug("request", {{"service", call.service},
                           {"operation", call.operation},
                           {"region", call.region},
                           {"status", status},
                           {"error", error},
                           {"milliseconds", (clock_.monotonic() - begin).count() / 1000},
                           {"request_id", request_id}});
  };
  Json record;
  try {
    const aws::Operation& operation = accept(service, request, call);
    record = begin_record(call);
    const Json output = this->call(call);
    end_record(std::move(record), "");
    http::Response response = aws::encode_response(service, operation, output, request_id, protocol);
    if (output.contains("ContentRange")) response.status = 206;  // S3's model has no member for it
    log_line(response.status, "");
    return response;
  } catch (const std::exception& e) {
    const aws::ServiceError error = in_words_of(
        service,
        internal_failure(
            e, log_, {{"service", call.service}, {"operation", call.operation}, {"request_id", request_id}}));
    end_record(std::move(record), error.code());
    http::Response response = aws::encode_error(service, error, request_id, protocol);
    log_line(response.status, error.code());
    return response;
  }
}

const aws::Operation& Endpoint::accept(const aws::Service& service, http::Request& request,
                                       Call& call) const {
  const auto credentials = [&](std::string_view id) { return credentials_of(keys_, id); };
  const aws::SignatureClaim signer = aws::verify_request(request, credentials, clock_.now());
  call.region = signer.scope.region;
  if (const auto key = keys_.find(signer.access_key_id)) call.account = arn_part(key->arn, 4);
  if (!aws::is_known_region(call.region))
    throw aws::ServiceError("UnknownRegion", fmt::format("There is no Region {}.", call.region), 400);
  refuse_strangers(call);
  aws::remove_aws_chunking(request);
  if (service.name == "cloudwatch") remove_gzip(request);
  const aws::Operation* operation = aws::match_operation(service, request);
  call.operation = operation ? std::string(operation->name) : aws::requested_operation(service, request);
  if (operation == nullptr) throw unknown_operation(call);
  call.input = aws::decode_request(service, *operation, request);
  if (!checks_its_input(call.service)) validate_input(service, *operation, call);
  return *operation;
}

Json Endpoint::begin_record(const Call& call) {
  if (options_.recorder == nullptr) return nullptr;
  const auto key = keys_.find(signing_key_id(*call.http));
  return CallRecorder::begin(call, key ? key->arn : "", key ? session_of(key->arn) : "", *this);
}

void Endpoint::end_record(Json line, const std::string& error) {
  if (!line.is_null()) options_.recorder->end(std::move(line), error);
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
