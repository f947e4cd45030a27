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

// "Credential=AKIA…/20261128/us-west-2/dynamodb/aws4_request, …": the part before the last; empty when
// unsigned.
std::string_view service_of(std::string_view authorization) {
  const std::size_t end = authorization.find("/aws4_request");
  if (end == std::string_view::npos) return {};
  const std::size_t begin = authorization.rfind('/', end - 1);
  return begin == std::string_view::npos ? std::string_view()
                                         : authorization.substr(begin + 1, end - begin - 1);
}

std::int64_t units(std::size_t bytes, std::size_t unit_bytes) {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>((bytes + unit_bytes - 1) / unit_bytes));
}

// A write unit is 1 KB, a consistent read 4 KB, any other read half of that.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
void count_dynamodb(CallCounter& counter, const http::Request& request, const http::Response& response) {
  ++counter.dynamodb;
  const std::string target = request.headers.get_or("x-amz-target", "");
  const bool reads = target.ends_with(".GetItem") || target.ends_with(".Query") || target.ends_with(".Scan");
  const bool writes =
      target.ends_with(".PutItem") || target.ends_with(".UpdateItem") || target.ends_with(".DeleteItem");
  constexpr std::size_t kWriteBytes = 1024;
  constexpr std::size_t kReadBytes = 4096;
  if (writes)
    // UpdateItem's answer holds the whole item, which is what is paid for.
    counter.dynamodb_write_halves +=
        2 * units(std::max(request.body.size(), response.body.size()), kWriteBytes);
  if (reads)
    counter.dynamodb_read_halves +=
        (target.ends_with(".GetItem") ? 2 : 1) * units(response.body.size(), kReadBytes);
}

void count_service(CallCounter& counter, const http::Request& request, const http::Response& response) {
  const std::string authorization = request.headers.get_or("authorization", "");
  const std::string_view service = service_of(authorization);
  if (service == "rds") ++counter.rds;
  if (service == "sns") ++counter.sns;
  if (service == "sqs") ++counter.sqs;
  if (service == "dynamodb") count_dynamodb(counter, request, response);
}

}  // namespace

http::Response CountingTransport::send(const http::Request& request, const http::SendOptions& options) {
  ++counter_.calls;
  http::Response response = next_.send(request, options);
  if (is_throttle(response)) ++counter_.throttles;
  count_service(counter_, request, response);
  return response;
}

}  // namespace aurora::aws
