// Single values as text: what headers, query strings, forms and XML carry. Shared by the protocols.
#pragma once
#include <string>
#include <string_view>

#include "aws/model.h"
#include "base/error.h"
#include "base/json.h"

namespace aurora::aws {

// A message that does not fit its protocol or model. Who decodes decides whose fault it is.
class MalformedMessage : public Error {
 public:
  explicit MalformedMessage(std::string message) : Error("MalformedMessage", std::move(message)) {}
};

bool is_scalar(Type type);

// The format that holds for a member: its own, else its shape's, else what is usual in that place.
TimestampFormat timestamp_format(const Shape& shape, const Member* member, TimestampFormat usual);

// Text in `format` for ISO 8601 text as aws/client.h has it; throws Error "InvalidParameter".
std::string timestamp_text(const Json& value, TimestampFormat format);
// Seconds since 1970; a whole number where there is no fraction.
Json timestamp_number(const Json& value);
// ISO 8601 with milliseconds from any of the formats; throws MalformedMessage.
std::string parse_timestamp(std::string_view text);
std::string parse_timestamp(double seconds);

// `value` as the text of a scalar shape; blobs become base64.
std::string scalar_text(const Shape& shape, const Json& value, TimestampFormat format);
// The inverse; throws MalformedMessage where the text is no such value.
Json parse_scalar(const Shape& shape, std::string_view text);

// Throws Error "InvalidParameter" for a member that the shape does not have: a slip of whoever wrote the
// value, which must not get lost on the way.
const Member& known_member(const Shape& shape, std::string_view name);

// Members in the order of `value`; null counts as absent.
template <typename Visit>
void for_each_member(const Shape& shape, const Json& value, Visit visit) {
  for (const auto& [name, part] : value.items())
    if (!part.is_null()) visit(known_member(shape, name), part);
}

}  // namespace aurora::aws
