#include "local/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "local/service_support.h"

namespace aurora::local {

std::string place_of(std::string_view account, std::string_view region) {
  return account == kAccountId ? std::string(region) : fmt::format("{}/{}", account, region);
}

std::string place_of(const Call& call) {
  // A service that asks another one on behalf of a place hands the place on as it is.
  return call.region.find('/') == std::string::npos ? place_of(call.account, call.region) : call.region;
}

std::string region_of(std::string_view place) {
  return std::string(place.substr(place.find('/') + 1));
}

std::string account_of(std::string_view place) {
  const std::size_t slash = place.find('/');
  return slash == std::string_view::npos ? kAccountId : std::string(place.substr(0, slash));
}

std::string place_of_arn(std::string_view arn) {
  return place_of(arn_part(arn, 4), arn_part(arn, 3));
}

bool knows_accounts(std::string_view service) {
  // EC2 shows every account the same network.
  static constexpr std::string_view kServices[] = {"rds", "kms", "secretsmanager", "sts", "ec2"};
  return std::find(std::begin(kServices), std::end(kServices), service) != std::end(kServices);
}

}  // namespace aurora::local
