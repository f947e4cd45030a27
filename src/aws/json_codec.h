// The JSON protocols' bodies.
#pragma once
#include <string_view>

#include "aws/model.h"
#include "base/json.h"

namespace aurora::aws {

// The value as it travels: wire names, epoch timestamps, base64 blobs.
Json to_wire_json(const Shape& shape, const Json& value, const Member* member = nullptr);

enum class Strictness {
  kStrict,   // requests: a value of another type is an error, as the services answer SerializationException
  kLenient,  // answers: what a service sends is taken as it is where it can be
};
// The inverse; unknown members and nulls are dropped. Throws MalformedMessage.
Json from_wire_json(const Shape& shape, const Json& wire, Strictness strictness);

// Parses a whole body; an empty one is an empty object. Throws MalformedMessage.
Json parse_json_body(std::string_view body);

}  // namespace aurora::aws
