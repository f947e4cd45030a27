#include "asl/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "asl/members.h"

namespace aurora::asl {
namespace {

// 64 bits of mantissa: wide enough for every integer of JSON and every double.
static_assert(std::numeric_limits<long double>::digits >= 64);

long double wide(const Json& number) {
  if (number.is_number_unsigned()) return static_cast<long double>(number.get<std::uint64_t>());
  if (number.is_number_integer()) return static_cast<long double>(number.get<std::int64_t>());
  return static_cast<long double>(number.get<double>());
}

bool equal_objects(const Json& a, const Json& b) {
  if (a.size() != b.size()) return false;
  constexpr std::size_t kMany = 16;
  const std::optional<MemberIndex> index = b.size() > kMany ? std::optional<MemberIndex>(b) : std::nullopt;
  for (const auto& [name, value] : a.get_ref<const Json::object_t&>()) {
    const Json* other = nullptr;
    if (index) {
      other = index->find(name);
    } else if (const auto found = b.find(name); found != b.end()) {
      other = &*found;
    }
    if (!other || !equal_values(value, *other)) return false;
  }
  return true;
}

void write_canonical(const Json& value, std::string& out) {
  if (value.is_number()) {
    out += fmt::format("{:.30g}", wide(value) == 0 ? 0.0L : wide(value));
  } else if (value.is_array()) {
    out += '[';
    for (const Json& element : value) {
      write_canonical(element, out);
      out += ',';
    }
    out += ']';
  } else if (value.is_object()) {
    std::vector<std::pair<std::string_view, const Json*>> members;
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>())
      members.emplace_back(name, &member);
    std::sort(members.begin(), members.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
    out += '{';
    for (const auto& [name, member] : members) {
      out += dump_json(Json(name)) + ":";
      write_canonical(*member, out);
      out += ',';
    }
    out += '}';
  } else {
    out += dump_json(value);
  }
}

}  // namespace

std::partial_ordering order_of_numbers(const Json& a, const Json& b) {
  return wide(a) <=> wide(b);
}

bool equal_values(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return order_of_numbers(a, b) == 0;
  if (a.is_object() && b.is_object()) return equal_objects(a, b);
  if (a.is_array() && b.is_array()) return std::equal(a.begin(), a.end(), b.begin(), b.end(), equal_values);
  return a == b;
}

std::string canonical_text(const Json& value) {
  std::string text;
  write_canonical(value, text);
  return text;
}

}  // namespace aurora::asl
