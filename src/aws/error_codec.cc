// Errors on the wire.
#include "aws/json_codec.h"
#include "aws/scalars.h"
#include "aws/wire.h"
#include "aws/xml_codec.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

using Details = ServiceError::Details;

// "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException:http://..." is ResourceNotFoundException.
std::string bare_code(std::string_view code) {
  code = code.substr(0, code.find(':'));
  const std::size_t hash = code.rfind('#');
  return std::string(trim(hash == std::string_view::npos ? code : code.substr(hash + 1)));
}

// A code for answers without a readable body, such as those to HEAD or of a proxy.
std::string code_for_status(int status) {
  switch (status) {
    case 301:
    case 307:
      return "PermanentRedirect";
    case 400:
      return "BadRequest";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 429:
      return "TooManyRequests";
    case 503:
      return "ServiceUnavailable";
    default:
      return fmt::format("Http{}", status);
  }
}

bool is_message_or_code(const Member& member) {
  return member.name == "message" || member.name == "Message" || member.name == "Type" ||
         member.name == "Code";
}

// The rest of an error's shape, in the form in which `read` finds it.
template <typename Read>
void add_members(const Service& service, Details& details, Read read) {
  const Shape* shape = service.error(details.code);
  if (!shape) return;
  try {
    Json members = read(*shape);
    for (const auto& [name, value] : members.items())
      if (!is_message_or_code(known_member(*shape, name))) details.members[name] = value;
  } catch (const MalformedMessage&) {
    // The code and the message are what matters; an odd detail must not hide them.
  }
}

void read_json_error(const Service& service, const http::Response& response, Details& details) {
  Json body;
  try {
    body = parse_json_body(response.body);
  } catch (const MalformedMessage&) {
    details.message = response.body.substr(0, 200);
  }
  if (!body.is_object()) body = Json::object();
  std::string code = response.headers.get_or("x-amzn-ErrorType", "");
  for (const char* key : {"__type", "code", "Code"})
    if (code.empty()) code = string_or(body, key, "");
  if (!code.empty()) details.code = bare_code(code);
  for (const char* key : {"message", "Message", "errorMessage"})
    if (details.message.empty()) details.message = string_or(body, key, "");
  add_members(service, details,
              [&](const Shape& shape) { return from_wire_json(shape, body, Strictness::kLenient); });
}

// <ErrorResponse><Error>, <Response><Errors><Error> and S3's bare <Error>.
pugi::xml_node error_node(pugi::xml_node root) {
  if (std::string_view(root.name()) == "Error") return root;
  if (const pugi::xml_node error = xml_child(root, "Error")) return error;
  return xml_child(xml_child(root, "Errors"), "Error");
}

void read_xml_error(const Service& service, const http::Response& response, Details& details) {
  pugi::xml_document document;
  try {
    document = parse_xml(response.body);
  } catch (const MalformedMessage&) {
    details.message = response.body.substr(0, 200);
    return;
  }
  const pugi::xml_node root = document.document_element();
  const pugi::xml_node error = error_node(root);
  if (const pugi::xml_node code = xml_child(error, "Code")) details.code = bare_code(code.text().get());
  details.message = xml_child(error, "Message").text().get();
  for (const auto& [node, name] : {std::pair{root, "RequestId"}, {error, "RequestId"}, {root, "RequestID"}})
    if (details.request_id.empty()) details.request_id = xml_child(node, name).text().get();
  add_members(service, details, [&](const Shape& shape) { return read_xml_members(error, shape); });
}

std::string request_id_of(const http::Response& response) {
  for (const char* name : {"x-amzn-RequestId", "x-amz-request-id"})
    if (auto id = response.headers.get(name)) return *id;
  return {};
}

int status_of(const ServiceError& error, const Shape* shape) {
  return error.status() == 400 && shape ? shape->error_status : error.status();
}

bool is_fault(const Shape* shape, int status) {
  return (shape && shape->is_fault) || status >= 500;
}

void append_error(pugi::xml_node node, const ServiceError& error, const Shape* shape, int status,
                  bool with_type) {
  if (with_type) append_text(node, "Type", is_fault(shape, status) ? "Receiver" : "Sender");
  append_text(node, "Code", shape ? shape->error_code : std::string_view(error.code()));
  append_text(node, "Message", error.message());
  for (const auto& [name, value] : error.details().members.items()) {
    const Member* member = shape ? shape->member(name) : nullptr;
    if (member)
      write_xml(node, member->wire_name, *member->shape, value, member);
    else  // S3 adds what no shape describes: BucketName, Key
      append_text(node, name, value.is_string() ? value.get<std::string>() : value.dump());
  }
}

