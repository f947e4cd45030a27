#include "aws/wire.h"

#include <array>

#include "aws/cbor_codec.h"
#include "aws/json_codec.h"
#include "aws/query_codec.h"
#include "aws/rest_codec.h"
#include "aws/scalars.h"
#include "aws/xml_codec.h"
#include "base/digest.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

constexpr char kFormType[] = "application/x-www-form-urlencoded; charset=utf-8";
constexpr std::string_view kS3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

bool is_raw(const Shape& shape) {
  return shape.type == Type::kBlob || shape.type == Type::kString;
}

bool has_body_members(const Shape& shape) {
  for (const Member& member : shape.members)
    if (member.location == Location::kBody) return true;
  return false;
}

const Json* present(const Json& value, const Member& member) {
  const auto part = value.find(member.name);
  return part == value.end() || part->is_null() ? nullptr : &*part;
}

std::string xml_document(std::string_view root, std::string_view xml_namespace, const Shape& shape,
                         const Json& value, bool with_declaration) {
  pugi::xml_document document;
  pugi::xml_node node = document.append_child(std::string(root).c_str());
  if (!xml_namespace.empty()) node.append_attribute("xmlns") = std::string(xml_namespace).c_str();
  write_xml_members(node, shape, value);
  return print_xml(document, with_declaration);
}

// The root element of S3's answers, where the model leaves it open; the S3 API reference names it.
std::string_view s3_root(const Operation& operation) {
  using Row = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<Row, 13> kRoots = {{
      {"ListBuckets", "ListAllMyBucketsResult"},
      {"ListObjects", "ListBucketResult"},
      {"ListObjectsV2", "ListBucketResult"},
      {"ListObjectVersions", "ListVersionsResult"},
      {"CreateMultipartUpload", "InitiateMultipartUploadResult"},
      {"DeleteObjects", "DeleteResult"},
      {"GetObjectTagging", "Tagging"},
      {"GetBucketTagging", "Tagging"},
      {"GetBucketVersioning", "VersioningConfiguration"},
      {"GetBucketLifecycleConfiguration", "LifecycleConfiguration"},
      {"GetBucketNotificationConfiguration", "NotificationConfiguration"},
      {"GetBucketAcl", "AccessControlPolicy"},
      {"GetObjectAcl", "AccessControlPolicy"},
  }};
  for (const auto& [name, root] : kRoots)
    if (operation.name == name) return root;
  return {};
}

std::string rest_root(const Operation& operation) {
  const std::string_view root = s3_root(operation);
  return root.empty() ? std::string(operation.name) + "Result" : std::string(root);
}

std::string payload_text(Protocol protocol, const Member& payload, const Json& value) {
  if (is_raw(*payload.shape)) return value.get<std::string>();
  if (protocol == Protocol::kRestJson) return dump_json(to_wire_json(*payload.shape, value, &payload));
  const std::string_view xml_namespace = payload.xml_namespace.empty() ? kS3Namespace : payload.xml_namespace;
  return xml_document(payload.wire_name, xml_namespace, *payload.shape, value, false);
}

void encode_rest_body(const Service& service, const Operation& operation, const Json& input,
                      http::Request& request) {
  if (!operation.input) return;
  const Shape& shape = *operation.input;
  const bool is_json = service.protocol == Protocol::kRestJson;
  if (shape.payload) {
    if (const Json* value = present(input, *shape.payload))
      request.body = payload_text(service.protocol, *shape.payload, *value);
    if (is_raw(*shape.payload->shape)) return;
  } else if (has_body_members(shape)) {
    const Json body = body_members(shape, input);
    if (is_json)
      request.body = dump_json(to_wire_json(shape, body));
    else if (!body.empty())
      request.body = xml_document(operation.input_name, operation.input_namespace, shape, body, false);
  }
  if (!request.body.empty() && !request.headers.has("Content-Type"))
    request.headers.set("Content-Type", is_json ? "application/json" : "application/xml");
}

Json decode_payload(Protocol protocol, const Member& payload, const std::string& body,
                    Strictness strictness) {
  if (is_raw(*payload.shape)) return body;
  if (protocol == Protocol::kRestJson)
    return from_wire_json(*payload.shape, parse_json_body(body), strictness);
  return read_xml(parse_xml(body).document_element(), *payload.shape);
}

