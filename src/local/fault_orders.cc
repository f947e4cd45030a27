#include "local/fault_orders.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "aws/model.h"
#include "aws/regions.h"
#include "base/text.h"

namespace aurora::local {
namespace {

constexpr std::int64_t kDelayMsMax = 900'000;  // the longest that a Lambda function runs
constexpr std::int64_t kTimesMax = 1'000'000;

struct Code {
  std::string_view code;
  int status = 400;
};

// What every operation may answer beside the errors of its model (the services' lists of common errors).
constexpr Code kOfQuery[] = {{"AccessDenied", 403},
                             {"ExpiredToken", 403},
                             {"InternalFailure", 500},
                             {"InvalidClientTokenId", 403},
                             {"InvalidParameterCombination", 400},
                             {"InvalidParameterValue", 400},
                             {"MissingParameter", 400},
                             {"RequestExpired", 400},
                             {"RequestLimitExceeded", 503},
                             {"ServiceUnavailable", 503},
                             {"SignatureDoesNotMatch", 403},
                             {"Throttling", 400},
                             {"UnauthorizedOperation", 403}};
constexpr Code kOfJson[] = {{"AccessDeniedException", 400},     {"ExpiredTokenException", 400},
                            {"InternalFailure", 500},           {"InternalServerError", 500},
                            {"InvalidSignatureException", 400}, {"RequestLimitExceeded", 400},
                            {"ServiceUnavailable", 503},        {"ThrottlingException", 400},
                            {"TooManyRequestsException", 429},  {"UnrecognizedClientException", 400},
                            {"ValidationException", 400}};
constexpr Code kOfS3[] = {{"AccessDenied", 403}, {"ExpiredToken", 400},      {"InternalError", 500},
                          {"NoSuchBucket", 404}, {"NoSuchKey", 404},         {"RequestTimeout", 400},
                          {"SlowDown", 503},     {"ServiceUnavailable", 503}};

std::span<const Code> common_codes(const aws::Service& service) {
  switch (service.protocol) {
    case aws::Protocol::kRestXml:
      return kOfS3;
    case aws::Protocol::kJson:
    case aws::Protocol::kRestJson:
      return kOfJson;
    default:
      return kOfQuery;
  }
}

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
  throw Error("InvalidInput", message, hint);
}

// "create-db-instance" and "CreateDBInstance" are the same.
std::string plain(std::string_view name) {
  return replace_all(to_lower(name), "-", "");
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& names,
                         const std::string& otherwise) {
  std::vector<std::string> plain_names;
  for (const std::string& name : names) plain_names.push_back(plain(name));
  const auto near = nearest(plain(word), plain_names);
  if (!near) return otherwise;
  const auto at = std::ranges::find(plain_names, *near) - plain_names.begin();
  return fmt::format("Did you mean {}?", names[static_cast<std::size_t>(at)]);
}

const aws::Service& service_of(const std::string& name, const std::vector<std::string>& carried) {
  const aws::Service* service = aws::find_service(to_lower(name));
  if (service == nullptr) service = aws::find_service_by_signing_name(to_lower(name));
  if (service != nullptr && std::ranges::count(carried, std::string(service->name)) > 0) return *service;
  const std::string all = fmt::format("It carries {}.", join(carried, ", "));
  refuse(fmt::format("this endpoint carries no service \"{}\"", name), did_you_mean(name, carried, all));
}

// Null for every operation.
const aws::Operation* operation_of(const aws::Service& service, const std::string& name) {
  if (name == "*") return nullptr;
  std::vector<std::string> names;
  for (const aws::Operation& operation : service.operations) {
    if (plain(operation.name) == plain(name)) return &operation;
    names.emplace_back(operation.name);
  }
  refuse(fmt::format("{} has no operation \"{}\"", service.name, name),
         did_you_mean(name, names, "Write it as AWS does (CreateDBInstance), or * for every operation."));
}

std::vector<Code> codes_of(const aws::Service& service, const aws::Operation* operation) {
  std::vector<Code> codes;
  const auto add = [&](const aws::Shape& error) { codes.push_back({error.error_code, error.error_status}); };
  if (operation != nullptr) {
    for (const aws::Shape* error : operation->errors) add(*error);
  } else {
    for (const aws::Shape& shape : service.shapes)
      if (shape.is_error) add(shape);
  }
  const auto common = common_codes(service);
  codes.insert(codes.end(), common.begin(), common.end());
  return codes;
}

Code code_of(const aws::Service& service, const aws::Operation* operation, const std::string& wanted) {
  const std::vector<Code> codes = codes_of(service, operation);
  std::vector<std::string> names;
  for (const Code& code : codes) {
    if (aws::ServiceError(wanted, "").is(code.code)) return code;
    names.emplace_back(code.code);
  }
  const std::string name =
      operation ? std::string(operation->name) : "any operation of " + std::string(service.name);
  refuse(fmt::format("{} does not answer with \"{}\"", name, wanted),
         did_you_mean(wanted, names, fmt::format("It may answer {}.", join(names, ", "))));
}

std::int64_t number_of(const Json& order, const char* key, std::int64_t fallback, std::int64_t most) {
  const Json& value = member_or_null(order, key);
  if (value.is_null()) return fallback;
  if (!value.is_number_integer() || value.get<std::int64_t>() < 0 || value.get<std::int64_t>() > most)
    refuse(fmt::format("{} is {}", key, dump_json(value)),
           fmt::format("Give a whole number from 0 to {}.", most));
  return value.get<std::int64_t>();
}

void check_members(const Json& order) {
  static const std::vector<std::string> kMembers{"service", "operation", "code",     "message",
                                                 "region",  "times",     "delay_ms", "after_work"};
  if (!order.is_object()) refuse("the order is not a JSON object", "");
  for (const auto& [name, value] : order.items()) {
    if (std::ranges::count(kMembers, name) == 0)
      refuse(fmt::format("a fault has no member \"{}\"", name),
             did_you_mean(name, kMembers, fmt::format("It may have {}.", join(kMembers, ", "))));
    const bool number = name == "times" || name == "delay_ms";
    if (!number && !value.is_null() && (name == "after_work" ? !value.is_boolean() : !value.is_string()))
      refuse(fmt::format("{} is {}", name, dump_json(value)),
             name == "after_work" ? "Give true or false." : "Give a text.");
  }
}

bool is_for_faults(const http::Request& request) {
  return request.path == kFaultsPath || request.path.starts_with(std::string(kFaultsPath) + "/");
}

http::Response json_response(int status, const Json& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = dump_json(body)};
}

