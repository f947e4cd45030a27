#include "aws/rest_codec.h"

#include "aws/scalars.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

std::string_view path_of(std::string_view uri) {
  return uri.substr(0, uri.find('?'));
}

std::string_view query_of(std::string_view uri) {
  const std::size_t mark = uri.find('?');
  return mark == std::string_view::npos ? "" : uri.substr(mark + 1);
}

bool is_label(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}
bool is_greedy(std::string_view segment) {
  return segment.ends_with("+}");
}
std::string label_name(std::string_view segment) {
  return std::string(segment.substr(1, segment.size() - (is_greedy(segment) ? 3 : 2)));
}

const Member& label_member(const Operation& operation, std::string_view label) {
  for (const Member& member : operation.input->members)
    if (member.location == Location::kUri && member.wire_name == label) return member;
  throw Error("InvalidModel", fmt::format("{} has no member for {{{}}}", operation.name, label));
}

std::string label_text(const Operation& operation, const Json& input, std::string_view segment) {
  const Member& member = label_member(operation, label_name(segment));
  const auto value = input.find(member.name);
  // An empty label would make the path another operation's.
  if (value == input.end() || value->is_null() ||
      (value->is_string() && value->get_ref<const std::string&>().empty()))
    throw Error("InvalidParameter", fmt::format("{} needs {}.", operation.name, member.name));
  const std::string text = scalar_text(*member.shape, *value, TimestampFormat::kIso8601);
  return uri_encode(text, is_greedy(segment));
}

std::string fill_path(const Operation& operation, const Json& input) {
  std::vector<std::string> segments;
  for (const std::string& segment : split(path_of(operation.uri), '/'))
    segments.push_back(is_label(segment) ? label_text(operation, input, segment) : segment);
  return join(segments, "/");
}

void add_query(std::string& query, std::string_view key, std::string_view value) {
  if (!query.empty()) query += '&';
  query += uri_encode(key) + "=" + uri_encode(value);
}

void encode_query_member(const Member& member, const Json& value, std::string& query) {
  const Shape& shape = *member.shape;
  if (shape.type == Type::kMap) {
    for (const auto& [key, part] : value.items())
      for (const Json& each : part.is_array() ? part : Json::array({part}))
        add_query(query, key, each.get<std::string>());
  } else if (shape.type == Type::kList) {
    for (const Json& part : value)
      add_query(query, member.wire_name, scalar_text(*shape.element, part, TimestampFormat::kIso8601));
  } else {
    const TimestampFormat format = timestamp_format(shape, &member, TimestampFormat::kIso8601);
    add_query(query, member.wire_name, scalar_text(shape, value, format));
  }
}

// Elements of a header list with a comma or a quote stand in quotes (RFC 9110, section 5.6.4).
std::string header_element(std::string text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  return '"' + replace_all(std::move(text), "\"", "\\\"") + '"';
}

std::string header_text(const Member& member, const Json& value) {
  const Shape& shape = *member.shape;
  if (shape.type != Type::kList)
    return scalar_text(shape, value, timestamp_format(shape, &member, TimestampFormat::kRfc822));
  std::vector<std::string> parts;
  for (const Json& part : value)
    parts.push_back(header_element(scalar_text(*shape.element, part, TimestampFormat::kRfc822)));
  return join(parts, ",");
}

std::vector<std::string> split_header_list(std::string_view text) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      quoted = !quoted;
    } else if (quoted && text[i] == '\\' && i + 1 < text.size()) {
      parts.back() += text[++i];
    } else if (text[i] == ',' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  for (std::string& part : parts) part = trim(part);
  return parts;
}

Json parse_header(const Member& member, const std::string& text) {
  const Shape& shape = *member.shape;
  if (shape.type != Type::kList) return parse_scalar(shape, text);
  Json value = Json::array();
  for (const std::string& part : split_header_list(text)) value.push_back(parse_scalar(*shape.element, part));
  return value;
}

void encode_headers(const Shape& shape, const Json& value, http::Headers& headers) {
  for (const Member& member : shape.members) {
    const auto part = value.find(member.name);
    if (part == value.end() || part->is_null()) continue;
    if (member.location == Location::kHeader) {
      if (member.shape->type == Type::kList && part->empty()) continue;
      headers.set(member.wire_name, header_text(member, *part));
    } else if (member.location == Location::kHeaders) {
      for (const auto& [key, text] : part->items())
        headers.set(std::string(member.wire_name) + key, text.get<std::string>());
    }
  }
}

