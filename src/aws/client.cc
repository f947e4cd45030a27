#include "aws/client.h"

#include <algorithm>
#include <array>

#include "aws/decorators.h"
#include "aws/idempotency.h"
#include "aws/sigv4.h"
#include "aws/wire.h"
#include "base/ids.h"

namespace aurora::aws {
namespace {

using namespace std::chrono_literals;

EndpointConfig endpoint_config(const ClientConfig& config) {
  return {.environment = config.environment,
          .shared = SharedConfig::load(config.environment),
          .profile = profile_name(config.environment, config.profile),
          .url = config.endpoint_url,
          .urls = config.endpoint_urls};
}

// Calls that the service answers only when something has happened.
std::chrono::milliseconds attempt_timeout(const CallContext& context, std::chrono::milliseconds usual) {
  struct Row {
    std::string_view service, operation;
    std::chrono::milliseconds least;
  };
  static constexpr std::array<Row, 4> kLong = {{{"lambda", "Invoke", 905s},
                                                {"stepfunctions", "StartSyncExecution", 305s},
                                                {"stepfunctions", "GetActivityTask", 75s},
                                                {"sqs", "ReceiveMessage", 30s}}};
  for (const Row& row : kLong)
    if (row.service == context.service.name && row.operation == context.operation.name)
      return std::max(usual, row.least);
  return usual;
}

// Tokens are made once a call, so that every attempt carries the same.
Json with_tokens(const Operation& operation, const Json& input) {
  Json filled = input.is_null() ? Json::object() : input;
  if (operation.input && filled.is_object())
    for (const Member& member : operation.input->members)
      if (member.idempotency_token && !filled.contains(member.name))
        filled[std::string(member.name)] = new_uuid();
  return filled;
}

}  // namespace

Client::Client(ClientConfig config, http::Transport& network, Clock& clock, Log log,
               std::shared_ptr<CredentialsProvider> credentials)
    : config_(std::move(config)),
      endpoints_(endpoint_config(config_)),
      network_(network),
      clock_(clock),
      log_(std::move(log)),
      credentials_(std::move(credentials)) {
  if (!credentials_)
    credentials_ = default_credentials(
        {.endpoints = endpoints_, .profile_is_explicit = !config_.profile.empty()}, network_, clock_);
}

Client::~Client() = default;

std::unique_ptr<Api> Api::with_credentials(std::shared_ptr<CredentialsProvider>) {
  throw Error("NotSupported",
              "These calls are made without credentials; there is no other account to act for.");
}

std::unique_ptr<Api> Client::with_credentials(std::shared_ptr<CredentialsProvider> credentials) {
  return std::make_unique<Client>(config_, network_, clock_, log_, std::move(credentials));
}

std::string Client::region() const {
  return default_region(endpoints_);
}

std::string Client::region_or_default(std::string_view region) const {
  return region.empty() ? default_region(endpoints_) : std::string(region);
}

http::Request Client::encoded(const CallContext& context, const Json& input) const {
  validate(context.service, context.operation, input);
  http::Request request = encode_request(context.service, context.operation, input);
  address_request(request, endpoints_, context.service, context.operation, input, context.region);
  request.headers.set("User-Agent", config_.user_agent);
  return request;
}

// Retry stands above signing, so that every attempt is signed afresh; the log stands above signing too,
// so that it never sees a signature.
http::Response Client::send(const CallContext& context, const http::Request& request,
                            const http::SendOptions& options) {
  SigningTransport signing(network_, context, *credentials_, clock_, retry_state_.skew);
  LogTransport logging(signing, context, log_, clock_);
  RetryTransport retrying(logging, context, config_.retry, clock_, retry_state_);
  return retrying.send(request, options);
}

Json Client::call(std::string_view service_name, std::string_view region, std::string_view operation_name,
                  const Json& input) {
  return call(service_name, region, operation_name, input, std::stop_token());
}

Json Client::call(std::string_view service_name, std::string_view region, std::string_view operation_name,
                  const Json& input, std::stop_token stop) {
  const Service& service = require_service(service_name);
  const Operation& operation = require_operation(service, operation_name);
  const Json filled = with_tokens(operation, input);
  const CallContext context{.service = service,
                            .operation = operation,
                            .region = region_or_default(region),
                            .repeatable = may_repeat(service, operation, filled)};
  const http::SendOptions options{.connect_timeout = config_.connect_timeout,
                                  .timeout = attempt_timeout(context, config_.timeout),
                                  .stop = std::move(stop)};
  return decode_response(service, operation, send(context, encoded(context, filled), options));
}

http::Request Client::presign(std::string_view service_name, std::string_view region,
                              std::string_view operation_name, const Json& input,
                              std::chrono::seconds valid) {
  const Service& service = require_service(service_name);
  const Operation& operation = require_operation(service, operation_name);
  const CallContext context{
      .service = service, .operation = operation, .region = region_or_default(region), .repeatable = false};
  http::Request request = encoded(context, input);
  request.headers = {};
  if (service.protocol == Protocol::kQuery) {
    request.method = "GET";
    request.query = std::exchange(request.body, "");
  }
  presign_request(request, credentials_->get(),
                  {.region = context.region, .service = std::string(service.signing_name)}, clock_.now(),
                  valid);
  return request;
}

}  // namespace aurora::aws
