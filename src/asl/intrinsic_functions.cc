#include "asl/intrinsic_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

#include "asl/members.h"
#include "asl/utf8.h"
#include "base/digest.h"
#include "base/text.h"

namespace aurora::asl {
namespace {

constexpr std::size_t kEncodedCharactersMax = 10'000;
constexpr std::int64_t kRangeElementsMax = 1000;

[[noreturn]] void fail(std::string message) {
  throw IntrinsicFailure(std::move(message));
}

const Json& array_argument(const Arguments& arguments, std::size_t i) {
  if (!arguments.values[i].is_array()) fail(fmt::format("argument {} must be an array", i + 1));
  return arguments.values[i];
}

const std::string& string_argument(const Arguments& arguments, std::size_t i) {
  if (!arguments.values[i].is_string()) fail(fmt::format("argument {} must be a string", i + 1));
  return arguments.values[i].get_ref<const std::string&>();
}

// Fractions are rounded half up, as Java's Math.round does.
std::int64_t integer_argument(const Arguments& arguments, std::size_t i) {
  const Json& value = arguments.values[i];
  if (!value.is_number()) fail(fmt::format("argument {} must be a number", i + 1));
  if (value.is_number_integer() && !(value.is_number_unsigned() && value.get<std::uint64_t>() >> 63))
    return value.get<std::int64_t>();
  const double below = std::floor(value.get<double>());
  const double rounded = value.get<double>() - below < 0.5 ? below : below + 1;
  if (!(std::abs(rounded) < 9.2e18)) fail(fmt::format("argument {} is out of range", i + 1));
  return static_cast<std::int64_t>(rounded);
}

// "{}" takes the next argument; a backslash makes the brace or backslash after it plain.
Json format(const Arguments& arguments) {
  string_argument(arguments, 0);
  const std::string& pattern = arguments.format_template;
  std::string result;
  std::size_t next = 1;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char following = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (pattern[i] == '\\' &&
        (following == '{' || following == '}' || following == '\\' || following == '\'')) {
      result += pattern[++i];
    } else if (pattern[i] == '{' && following == '}') {
      if (next >= arguments.values.size()) fail("there are fewer arguments than placeholders");
      result += format_value(arguments.values[next++]);
      ++i;
    } else if (pattern[i] == '{' || pattern[i] == '}') {
      fail("the template has a brace that is neither '{}' nor escaped");
    } else {
      result += pattern[i];
    }
  }
  if (next != arguments.values.size()) fail("there are more arguments than placeholders");
  return result;
}

Json string_to_json(const Arguments& arguments) {
  const std::string& text = string_argument(arguments, 0);
  if (trim(text).empty()) return nullptr;
  std::optional<Value> value = Value::parse(text);
  if (!value) fail("the string is not valid JSON");
  return value->json();
}

Json json_to_string(const Arguments& arguments) {
  return java_json(arguments.values[0]);
}

Json array(const Arguments& arguments) {
  Json list = Json::array();
  for (const Json& value : arguments.values) list.push_back(value);
  return list;
}

Json array_partition(const Arguments& arguments) {
  const Json& list = array_argument(arguments, 0);
  const std::int64_t size = integer_argument(arguments, 1);
  if (size <= 0) fail("the chunk size must be positive");
  Json chunks = Json::array();
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i % static_cast<std::size_t>(size) == 0) chunks.push_back(Json::array());
    chunks.back().push_back(list[i]);
  }
  return chunks;
}

Json array_contains(const Arguments& arguments) {
  const Json& list = array_argument(arguments, 0);
  return std::any_of(list.begin(), list.end(),
                     [&](const Json& each) { return equal_values(each, arguments.values[1]); });
}

Json array_range(const Arguments& arguments) {
  const std::int64_t first = integer_argument(arguments, 0);
  const std::int64_t last = integer_argument(arguments, 1);
  const std::int64_t step = integer_argument(arguments, 2);
  if (step == 0) fail("the step must not be zero");
  Json list = Json::array();
  // In double, so that bounds near the ends of the integers do not overflow.
  const double count =
      std::floor((static_cast<double>(last) - static_cast<double>(first)) / static_cast<double>(step)) + 1;
  if (count > static_cast<double>(kRangeElementsMax))
    fail(fmt::format("the range has more than {} elements", kRangeElementsMax));
  for (std::int64_t i = 0; static_cast<double>(i) < count; ++i) list.push_back(first + i * step);
  return list;
}

Json array_get_item(const Arguments& arguments) {
  const Json& list = array_argument(arguments, 0);
  const std::int64_t index = integer_argument(arguments, 1);
  if (index < 0 || index >= static_cast<std::int64_t>(list.size())) fail("the index is out of range");
  return list[static_cast<std::size_t>(index)];
}

Json array_length(const Arguments& arguments) {
  return array_argument(arguments, 0).size();
}

Json array_unique(const Arguments& arguments) {
  Json unique = Json::array();
  std::unordered_set<std::string> seen;
  for (const Json& value : array_argument(arguments, 0))
    if (seen.insert(canonical_text(value)).second) unique.push_back(value);
  return unique;
}

