#include "local/insights/record.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"

namespace aurora::local::insights {
namespace {

constexpr std::string_view kLambdaGroup = ":/aws/lambda/";
constexpr double kBytesPerMegabyte = 1000.0 * 1000.0;

Value value_of(const Json& json) {
  if (json.is_null() || json.is_discarded()) return {};
  if (json.is_string()) return Value::of(json.get<std::string>());
  if (json.is_boolean()) return Value::of(json.get<bool>());
  return Value::of(dump_json(json));
}

const Json* child(const Json& parent, std::string_view name) {
  if (parent.is_object()) {
    const auto found = parent.find(name);
    return found == parent.end() ? nullptr : &*found;
  }
  std::size_t index = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), index);
  const bool is_index = failure == std::errc() && end == name.data() + name.size();
  return parent.is_array() && is_index && index < parent.size() ? &parent[index] : nullptr;
}

// What is left of the path may be a member's own name, dots and all.
const Json* find_path(const Json& parent, std::string_view path) {
  const Json* at = &parent;
  while (at != nullptr) {
    if (const Json* found = child(*at, path)) return found;
    const auto dot = path.find('.');
    if (dot == std::string_view::npos) return nullptr;
    at = child(*at, path.substr(0, dot));
    path.remove_prefix(dot + 1);
  }
  return nullptr;
}

void flatten(const std::string& prefix, const Json& value, std::size_t count_max,
             std::vector<std::pair<std::string, std::string>>& fields) {
  if (fields.size() >= count_max) return;
  if (!value.is_structured() || value.empty()) {
    if (!value.is_null()) fields.emplace_back(prefix, value_of(value).text());
    return;
  }
  const std::string before = prefix.empty() ? "" : prefix + ".";
  std::size_t index = 0;
  for (const auto& item : value.items()) {
    const std::string name = value.is_array() ? std::to_string(index++) : item.key();
    // What begins with @ is the system's, so a member of that kind gets one more.
    flatten(before + (prefix.empty() && name.starts_with("@") ? "@" + name : name), item.value(), count_max,
            fields);
  }
}

}  // namespace

Value Record::field(const std::string& name) const {
  if (name == "@message") return Value::of(event_.message);
  if (name == "@timestamp") return Value::of(Moment{event_.time_ms});
  if (name == "@ingestionTime") return Value::of(Moment{event_.ingested_ms});
  if (name == "@logStream") return Value::of(event_.stream);
  if (name == "@log") return Value::of(event_.log);
  if (name == "@ptr") return Value::of(event_.pointer);
  discover();
  if (name.starts_with("@") && !name.starts_with("@@")) {
    const auto found = lambda_.find(name);
    return found == lambda_.end() ? Value() : Value::of(found->second);
  }
  if (!body_.is_structured()) return {};
  const Json* found = find_path(body_, std::string_view(name).substr(name.starts_with("@@") ? 1 : 0));
  return found == nullptr ? Value() : value_of(*found);
}

std::vector<std::pair<std::string, std::string>> Record::all(std::size_t discovered_max) const {
  discover();
  std::vector<std::pair<std::string, std::string>> fields{
      {"@ptr", event_.pointer},
      {"@timestamp", std::to_string(event_.time_ms)},
      {"@ingestionTime", std::to_string(event_.ingested_ms)},
      {"@log", event_.log},
      {"@logStream", event_.stream},
      {"@message", event_.message}};
  fields.insert(fields.end(), lambda_.begin(), lambda_.end());
  if (body_.is_structured()) flatten("", body_, fields.size() + discovered_max, fields);
  return fields;
}

void Record::forget_parsed() const {
  discovered_ = false;
  body_ = nullptr;
  lambda_.clear();
}

void Record::discover() const {
  if (discovered_) return;
  discovered_ = true;
  const bool of_lambda = event_.log.find(kLambdaGroup) != std::string::npos;
  if (of_lambda) discover_lambda();
  const std::string_view message = trim(event_.message);
  const auto begin = of_lambda ? message.find('{') : 0;
  const auto end = message.rfind('}');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin ||
      message[begin] != '{')
    return;
  body_ = parse_json_or_discard(message.substr(begin, end + 1 - begin));
  if (body_.is_discarded()) body_ = nullptr;
}

// START RequestId: <id> ..., END RequestId: <id>, REPORT RequestId: <id>\tDuration: 12.35 ms\t...
void Record::discover_lambda() const {
  const std::string_view message = event_.message;
  const std::string_view type = message.substr(0, message.find(' '));
  if (type != "START" && type != "END" && type != "REPORT") return;
  std::string_view rest = message.substr(type.size());
  if (!rest.starts_with(" RequestId: ")) return;
  rest.remove_prefix(12);
  lambda_["@type"] = type;
  lambda_["@requestId"] = rest.substr(0, rest.find_first_of(" \t\r\n"));
  if (type != "REPORT") return;
  for (const std::string& part : split(rest, '\t')) {
    const auto colon = part.find(": ");
    if (colon == std::string::npos) continue;
    const std::string name = part.substr(0, colon);
    const std::string amount = part.substr(colon + 2, part.find(' ', colon + 2) - colon - 2);
    const auto number = Value::of(amount).number();
    if (!number) continue;
    const auto bytes = [&] { return fmt::format("{:.0f}", *number * kBytesPerMegabyte); };
    if (name == "Duration") lambda_["@duration"] = amount;
    if (name == "Billed Duration") lambda_["@billedDuration"] = amount;
    if (name == "Init Duration") lambda_["@initDuration"] = amount;
    if (name == "Memory Size") lambda_["@memorySize"] = bytes();
    if (name == "Max Memory Used") lambda_["@maxMemoryUsed"] = bytes();
  }
}

}  // namespace aurora::local::insights
