#include "aws/endpoint.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

// "Secrets Manager" is SECRETS_MANAGER in variables and secrets_manager in files.
std::string service_key(const Service& service) {
  std::string key = to_lower(service.id);
  std::ranges::replace(key, ' ', '_');
  return key;
}

std::string_view partition_suffix(std::string_view region) {
  using Row = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<Row, 5> kSuffixes = {{{"cn-", "amazonaws.com.cn"},
                                                    {"us-iso-", "c2s.ic.gov"},
                                                    {"us-isob-", "sc2s.sgov.gov"},
                                                    {"eu-isoe-", "cloud.adc-e.uk"},
                                                    {"us-isof-", "csp.hci.ic.gov"}}};
  for (const auto& [prefix, suffix] : kSuffixes)
    if (region.starts_with(prefix)) return suffix;
  return "amazonaws.com";
}

// A Region becomes part of a host name: what is no host label must not redirect a signed request.
void check_region(std::string_view region) {
  const bool valid = !region.empty() && std::ranges::all_of(region, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (!valid)
    throw Error("InvalidRegion", fmt::format("\"{}\" is not the name of a Region.", region),
                "Regions look like us-west-2.");
}

// Buckets whose names are one host label, so that the wildcard certificate fits.
bool fits_host_name(std::string_view bucket) {
  return bucket.size() >= 3 && bucket.size() <= 63 && bucket.front() != '-' && bucket.back() != '-' &&
         std::ranges::all_of(
             bucket, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

void move_bucket_to_host(http::Request& request, const std::string& bucket) {
  const std::string prefix = "/" + bucket;
  if (!fits_host_name(bucket) || !request.path.starts_with(prefix)) return;
  request.host = bucket + "." + request.host;
  request.path.erase(0, prefix.size());
  if (request.path.empty()) request.path = "/";
}

void address_to_url(http::Request& request, const std::string& text) {
  const http::Url url = http::Url::parse(text);
  request.scheme = url.scheme;
  request.host = url.host;
  request.port = url.port;
  std::string_view base = url.path;
  while (base.ends_with('/')) base.remove_suffix(1);
  request.path.insert(0, base);
}

}  // namespace

std::optional<std::string> configured_endpoint(const EndpointConfig& config, const Service& service) {
  if (const auto found = config.urls.find(std::string(service.name)); found != config.urls.end())
    return found->second;
  if (!config.url.empty()) return config.url;
  if (equals_ignore_case(variable(config.environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").value_or(""),
                         "true"))
    return std::nullopt;
  const std::string key = service_key(service);
  if (auto url = variable(config.environment, "AWS_ENDPOINT_URL_" + to_upper(key))) return url;
  if (auto url = variable(config.environment, "AWS_ENDPOINT_URL")) return url;
  if (auto url = config.shared.service_setting(config.profile, key, "endpoint_url")) return url;
  const std::optional<Section> profile = config.shared.profile(config.profile);
  if (profile && profile->contains("endpoint_url")) return profile->at("endpoint_url");
  return std::nullopt;
}

std::string default_hostname(const Service& service, std::string_view region) {
  check_region(region);
  // IAM is one for all Regions, and has no host but that of its partition; of S3 and STS the Region's own is
  // better.
  if (service.name == "iam" && partition_suffix(region) == "amazonaws.com" && !region.starts_with("us-gov-"))
    return std::string(service.global_endpoint);
  return fmt::format("{}.{}.{}", service.endpoint_prefix, region, partition_suffix(region));
}

void address_request(http::Request& request, const EndpointConfig& config, const Service& service,
                     const Operation& operation, const Json& input, std::string_view region) {
  if (const auto url = configured_endpoint(config, service)) {
    address_to_url(request, *url);
  } else {
    request.scheme = "https";
    request.host = std::string(operation.host_prefix) + default_hostname(service, region);
    request.port = 443;
    if (service.name == "s3") move_bucket_to_host(request, string_or(input, "Bucket", ""));
  }
}

std::string default_region(const EndpointConfig& config) {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (const auto region = variable(config.environment, name)) return *region;
  const std::optional<Section> profile = config.shared.profile(config.profile);
  if (profile && profile->contains("region")) return profile->at("region");
  throw Error("NoRegion", "No AWS Region is configured.",
              "Set AWS_REGION, or region in the profile \"" + config.profile + "\" of ~/.aws/config.");
}

}  // namespace aurora::aws
