// Text helpers. All are pure; bytes in, bytes out.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aurora {

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);  // ASCII white space at both ends
std::string to_lower(std::string_view text);   // ASCII letters only
std::string to_upper(std::string_view text);
bool equals_ignore_case(std::string_view a, std::string_view b);
std::string replace_all(std::string text, std::string_view from, std::string_view to);

// Percent-encoding of RFC 3986: everything but unreserved characters, upper-case hex digits.
std::string uri_encode(std::string_view text, bool keep_slash = false);
// `plus_is_space` for form bodies and query strings. Malformed escapes stay as they are.
std::string uri_decode(std::string_view text, bool plus_is_space = false);

std::string hex_encode(std::string_view bytes);  // lower case
std::string base64_encode(std::string_view bytes);
// Nothing when `text` is not base64 (RFC 4648, with padding).
std::optional<std::string> base64_decode(std::string_view text);

bool is_valid_utf8(std::string_view bytes);

// How many letters are changed, added, dropped or swapped with their neighbour, and the candidate nearest to `word` when it is near enough to be a likely
// misspelling (a third of its length at most).
std::size_t edit_distance(std::string_view a, std::string_view b);
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

// "1.5 GB", with decimal units.
std::string human_bytes(std::uint64_t bytes);
// "1,234,567"
std::string with_thousands(std::uint64_t number);

}  // namespace aurora
