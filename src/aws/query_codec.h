// The form bodies of the Query protocol and of EC2's variant of it.
#pragma once
#include <string>
#include <string_view>

#include "aws/model.h"
#include "base/json.h"

namespace aurora::aws {

// Action=..&Version=..&Member.1.Name=..
std::string encode_query_form(const Service& service, const Operation& operation, const Json& input);
// The input in a form body or query string. Throws MalformedMessage.
Json decode_query_form(const Service& service, const Operation& operation, std::string_view form);

}  // namespace aurora::aws
