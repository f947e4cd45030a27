#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace aurora {

bool nests_at_most(std::string_view text, int levels) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > levels) return false;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return true;
}

Json parse_json_or_discard(std::string_view text) {
  if (!nests_at_most(text, kJsonNestingMax)) return Json(Json::value_t::discarded);  // braces make an array
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

namespace {

// `byte` counts from 1, and is one past the end where the text ends too early.
std::string position_of(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte == 0 ? 0 : byte - 1);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t begin = before.rfind('\n');
  const std::size_t column = before.size() - (begin == std::string_view::npos ? 0 : begin + 1) + 1;
  return fmt::format("line {}, column {}", line, column);
}

}  // namespace

Json parse_json(std::string_view text, std::string_view what) {
  if (!nests_at_most(text, kJsonNestingMax))
    throw Error("InvalidJson", fmt::format("{} is nested deeper than {} levels", what, kJsonNestingMax),
                "Give a flatter document.");
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& e) {
    throw Error("InvalidJson", fmt::format("{} is not valid JSON at {}", what, position_of(text, e.byte)),
                "Check it with `jq .`; JSON needs double quotes and no trailing commas.");
  } catch (const Json::out_of_range&) {
    throw Error("InvalidJson", fmt::format("{} has a number that is too large to be stored", what),
                "Numbers are at most about 1.8e308.");
  }
}

std::string dump_json(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string dump_json_pretty(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

const Json& member_or_null(const Json& object, std::string_view key) {
  static const Json null;
  if (!object.is_object()) return null;
  const auto it = object.find(key);
  return it == object.end() ? null : *it;
}

std::string string_or(const Json& object, std::string_view key, std::string_view fallback) {
  const Json& value = member_or_null(object, key);
  return value.is_string() ? value.get<std::string>() : std::string(fallback);
}

std::int64_t int_or(const Json& object, std::string_view key, std::int64_t fallback) {
  const Json& value = member_or_null(object, key);
  return value.is_number_integer() ? value.get<std::int64_t>() : fallback;
}

bool bool_or(const Json& object, std::string_view key, bool fallback) {
  const Json& value = member_or_null(object, key);
  return value.is_boolean() ? value.get<bool>() : fallback;
}

}  // namespace aurora
