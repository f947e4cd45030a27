// Bodies of Smithy's RPC v2 CBOR protocol, which newer SDKs speak to CloudWatch.
// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
#pragma once
#include <string>
#include <string_view>

#include "aws/model.h"
#include "base/json.h"

namespace aurora::aws {

// The value as it travels: doubles as floats, timestamps as tag 1, blobs as byte strings.
std::string to_cbor(const Shape& shape, const Json& value);
// The inverse, strict about types; unknown members and nulls are dropped. An empty body is an empty object.
// Throws MalformedMessage.
Json from_cbor(const Shape& shape, std::string_view body);

// The operation that the path of such a request names: /service/<target prefix>/operation/<name>, behind any
// other path. Empty when it is none.
std::string_view cbor_operation(std::string_view path);

}  // namespace aurora::aws
