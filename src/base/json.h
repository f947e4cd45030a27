// JSON values. Object members keep the order in which they were written, so that an answer reads as
// its documentation does.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

// The class is instantiated once, in json.cc: it halves the time to compile a file that uses it.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace aurora {

using Json = nlohmann::ordered_json;

// Text that is nested deeper is refused, because whatever copies or prints a value recurses once a level.
inline constexpr int kJsonNestingMax = 1000;
// Whether brackets nest at most so many levels deep; looks at the characters only.
bool nests_at_most(std::string_view text, int levels);

// Parses `text`; throws Error "InvalidJson" that names `what` and the position.
Json parse_json(std::string_view text, std::string_view what);
// The same, with a discarded value (is_discarded()) for what that refuses.
Json parse_json_or_discard(std::string_view text);

// One line, never throws: bytes that are not UTF-8 become U+FFFD.
std::string dump_json(const Json& value);
// Indented by two spaces, for people.
std::string dump_json_pretty(const Json& value);

// The member `key` of an object, or `fallback` when it is absent or null (or `object` is no object).
std::string string_or(const Json& object, std::string_view key, std::string_view fallback);
std::int64_t int_or(const Json& object, std::string_view key, std::int64_t fallback);
bool bool_or(const Json& object, std::string_view key, bool fallback);
// The member or null; never throws.
const Json& member_or_null(const Json& object, std::string_view key);

}  // namespace aurora
