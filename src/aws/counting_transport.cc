#include "aws/counting_transport.h"

#include <algorithm>
#include <string_view>

namespace aurora::aws {
namespace {

// How the services name a refusal for its rate, in a header or a body, whatever their protocol. Only what was
// refused is looked at, and refusals are short.
constexpr std::string_view kNames[] = {"Throttl",
                                       "TooManyRequests",
                                       "RequestLimitExceeded",
                                       "BandwidthLimitExceeded",
                                       "ProvisionedThroughputExceeded",
                                       "SlowDown",
                                       "PriorRequestNotComplete"};

bool is_throttle(const http::Response& response) {
  if (response.status < 400) return false;
  if (response.status == 429) return true;
  const std::string type = response.headers.get_or("x-amzn-errortype", "");
  return std::ranges::any_of(kNames, [&](std::string_view name) {
    return type.find(name) != std::string::npos || response.body.find(name) != std::string::npos;
  });
}

}  // namespace

http::Response CountingTransport::send(const http::Request& request, const http::SendOptions& options) {
  ++counter_.calls;
  http::Response response = next_.send(request, options);
  if (is_throttle(response)) ++counter_.throttles;
  return response;
}

}  // namespace aurora::aws