void decode_headers(const Shape& shape, const http::Headers& headers, Json& value) {
  for (const Member& member : shape.members) {
    if (member.location == Location::kHeader) {
      if (const auto text = headers.get(member.wire_name))
        value[std::string(member.name)] = parse_header(member, *text);
    } else if (member.location == Location::kHeaders) {
      Json map = Json::object();
      for (const auto& [name, text] : headers)
        if (to_lower(name).starts_with(to_lower(member.wire_name)))
          map[name.substr(member.wire_name.size())] = text;
      if (!map.empty()) value[std::string(member.name)] = std::move(map);
    }
  }
}

void decode_query(const Shape& shape, const std::string& query, Json& value) {
  const auto pairs = http::parse_query(query);
  for (const Member& member : shape.members) {
    if (member.location != Location::kQueryString) continue;
    const bool is_list = member.shape->type == Type::kList;
    for (const auto& [key, text] : pairs) {
      if (key != member.wire_name) continue;
      if (is_list)
        value[std::string(member.name)].push_back(parse_scalar(*member.shape->element, text));
      else
        value[std::string(member.name)] = parse_scalar(*member.shape, text);
    }
  }
}

void drop_empty_tail(std::vector<std::string>& segments) {
  if (segments.size() > 1 && segments.back().empty()) segments.pop_back();
}

}  // namespace

std::optional<Labels> match_path(std::string_view uri_template, std::string_view path) {
  std::vector<std::string> wanted = split(path_of(uri_template), '/');
  std::vector<std::string> given = split(path, '/');
  Labels labels;
  if (is_greedy(wanted.back())) {
    if (given.size() < wanted.size()) return std::nullopt;
    // The greedy label takes the rest of the path as it stands, slashes included.
    std::vector<std::string> rest(given.begin() + static_cast<std::ptrdiff_t>(wanted.size()) - 1,
                                  given.end());
    given.resize(wanted.size());
    given.back() = join(rest, "/");
  } else {
    drop_empty_tail(wanted);
    drop_empty_tail(given);
  }
  if (given.size() != wanted.size()) return std::nullopt;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_label(wanted[i]) && !given[i].empty())
      labels.emplace_back(label_name(wanted[i]), given[i]);
    else if (wanted[i] != given[i])
      return std::nullopt;
  }
  return labels;
}

void encode_bindings(const Operation& operation, const Json& input, http::Request& request) {
  request.method = operation.method;
  request.path = fill_path(operation, input);
  request.query = query_of(operation.uri);
  if (!operation.input) return;
  for_each_member(*operation.input, input, [&](const Member& member, const Json& value) {
    if (member.location == Location::kQueryString) encode_query_member(member, value, request.query);
  });
  encode_headers(*operation.input, input, request.headers);
}

void decode_bindings(const Operation& operation, const http::Request& request, Json& input) {
  if (!operation.input) return;
  if (const std::optional<Labels> labels = match_path(operation.uri, request.path))
    for (const auto& [label, text] : *labels) {
      const Member& member = label_member(operation, label);
      input[std::string(member.name)] = parse_scalar(*member.shape, uri_decode(text));
    }
  decode_query(*operation.input, request.query, input);
  decode_headers(*operation.input, request.headers, input);
}

void encode_bindings(const Operation& operation, const Json& output, http::Response& response) {
  response.status = operation.status;
  if (!operation.output) return;
  encode_headers(*operation.output, output, response.headers);
  for (const Member& member : operation.output->members)
    if (member.location == Location::kStatusCode && output.contains(member.name))
      response.status = output[std::string(member.name)].get<int>();
}

void decode_bindings(const Operation& operation, const http::Response& response, Json& output) {
  if (!operation.output) return;
  decode_headers(*operation.output, response.headers, output);
  for (const Member& member : operation.output->members)
    if (member.location == Location::kStatusCode) output[std::string(member.name)] = response.status;
}

Json body_members(const Shape& shape, const Json& value) {
  Json body = Json::object();
  for_each_member(shape, value, [&](const Member& member, const Json& part) {
    if (member.location == Location::kBody) body[std::string(member.name)] = part;
  });
  return body;
}

}  // namespace aurora::aws