// The body's members, into `value`, which holds those of headers and URI already.
void decode_rest_body(Protocol protocol, const Shape& shape, const std::string& body, Strictness strictness,
                      Json& value) {
  if (shape.payload) {
    const bool streams = shape.payload->streaming || shape.payload->shape->streaming;
    if (!body.empty() || streams)
      value[std::string(shape.payload->name)] = decode_payload(protocol, *shape.payload, body, strictness);
  } else if (!body.empty() && has_body_members(shape)) {
    value.update(protocol == Protocol::kRestJson
                     ? from_wire_json(shape, parse_json_body(body), strictness)
                     : read_xml_members(parse_xml(body).document_element(), shape));
  }
}

// The one S3 answer whose root element is itself the value.
bool is_bucket_location(const Service& service, const Operation& operation) {
  return service.protocol == Protocol::kRestXml && operation.name == "GetBucketLocation";
}

std::string bucket_location_xml(const Json& output) {
  pugi::xml_document document;
  pugi::xml_node node =
      append_text(document, "LocationConstraint", string_or(output, "LocationConstraint", ""));
  node.append_attribute("xmlns") = std::string(kS3Namespace).c_str();
  return print_xml(document, true);
}

Json read_bucket_location(const std::string& body) {
  const std::string region = parse_xml(body).document_element().text().get();
  // S3 names no location for us-east-1.
  return region.empty() ? Json::object() : Json{{"LocationConstraint", region}};
}

http::Response encode_rest_response(const Service& service, const Operation& operation, const Json& output) {
  http::Response response;
  encode_bindings(operation, output, response);
  if (!operation.output) return response;
  const Shape& shape = *operation.output;
  const bool is_json = service.protocol == Protocol::kRestJson;
  if (is_bucket_location(service, operation)) {
    response.body = bucket_location_xml(output);
  } else if (shape.payload) {
    if (const Json* value = present(output, *shape.payload))
      response.body = payload_text(service.protocol, *shape.payload, *value);
  } else if (is_json) {
    if (has_body_members(shape)) response.body = dump_json(to_wire_json(shape, body_members(shape, output)));
  } else if (has_body_members(shape)) {
    response.body =
        xml_document(rest_root(operation), kS3Namespace, shape, body_members(shape, output), true);
  }
  const bool raw = shape.payload && is_raw(*shape.payload->shape);
  if (!response.body.empty() && !response.headers.has("Content-Type"))
    response.headers.set("Content-Type", is_json ? "application/json"
                                         : raw   ? "application/octet-stream"
                                                 : "application/xml");
  return response;
}

http::Response encode_query_response(const Service& service, const Operation& operation, const Json& output,
                                     std::string_view request_id) {
  pugi::xml_document document;
  const bool is_ec2 = service.protocol == Protocol::kEc2;
  pugi::xml_node root = document.append_child((std::string(operation.name) + "Response").c_str());
  root.append_attribute("xmlns") = std::string(service.xml_namespace).c_str();
  if (is_ec2) {
    append_text(root, "requestId", request_id);
    if (operation.output) write_xml_members(root, *operation.output, output);
  } else {
    if (operation.output) {
      const std::string wrapper = operation.result_wrapper.empty() ? std::string(operation.name) + "Result"
                                                                   : std::string(operation.result_wrapper);
      write_xml_members(root.append_child(wrapper.c_str()), *operation.output, output);
    }
    append_text(root.append_child("ResponseMetadata"), "RequestId", request_id);
  }
  return {.status = 200, .headers = {{"Content-Type", "text/xml"}}, .body = print_xml(document, false)};
}

http::Response encode_json_response(const Service& service, const Operation& operation, const Json& output) {
  const std::string body = operation.output ? dump_json(to_wire_json(*operation.output, output)) : "";
  return {.status = 200,
          .headers = {{"Content-Type", fmt::format("application/x-amz-json-{}", service.json_version)}},
          .body = body};
}

http::Response encode_cbor_response(const Operation& operation, const Json& output) {
  http::Response response{.status = 200, .headers = {{"smithy-protocol", "rpc-v2-cbor"}}, .body = {}};
  if (!operation.output) return response;
  response.headers.set("Content-Type", "application/cbor");
  response.body = to_cbor(*operation.output, output);
  return response;
}

Json decode_query_response(const Service& service, const Operation& operation, const std::string& body) {
  if (!operation.output) return Json::object();
  const pugi::xml_document document = parse_xml(body);
  const pugi::xml_node root = document.document_element();
  if (service.protocol == Protocol::kEc2) return read_xml_members(root, *operation.output);
  const std::string wrapper = operation.result_wrapper.empty() ? std::string(operation.name) + "Result"
                                                               : std::string(operation.result_wrapper);
  return read_xml_members(xml_child(root, wrapper), *operation.output);
}

