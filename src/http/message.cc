#include "http/message.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/text.h"

namespace aurora::http {
namespace {

unsigned short default_port(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

[[noreturn]] void refuse_url(std::string_view text, std::string_view why) {
  throw Error("InvalidUrl", fmt::format("'{}' is not a usable URL: {}", text, why),
              "write it as http://host[:port][/path] or https://host[:port][/path]");
}

unsigned short parse_port(std::string_view digits, std::string_view whole) {
  unsigned short port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) {
    refuse_url(whole, fmt::format("'{}' is not a port between 1 and 65535", digits));
  }
  return port;
}

bool has_space_or_control(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

// Where the host ends in "host:port"; the colons of an IPv6 address stand in brackets.
std::size_t port_separator(std::string_view authority) {
  const auto bracket = authority.rfind(']');
  return authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
}

}  // namespace

std::optional<std::string> Headers::get(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (equals_ignore_case(key, name)) return value;
  }
  return std::nullopt;
}

std::string Headers::get_or(std::string_view name, std::string_view fallback) const {
  return get(name).value_or(std::string(fallback));
}

bool Headers::has(std::string_view name) const {
  return std::ranges::any_of(fields_,
                             [&](const Field& field) { return equals_ignore_case(field.first, name); });
}

void Headers::set(std::string_view name, std::string value) {
  const auto same = [&](const Field& field) { return equals_ignore_case(field.first, name); };
  const auto first = std::ranges::find_if(fields_, same);
  if (first == fields_.end()) return add(name, std::move(value));
  first->second = std::move(value);
  fields_.erase(std::remove_if(std::next(first), fields_.end(), same), fields_.end());
}

void Headers::add(std::string_view name, std::string value) {
  fields_.emplace_back(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return equals_ignore_case(field.first, name); });
}

Url Url::parse(std::string_view text) {
  if (has_space_or_control(text)) refuse_url(text, "it contains a space or a control character");
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) refuse_url(text, "it has no scheme");
  Url url;
  url.scheme = to_lower(text.substr(0, scheme_end));
  if (url.scheme != "http" && url.scheme != "https") {
    refuse_url(text, fmt::format("the scheme '{}' is neither http nor https", url.scheme));
  }
  std::string_view rest = text.substr(scheme_end + 3);
  if (const auto fragment = rest.find('#'); fragment != std::string_view::npos)
    rest = rest.substr(0, fragment);
  const auto authority_end = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, authority_end);
  rest = authority_end == std::string_view::npos ? std::string_view{} : rest.substr(authority_end);
  // Nothing of ours sends a user name this way, and an error message would show the password.
  if (authority.find('@') != std::string_view::npos) refuse_url("...@...", "it carries a user name");

  const auto colon = port_separator(authority);
  url.host = std::string(authority.substr(0, colon));
  if (url.host.empty()) refuse_url(text, "it has no host");
  url.port = colon == std::string_view::npos ? default_port(url.scheme)
                                             : parse_port(authority.substr(colon + 1), text);
  const auto question = rest.find('?');
  url.path = std::string(rest.substr(0, question));
  if (question != std::string_view::npos) url.query = std::string(rest.substr(question + 1));
  return url;
}

std::string Url::authority() const {
  return port == default_port(scheme) ? host : fmt::format("{}:{}", host, port);
}

std::string Request::target() const {
  const std::string_view shown = path.empty() ? std::string_view("/") : std::string_view(path);
  return query.empty() ? std::string(shown) : fmt::format("{}?{}", shown, query);
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view text, bool plus_is_space) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!text.empty()) {
    const auto end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    pairs.emplace_back(uri_decode(pair.substr(0, equals), plus_is_space), uri_decode(value, plus_is_space));
  }
  return pairs;
}

}  // namespace aurora::http
