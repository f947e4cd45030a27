#include "aws/sigv4.h"

#include <algorithm>
#include <array>

#include "base/dates.h"
#include "base/digest.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

bool is_s3(std::string_view service) {
  return service == "s3";
}

// Headers that proxies and transports add, change or drop on the way; signing them would break requests.
bool is_signable(std::string_view lower_name) {
  static constexpr std::array<std::string_view, 9> kUnsigned = {
      "authorization",     "user-agent",      "x-amzn-trace-id", "expect",    "connection",
      "transfer-encoding", "accept-encoding", "content-length",  "keep-alive"};
  return std::ranges::find(kUnsigned, lower_name) == kUnsigned.end();
}

std::string host_of(const http::Request& request) {
  if (const auto host = request.headers.get("Host")) return *host;
  http::Url url;
  url.scheme = request.scheme;
  url.host = request.host;
  url.port = request.port;
  return url.authority();
}

// Trimmed, and with each run of spaces as one.
std::string canonical_value(std::string_view value) {
  std::string result;
  for (const char c : trim(value))
    if (c != ' ' || result.empty() || result.back() != ' ') result += c;
  return result;
}

std::string canonical_header(const http::Request& request, const std::string& name) {
  if (name == "host") return canonical_value(host_of(request));
  std::vector<std::string> values;
  for (const auto& [given, value] : request.headers)
    if (to_lower(given) == name) values.push_back(canonical_value(value));
  return join(values, ",");
}

std::vector<std::string> headers_to_sign(const http::Request& request) {
  std::vector<std::string> names = {"host"};
  for (const auto& [name, value] : request.headers)
    if (const std::string lower = to_lower(name); is_signable(lower)) names.push_back(lower);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// RFC 3986, section 5.2.4, and doubled slashes as one: what every service but S3 does to a path.
std::string normalized_path(std::string_view path) {
  std::vector<std::string> segments;
  const std::vector<std::string> given = split(path, '/');
  for (const std::string& segment : given) {
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  const std::string& last = given.back();
  const bool ends_with_slash = !segments.empty() && (last.empty() || last == "." || last == "..");
  return "/" + join(segments, "/") + (ends_with_slash ? "/" : "");
}

struct Signature {
  std::string scope;
  std::string value;
};

Signature signature_of(const http::Request& request, const std::vector<std::string>& signed_headers,
                       std::string_view payload_hash, const Credentials& credentials,
                       const SigningScope& scope, const std::string& timestamp) {
  const std::string date = timestamp.substr(0, 8);
  const std::string canonical = canonical_request(request, signed_headers, payload_hash, scope.service);
  const std::string scope_text = credential_scope(scope, date);
  const std::string text = string_to_sign(timestamp, scope_text, canonical);
  return {scope_text, hex_hmac(signing_key(credentials.secret_access_key, scope, date), text)};
}

void add_parameter(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query += '&';
  query += fmt::format("{}={}", name, uri_encode(value));
}

}  // namespace

std::string hex_sha256(std::string_view bytes) {
  return hex_encode(sha256(bytes));
}

std::string hex_hmac(std::string_view key, std::string_view text) {
  return hex_encode(hmac_sha256(key, text));
}

std::string canonical_path(std::string_view path, std::string_view service) {
  // S3 signs the path's one encoding; other services encode what stands on the wire once more.
  return is_s3(service) ? uri_encode(uri_decode(path.empty() ? "/" : path), true)
                        : uri_encode(normalized_path(path), true);
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& part : split(query, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const std::string key = uri_decode(part.substr(0, equals));
    if (key == "X-Amz-Signature") continue;
    const std::string value = equals == std::string::npos ? "" : uri_decode(part.substr(equals + 1));
    pairs.emplace_back(uri_encode(key), uri_encode(value));
  }
  std::ranges::sort(pairs);
  std::vector<std::string> parts;
  for (const auto& [key, value] : pairs) parts.push_back(key + "=" + value);
  return join(parts, "&");
}

std::string canonical_request(const http::Request& request, const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash, std::string_view service) {
  std::string headers;
  for (const std::string& name : signed_headers)
    headers += name + ":" + canonical_header(request, name) + "\n";
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(request.path, service),
                     canonical_query(request.query), headers, join(signed_headers, ";"), payload_hash);
}

std::string credential_scope(const SigningScope& scope, std::string_view date) {
  return fmt::format("{}/{}/{}/aws4_request", date, scope.region, scope.service);
}

std::string string_to_sign(std::string_view timestamp, std::string_view credential_scope,
                           std::string_view canonical_request) {
  return fmt::format("{}\n{}\n{}\n{}", kSigningAlgorithm, timestamp, credential_scope,
                     hex_sha256(canonical_request));
}

std::string signing_key(const Secret& secret_access_key, const SigningScope& scope, std::string_view date) {
  std::string key = hmac_sha256("AWS4" + secret_access_key.reveal(), date);
  for (const std::string_view part :
       {std::string_view(scope.region), std::string_view(scope.service), std::string_view("aws4_request")})
    key = hmac_sha256(key, part);
  return key;
}

void sign_request(http::Request& request, const Credentials& credentials, const SigningScope& scope,
                  TimePoint when) {
  const std::string timestamp = format_basic(when);
  request.headers.remove("Authorization");
  request.headers.set("X-Amz-Date", timestamp);
  request.headers.remove("X-Amz-Security-Token");
  if (!credentials.session_token.empty())
    request.headers.set("X-Amz-Security-Token", credentials.session_token.reveal());
  const std::string payload_hash = hex_sha256(request.body);
  if (is_s3(scope.service)) request.headers.set("X-Amz-Content-Sha256", payload_hash);

  const std::vector<std::string> names = headers_to_sign(request);
  const Signature signature = signature_of(request, names, payload_hash, credentials, scope, timestamp);
  request.headers.set("Authorization", fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}",
                                                   kSigningAlgorithm, credentials.access_key_id,
                                                   signature.scope, join(names, ";"), signature.value));
}

void presign_request(http::Request& request, const Credentials& credentials, const SigningScope& scope,
                     TimePoint when, std::chrono::seconds valid) {
  const std::string timestamp = format_basic(when);
  const std::vector<std::string> names = headers_to_sign(request);
  const std::string scope_text = credential_scope(scope, timestamp.substr(0, 8));
  std::string& query = request.query;
  add_parameter(query, "X-Amz-Algorithm", kSigningAlgorithm);
  add_parameter(query, "X-Amz-Credential", credentials.access_key_id + "/" + scope_text);
  add_parameter(query, "X-Amz-Date", timestamp);
  add_parameter(query, "X-Amz-Expires", std::to_string(valid.count()));
  add_parameter(query, "X-Amz-SignedHeaders", join(names, ";"));
  if (!credentials.session_token.empty())
    add_parameter(query, "X-Amz-Security-Token", credentials.session_token.reveal());

  const std::string payload_hash =
      is_s3(scope.service) ? std::string(kUnsignedPayload) : hex_sha256(request.body);
  const Signature signature = signature_of(request, names, payload_hash, credentials, scope, timestamp);
  add_parameter(query, "X-Amz-Signature", signature.value);
}

}  // namespace aurora::aws
