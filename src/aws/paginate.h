// Answers that come in pages.
#pragma once
#include <functional>
#include <string_view>

#include "aws/client.h"

namespace aurora::aws {

// Calls until the service has no further page; `visit` gets each answer and returns whether to go on.
// An operation without pages is called once. Throws Error "EndlessPages" when the service repeats a
// token, or after 10,000 pages.
void for_each_page(Api& api, std::string_view service, std::string_view region, std::string_view operation,
                   const Json& input, const std::function<bool(const Json& page)>& visit);

// The elements of the list `member` ("DBClusters") of all pages.
Json collect(Api& api, std::string_view service, std::string_view region, std::string_view operation,
             const Json& input, std::string_view member);

}  // namespace aurora::aws
