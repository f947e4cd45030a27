// HTTP messages as values.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aurora::http {

// Header fields in the order given; names compare without case (RFC 9110, section 5.1).
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  // The first field of that name.
  std::optional<std::string> get(std::string_view name) const;
  std::string get_or(std::string_view name, std::string_view fallback) const;
  bool has(std::string_view name) const;
  void set(std::string_view name, std::string value);  // replaces all of that name
  void add(std::string_view name, std::string value);
  void remove(std::string_view name);

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

// scheme://host[:port][/path][?query]; the port follows the scheme when absent.
struct Url {
  std::string scheme;
  std::string host;
  unsigned short port = 0;
  std::string path;   // still percent-encoded; empty when absent
  std::string query;  // still percent-encoded, without '?'

  // Throws Error "InvalidUrl".
  static Url parse(std::string_view text);
  // host, with the port only where it is not the scheme's own.
  std::string authority() const;
};

struct Request {
  std::string method = "GET";
  std::string scheme = "http";
  std::string host;
  unsigned short port = 80;
  std::string path = "/";  // percent-encoded, as on the wire
  std::string query;       // percent-encoded, without '?'
  Headers headers;
  std::string body;

  // path[?query]
  std::string target() const;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

// The decoded pairs of a query string or of a form body, in order; a key without '=' has an empty value.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view text,
                                                             bool plus_is_space = true);

}  // namespace aurora::http