Json decode_rest_response(const Service& service, const Operation& operation,
                          const http::Response& response) {
  Json output = Json::object();
  decode_bindings(operation, response, output);
  if (!operation.output) return output;
  if (is_bucket_location(service, operation)) return read_bucket_location(response.body);
  decode_rest_body(service.protocol, *operation.output, response.body, Strictness::kLenient, output);
  return output;
}

Json decode_output(const Service& service, const Operation& operation, const http::Response& response) {
  switch (service.protocol) {
    case Protocol::kQuery:
    case Protocol::kEc2:
      return decode_query_response(service, operation, response.body);
    case Protocol::kJson:
      if (!operation.output) return Json::object();
      return from_wire_json(*operation.output, parse_json_body(response.body), Strictness::kLenient);
    default:
      return decode_rest_response(service, operation, response);
  }
}

Json decode_input(const Service& service, const Operation& operation, const http::Request& request) {
  const Dialect dialect = request_protocol(service, request);
  const Protocol protocol = dialect.protocol();
  if (protocol == Protocol::kQuery || protocol == Protocol::kEc2)
    return decode_query_form(service, operation, request.body.empty() ? request.query : request.body);
  if (!operation.input) return Json::object();
  if (dialect.is_cbor()) return from_cbor(*operation.input, request.body);
  if (protocol == Protocol::kJson)
    return from_wire_json(*operation.input, parse_json_body(request.body), Strictness::kStrict);
  Json input = Json::object();
  decode_bindings(operation, request, input);
  decode_rest_body(protocol, *operation.input, request.body, Strictness::kStrict, input);
  return input;
}

// What a service answers to a request that it cannot read.
std::string_view malformed_code(Protocol protocol) {
  switch (protocol) {
    case Protocol::kQuery:
    case Protocol::kEc2:
      return "MalformedInput";
    case Protocol::kRestXml:
      return "MalformedXML";
    default:
      return "SerializationException";
  }
}

void add_content_md5(const Operation& operation, http::Request& request) {
  if (operation.checksum_required) request.headers.set("Content-MD5", base64_encode(md5(request.body)));
}

}  // namespace

http::Request encode_request(const Service& service, const Operation& operation, const Json& input) {
  http::Request request;
  request.method = "POST";
  switch (service.protocol) {
    case Protocol::kQuery:
    case Protocol::kEc2:
      request.headers.set("Content-Type", kFormType);
      request.body = encode_query_form(service, operation, input);
      break;
    case Protocol::kJson:
      request.headers.set("Content-Type", fmt::format("application/x-amz-json-{}", service.json_version));
      request.headers.set("X-Amz-Target", fmt::format("{}.{}", service.target_prefix, operation.name));
      request.body = operation.input ? dump_json(to_wire_json(*operation.input, input)) : "{}";
      break;
    default:
      encode_bindings(operation, input, request);
      encode_rest_body(service, operation, input, request);
  }
  add_content_md5(operation, request);
  return request;
}

Json decode_response(const Service& service, const Operation& operation, const http::Response& response) {
  if (response.status >= 300) throw decode_error(service, operation, response);
  try {
    return decode_output(service, operation, response);
  } catch (const MalformedMessage& error) {
    throw Error("InvalidResponse",
                fmt::format("The answer to {} of {} makes no sense: {}.", operation.name, service.name,
                            error.message()),
                "Is the endpoint really this service, or does a proxy stand between?");
  }
}

Json decode_request(const Service& service, const Operation& operation, const http::Request& request) {
  try {
    return decode_input(service, operation, request);
  } catch (const MalformedMessage& error) {
    throw ServiceError(std::string(malformed_code(request_protocol(service, request).protocol())),
                       error.message(), 400);
  }
}

http::Response encode_response(const Service& service, const Operation& operation, const Json& output,
                               std::string_view request_id, std::optional<Dialect> dialect) {
  const Dialect spoken = dialect.value_or(service.protocol);
  http::Response response;
  if (spoken.is_cbor()) {
    response = encode_cbor_response(operation, output);
    response.headers.set("x-amzn-RequestId", std::string(request_id));
    return response;
  }
  switch (spoken.protocol()) {
    case Protocol::kQuery:
    case Protocol::kEc2:
      response = encode_query_response(service, operation, output, request_id);
      break;
    case Protocol::kJson:
      response = encode_json_response(service, operation, output);
      break;
    default:
      response = encode_rest_response(service, operation, output);
  }
  const bool is_s3 = service.protocol == Protocol::kRestXml;
  response.headers.set(is_s3 ? "x-amz-request-id" : "x-amzn-RequestId", std::string(request_id));
  return response;
}

}  // namespace aurora::aws
