// The accounts of the endpoint, and where what they own lives.
#pragma once
#include <string>
#include <string_view>

#include "local/service.h"

namespace aurora::local {

// A place is a Region of an account, as one text, because it is the first key under which services store what
// they keep: the Region alone for the first account ("us-east-1"), the account before it for every other
// ("210987654321/us-east-1"). Where a service takes a place for its Region, accounts are kept apart.
std::string place_of(std::string_view account, std::string_view region);
std::string place_of(const Call& call);
std::string region_of(std::string_view place);
std::string account_of(std::string_view place);
// The place that the fourth and fifth part of an ARN name.
std::string place_of_arn(std::string_view arn);

// Whether `service` keeps accounts apart. The others carry the first account alone, and refuse the rest.
bool knows_accounts(std::string_view service);

}  // namespace aurora::local
