#include "local/sqs_message.h"

#include <fmt/format.h>

#include <map>

#include "aws/error.h"
#include "base/digest.h"
#include "base/text.h"

namespace aurora::local {
namespace {

constexpr std::size_t kAttributesMax = 10;

bool is_binary(const Json& attribute) {
  return string_or(attribute, "DataType", "").starts_with("Binary");
}

std::string value_of(const Json& attribute) {
  return string_or(attribute, is_binary(attribute) ? "BinaryValue" : "StringValue", "");
}

// The length in four bytes, the highest first, and the bytes.
void append_counted(std::string& to, const std::string& bytes) {
  for (int shift = 24; shift >= 0; shift -= 8)
    to.push_back(static_cast<char>((bytes.size() >> shift) & 0xFF));
  to += bytes;
}

aws::ServiceError invalid(const std::string& message) {
  return {"InvalidParameterValue", message};
}

}  // namespace

bool is_message_text(const std::string& text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
  // U+FFFE and U+FFFF are no XML characters either.
  return is_valid_utf8(text) && text.find("\xEF\xBF\xBE") == std::string::npos &&
         text.find("\xEF\xBF\xBF") == std::string::npos;
}

std::size_t message_bytes(const std::string& body, const Json& attributes) {
  std::size_t bytes = body.size();
  for (const auto& [name, attribute] : attributes.items())
    bytes += name.size() + string_or(attribute, "DataType", "").size() + value_of(attribute).size();
  return bytes;
}

void check_message_attributes(const Json& attributes) {
  if (attributes.size() > kAttributesMax)
    throw invalid(fmt::format("Number of message attributes [{}] exceeds the allowed maximum [{}].",
                              attributes.size(), kAttributesMax));
  for (const auto& [name, attribute] : attributes.items()) {
    const std::string type = string_or(attribute, "DataType", "");
    const std::string kind = type.substr(0, type.find('.'));
    if (kind != "String" && kind != "Number" && kind != "Binary")
      throw invalid(
          fmt::format("The type of message (user) attribute '{}' is invalid. You must use only the following "
                      "supported type prefixes: Binary, Number, String.",
                      name));
    if (value_of(attribute).empty())
      throw invalid(fmt::format("Message (user) attribute '{}' must contain a non-empty value of type '{}'.",
                                name, type));
  }
}

std::string md5_of_attributes(const Json& attributes) {
  if (attributes.empty()) return {};
  std::map<std::string, const Json*> sorted;
  for (const auto& [name, attribute] : attributes.items()) sorted[name] = &attribute;
  std::string text;
  for (const auto& [name, attribute] : sorted) {
    append_counted(text, name);
    append_counted(text, string_or(*attribute, "DataType", ""));
    text.push_back(is_binary(*attribute) ? 2 : 1);
    append_counted(text, value_of(*attribute));
  }
  return hex_encode(md5(text));
}

Json requested_attributes(const Json& attributes, const Json& names) {
  Json requested = Json::object();
  for (const auto& [name, attribute] : attributes.items())
    for (const Json& wanted : names) {
      const std::string pattern = wanted.get<std::string>();
      const bool prefix = pattern.ends_with(".*") && name.starts_with(pattern.substr(0, pattern.size() - 2));
      if (pattern == "All" || pattern == name || prefix) requested[name] = attribute;
    }
  return requested;
}

Json storable_attributes(Json attributes) {
  for (auto& [name, attribute] : attributes.items())
    if (is_binary(attribute)) attribute["BinaryValue"] = base64_encode(value_of(attribute));
  return attributes;
}

Json attributes_from_store(Json stored) {
  for (auto& [name, attribute] : stored.items())
    if (is_binary(attribute)) attribute["BinaryValue"] = base64_decode(value_of(attribute)).value_or("");
  return stored;
}

}  // namespace aurora::local
