// Where the services are.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "aws/model.h"
#include "aws/profile.h"
#include "base/json.h"
#include "http/message.h"

namespace aurora::aws {

// What the configuration says about endpoints, the strongest first: `urls` by service name, `url`, then
// AWS_ENDPOINT_URL_<SERVICE_ID>, AWS_ENDPOINT_URL, and the profile's settings of the same meaning.
// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true switches off all but the first two.
struct EndpointConfig {
  Environment environment;
  SharedConfig shared;
  std::string profile = "default";
  std::string url;
  std::map<std::string, std::string> urls;
};

// The URL configured for a service; nothing where it is AWS's own.
std::optional<std::string> configured_endpoint(const EndpointConfig& config, const Service& service);

// "rds.us-west-2.amazonaws.com"; partitions have suffixes of their own.
std::string default_hostname(const Service& service, std::string_view region);

// Addresses an encoded request: host, port, and what host names say of bucket and operation. S3 buckets
// stand in the host name at AWS and in the path elsewhere, where an IP address could not have them.
void address_request(http::Request& request, const EndpointConfig& config, const Service& service,
                     const Operation& operation, const Json& input, std::string_view region);

// The Region of the configuration: AWS_REGION, AWS_DEFAULT_REGION, or the profile's. Throws Error
// "NoRegion".
std::string default_region(const EndpointConfig& config);

}  // namespace aurora::aws