http::Response refusal(int status, const Error& error) {
  return json_response(status,
                       {{"error", error.name()}, {"message", error.message()}, {"hint", error.hint()}});
}

http::Response listed(const Faults& faults) {
  Json all = Json::array();
  for (const Fault& fault : faults.list()) all.push_back(fault.to_json());
  return json_response(200, {{"faults", all}});
}

http::Response removed(Faults& faults, std::string_view rest) {
  if (rest.empty()) return json_response(200, {{"removed", faults.remove_all()}});
  std::int64_t number = 0;
  const std::string_view text = rest.substr(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (is_number && faults.remove(number)) return json_response(200, {{"removed", 1}});
  return refusal(404,
                 {"FaultNotFound", fmt::format("there is no fault {}", text),
                  "It may have been met by all its calls; `local fault list` shows those that are left."});
}

}  // namespace

Fault checked_fault(const Json& order, const std::vector<std::string>& services) {
  check_members(order);
  const aws::Service& service = service_of(string_or(order, "service", ""), services);
  const aws::Operation* operation = operation_of(service, string_or(order, "operation", ""));
  Fault fault{.service = std::string(service.name),
              .operation = operation ? std::string(operation->name) : "",
              .region = string_or(order, "region", ""),
              .message = string_or(order, "message", "A fault that was asked for at this endpoint."),
              .delay = std::chrono::milliseconds(number_of(order, "delay_ms", 0, kDelayMsMax)),
              .after_work = bool_or(order, "after_work", false),
              .left = number_of(order, "times", 1, kTimesMax)};
  const std::string code = string_or(order, "code", "");
  if (code.empty() && fault.delay == std::chrono::milliseconds::zero())
    refuse("the fault has neither a code nor a delay", "Say what the operation is to answer, or how late.");
  if (!code.empty()) {
    const Code found = code_of(service, operation, code);
    fault.code = found.code;
    fault.status = found.status;
  }
  if (!fault.region.empty() && !aws::is_known_region(fault.region))
    refuse(fmt::format("there is no Region {}", fault.region), "Write it as us-west-2.");
  return fault;
}

std::optional<http::Response> serve_faults(Faults& faults, const std::vector<std::string>& services,
                                           const http::Request& request) {
  if (!is_for_faults(request)) return std::nullopt;
  if (request.headers.has("Origin"))
    return refusal(403, {"AccessDenied", "pages of a browser may not change faults", ""});
  const std::string_view rest = std::string_view(request.path).substr(std::string_view(kFaultsPath).size());
  try {
    if (request.method == "GET" && rest.empty()) return listed(faults);
    if (request.method == "DELETE") return removed(faults, rest);
    if (request.method == "POST" && rest.empty())
      return json_response(
          200, faults.add(checked_fault(parse_json(request.body, "the fault"), services)).to_json());
  } catch (const Error& error) {
    return refusal(400, error);
  } catch (const SQLite::Exception& failure) {
    return refusal(500, store_error(failure, "the store of faults"));
  }
  return refusal(405, {"MethodNotAllowed", fmt::format("{} is not for {}", request.method, request.path),
                       "GET lists faults, POST adds one, DELETE removes them."});
}

}  // namespace aurora::local