http::Response query_error(const Service& service, const ServiceError& error, const Shape* shape, int status,
                           std::string_view request_id) {
  pugi::xml_document document;
  if (service.protocol == Protocol::kEc2) {
    pugi::xml_node root = document.append_child("Response");
    append_error(root.append_child("Errors").append_child("Error"), error, shape, status, false);
    append_text(root, "RequestID", request_id);
  } else {
    pugi::xml_node root = document.append_child("ErrorResponse");
    root.append_attribute("xmlns") = std::string(service.xml_namespace).c_str();
    append_error(root.append_child("Error"), error, shape, status, true);
    append_text(root, "RequestId", request_id);
  }
  return {.status = status, .headers = {{"Content-Type", "text/xml"}}, .body = print_xml(document, false)};
}

http::Response s3_error(const ServiceError& error, const Shape* shape, int status,
                        std::string_view request_id) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("Error");
  append_error(root, error, shape, status, false);
  append_text(root, "RequestId", request_id);
  return {
      .status = status, .headers = {{"Content-Type", "application/xml"}}, .body = print_xml(document, true)};
}

Json error_members(const ServiceError& error, const Shape* shape) {
  if (!shape) return error.details().members;
  return to_wire_json(*shape, error.details().members);
}

// By what name clients of the Query protocol know the error.
void add_query_code(const Service& service, const ServiceError& error, const Shape* shape, int status,
                    http::Response& response) {
  if (!service.query_compatible) return;
  response.headers.set("x-amzn-query-error",
                       fmt::format("{};{}", shape ? shape->error_code : std::string_view(error.code()),
                                   is_fault(shape, status) ? "Receiver" : "Sender"));
}

http::Response json_error(const Service& service, const ServiceError& error, const Shape* shape, int status,
                          bool is_rest) {
  const std::string code = shape ? std::string(shape->name) : error.code();
  http::Response response{.status = status, .headers = {}, .body = {}};
  Json body = Json::object();
  if (is_rest) {
    response.headers.set("Content-Type", "application/json");
    response.headers.set("x-amzn-ErrorType", code);
    body["Type"] = is_fault(shape, status) ? "Service" : "User";
  } else {
    response.headers.set("Content-Type", fmt::format("application/x-amz-json-{}", service.json_version));
    add_query_code(service, error, shape, status, response);
    body["__type"] = code;
  }
  body[shape && shape->member("Message") ? "Message" : "message"] = error.message();
  body.update(error_members(error, shape));
  response.body = dump_json(body);
  return response;
}

// The error's shape with its name beside its members, which no shape describes together.
http::Response cbor_error(const Service& service, const ServiceError& error, const Shape* shape, int status) {
  const std::string code = shape ? std::string(shape->name) : error.code();
  http::Response response{
      .status = status,
      .headers = {{"smithy-protocol", "rpc-v2-cbor"}, {"Content-Type", "application/cbor"}},
      .body = {}};
  add_query_code(service, error, shape, status, response);
  Json body{{"__type", fmt::format("com.amazonaws.{}#{}", service.name, code)}};
  body[shape && shape->member("Message") ? "Message" : "message"] = error.message();
  body.update(error.details().members);
  const std::vector<std::uint8_t> bytes = Json::to_cbor(body);
  response.body.assign(bytes.begin(), bytes.end());
  return response;
}

}  // namespace

ServiceError decode_error(const Service& service, const Operation& operation,
                          const http::Response& response) {
  Details details{.code = code_for_status(response.status),
                  .message = {},
                  .status = response.status,
                  .service = std::string(service.name),
                  .operation = std::string(operation.name),
                  .request_id = request_id_of(response)};
  if (service.protocol == Protocol::kJson || service.protocol == Protocol::kRestJson)
    read_json_error(service, response, details);
  else if (!response.body.empty())
    read_xml_error(service, response, details);
  if (details.message.empty()) details.message = fmt::format("HTTP status {}", response.status);
  return ServiceError(std::move(details));
}

http::Response encode_error(const Service& service, const ServiceError& error, std::string_view request_id,
                            std::optional<Dialect> dialect) {
  const Shape* shape = service.error(error.code());
  const int status = status_of(error, shape);
  http::Response response;
  const Dialect spoken = dialect.value_or(service.protocol);
  switch (spoken.protocol()) {
    case Protocol::kQuery:
    case Protocol::kEc2:
      response = query_error(service, error, shape, status, request_id);
      break;
    case Protocol::kRestXml:
      response = s3_error(error, shape, status, request_id);
      break;
    case Protocol::kJson:
      response = spoken.is_cbor() ? cbor_error(service, error, shape, status)
                                  : json_error(service, error, shape, status, false);
      break;
    case Protocol::kRestJson:
      response = json_error(service, error, shape, status, true);
      break;
  }
  response.headers.set(service.protocol == Protocol::kRestXml ? "x-amz-request-id" : "x-amzn-RequestId",
                       std::string(request_id));
  return response;
}

}  // namespace aurora::aws