const std::string& bounded_string(const Arguments& arguments) {
  const std::string& text = string_argument(arguments, 0);
  if (text.size() > kEncodedCharactersMax)
    fail(fmt::format("the string is longer than {} characters", kEncodedCharactersMax));
  return text;
}

Json encode(const Arguments& arguments) {
  return base64_encode(bounded_string(arguments));
}

Json decode(const Arguments& arguments) {
  std::optional<std::string> bytes = base64_decode(bounded_string(arguments));
  if (!bytes || !is_valid_utf8(*bytes)) fail("the string is not the base64 form of a text");
  return *std::move(bytes);
}

Json hash(const Arguments& arguments) {
  const Json& data = arguments.values[0];
  const std::string text = data.is_string() ? data.get<std::string>() : java_json(data);
  if (text.size() > kEncodedCharactersMax)
    fail(fmt::format("the data is longer than {} characters", kEncodedCharactersMax));
  static constexpr std::pair<std::string_view, std::string (*)(std::string_view)> kAlgorithms[] = {
      {"MD5", md5}, {"SHA-1", sha1}, {"SHA-256", sha256}, {"SHA-384", sha384}, {"SHA-512", sha512}};
  const std::string& wanted = string_argument(arguments, 1);
  for (const auto& [name, digest] : kAlgorithms)
    if (name == wanted) return hex_encode(digest(text));
  fail("the algorithm must be MD5, SHA-1, SHA-256, SHA-384 or SHA-512");
}

Json json_merge(const Arguments& arguments) {
  if (!arguments.values[0].is_object() || !arguments.values[1].is_object())
    fail("both values must be objects");
  if (arguments.values[2] != Json(false))
    fail("only shallow merging is supported: the third argument must be false");
  return merge_members(arguments.values[0], arguments.values[1]);
}

// The generator that Java seeds with its second argument would give other numbers; what is promised is
// that the same seed gives the same number.
double seeded_random(std::int64_t seed) {
  auto bits = static_cast<std::uint64_t>(seed) + 0x9E3779B97F4A7C15ULL;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBULL;
  bits ^= bits >> 31;
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

// From the first number on, up to but without the second.
Json math_random(const Arguments& arguments) {
  const std::int64_t first = integer_argument(arguments, 0);
  const std::int64_t end = integer_argument(arguments, 1);
  if (first >= end) fail("the first number must be less than the second");
  const double random =
      arguments.values.size() > 2 ? seeded_random(integer_argument(arguments, 2)) : arguments.host.random();
  const double span = static_cast<double>(end) - static_cast<double>(first);
  const auto offset = static_cast<std::uint64_t>(random * span);
  const auto result = static_cast<std::int64_t>(static_cast<std::uint64_t>(first) + offset);
  return std::min(result, end - 1);
}

Json math_add(const Arguments& arguments) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(integer_argument(arguments, 0), integer_argument(arguments, 1), &sum))
    fail("the sum is out of range");
  return sum;
}

// Every character of the second argument separates; empty parts are dropped.
Json string_split(const Arguments& arguments) {
  const std::string& text = string_argument(arguments, 0);
  const std::string& between = string_argument(arguments, 1);
  std::unordered_set<std::string_view> separators;
  for (std::size_t i = 0; i < between.size(); i += character_at(between, i).size())
    separators.insert(character_at(between, i));
  Json parts = Json::array();
  std::string part;
  const auto end_part = [&] {
    if (!part.empty()) parts.push_back(std::move(part));
    part.clear();
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view character = character_at(text, i);
    if (separators.contains(character))
      end_part();
    else
      part += character;
    i += character.size();
  }
  end_part();
  return parts;
}

Json uuid(const Arguments& arguments) {
  return arguments.host.uuid();
}

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

constexpr IntrinsicFunction kFunctions[] = {
    {"States.Format", 1, kAny, false, format},
    {"States.StringToJson", 1, 1, false, string_to_json},
    {"States.JsonToString", 1, 1, false, json_to_string},
    {"States.Array", 0, kAny, false, array},
    {"States.ArrayPartition", 2, 2, false, array_partition},
    {"States.ArrayContains", 2, 2, false, array_contains},
    {"States.ArrayRange", 3, 3, true, array_range},
    {"States.ArrayGetItem", 2, 2, false, array_get_item},
    {"States.ArrayLength", 1, 1, false, array_length},
    {"States.ArrayUnique", 1, 1, false, array_unique},
    {"States.Base64Encode", 1, 1, false, encode},
    {"States.Base64Decode", 1, 1, false, decode},
    {"States.Hash", 2, 2, false, hash},
    {"States.JsonMerge", 3, 3, false, json_merge},
    {"States.MathRandom", 2, 3, true, math_random},
    {"States.MathAdd", 2, 2, true, math_add},
    {"States.StringSplit", 2, 2, false, string_split},
    {"States.UUID", 0, 0, false, uuid},
};

}  // namespace

const IntrinsicFunction* find_intrinsic(std::string_view name) {
  const auto* found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                   [&](const auto& each) { return each.name == name; });
  return found == std::end(kFunctions) ? nullptr : found;
}

std::span<const IntrinsicFunction> all_intrinsics() {
  return kFunctions;
}

}  // namespace aurora::asl
