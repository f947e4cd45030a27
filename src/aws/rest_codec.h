// REST bindings: where members travel outside the body. Shared by REST JSON and REST XML.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "aws/model.h"
#include "base/json.h"
#include "http/message.h"

namespace aurora::aws {

// Sets method, path, query and headers of `request` from the members of `input` that travel there.
void encode_bindings(const Operation& operation, const Json& input, http::Request& request);
// The inverse, into `input`. Throws MalformedMessage.
void decode_bindings(const Operation& operation, const http::Request& request, Json& input);

// Headers and status of an answer.
void encode_bindings(const Operation& operation, const Json& output, http::Response& response);
void decode_bindings(const Operation& operation, const http::Response& response, Json& output);

// The labels' values, still percent-encoded, when `path` fits the path of a URI template such as
// /{Bucket}/{Key+}; nothing when it does not.
std::optional<std::vector<std::pair<std::string, std::string>>> match_path(std::string_view uri_template,
                                                                           std::string_view path);

// The members of `value` that travel in the body.
Json body_members(const Shape& shape, const Json& value);

}  // namespace aurora::aws
