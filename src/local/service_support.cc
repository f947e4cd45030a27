#include "local/service_support.h"

#include <fmt/format.h>

#include "base/text.h"
#include "local/place.h"

namespace aurora::local {
namespace {

// The code of the common refusals; the services disagree about it.
std::string_view invalid_parameter_code(std::string_view service) {
  static constexpr std::pair<std::string_view, std::string_view> kCodes[] = {
      {"sns", "InvalidParameter"},
      {"sqs", "InvalidParameterValue"},
      {"logs", "InvalidParameterException"},
      {"secretsmanager", "InvalidParameterException"},
      {"s3", "InvalidArgument"},
      {"sts", "ValidationError"},
      {"cloudwatch", "ValidationError"},
      {"rds", "InvalidParameterValue"},
      {"ec2", "InvalidParameterValue"},
      {"lambda", "InvalidParameterValueException"},
  };
  for (const auto& [name, code] : kCodes)
    if (name == service) return code;
  return "ValidationException";
}

}  // namespace

aws::ServiceError invalid_parameter(const Call& call, const std::string& message) {
  return {std::string(invalid_parameter_code(call.service)), message};
}

std::string required(const Call& call, std::string_view key) {
  std::string value = string_or(call.input, key, "");
  if (value.empty())
    throw invalid_parameter(call, fmt::format("{} needs the parameter {}.", call.operation, key));
  return value;
}

std::string text_or(const Call& call, std::string_view key, std::string_view fallback) {
  return string_or(call.input, key, fallback);
}

std::string make_arn(std::string_view service, std::string_view place, std::string_view resource) {
  return fmt::format("arn:aws:{}:{}:{}:{}", service, region_of(place), account_of(place), resource);
}

std::string arn_part(std::string_view text, std::size_t index) {
  if (!text.starts_with("arn:")) return index == 5 ? std::string(text) : std::string();
  std::string_view rest = text;
  for (std::size_t i = 0; i < index; ++i) {
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos) return {};
    rest.remove_prefix(colon + 1);
  }
  return std::string(index < 5 ? rest.substr(0, rest.find(':')) : rest);
}

std::string encode_token(std::string_view key) {
  return base64_encode(fmt::format("v1:{}", key));
}

std::string decode_token(const Call& call, std::string_view token_key) {
  const std::string token = string_or(call.input, token_key, "");
  if (token.empty()) return {};
  const auto key = base64_decode(token);
  if (!key || !key->starts_with("v1:"))
    throw invalid_parameter(call,
                            fmt::format("The value of {} is not a token that this service gave.", token_key));
  return key->substr(3);
}

void add_tags(Json& tags, const Json& list, const char* key, const char* value) {
  if (!tags.is_object()) tags = Json::object();
  for (const Json& tag : list) tags[string_or(tag, key, "")] = string_or(tag, value, "");
}

Json tag_list(const Json& tags, const char* key, const char* value) {
  Json list = Json::array();
  for (const auto& [name, text] : tags.items()) list.push_back({{key, name}, {value, text}});
  return list;
}

void remove_tags(Json& tags, const Json& keys) {
  for (const Json& key : keys) tags.erase(key.get<std::string>());
}

}  // namespace aurora::local
