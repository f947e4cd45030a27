#include "aws/sigv4_verify.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "aws/aws_chunked.h"
#include "aws/sigv4.h"
#include "base/dates.h"
#include "base/digest.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

using namespace std::chrono_literals;
constexpr auto kSkewMax = 15min;
constexpr auto kPresignedMax = 7 * 24h;

// The parts of a signature, whether they came in the Authorization header or in the query.
struct Parts {
  SignatureClaim claim;
  std::vector<std::string> signed_headers;
  std::string signature;
  std::string timestamp;
  std::string session_token;
  std::string credential_scope;
  std::chrono::seconds valid{0};  // of a presigned request
};

[[noreturn]] void refuse(std::string code, std::string message, int status = 403) {
  throw ServiceError(std::move(code), std::move(message), status);
}

[[noreturn]] void incomplete(const std::string& message) {
  refuse("IncompleteSignature", message, 400);
}

void read_credential(const std::string& credential, Parts& parts) {
  // The access key id itself may hold slashes; the scope is the last four parts.
  const std::vector<std::string> pieces = split(credential, '/');
  if (pieces.size() < 5 || pieces.back() != "aws4_request")
    incomplete("Credential must have the form KEY/DATE/REGION/SERVICE/aws4_request.");
  const std::size_t at = pieces.size() - 4;
  parts.claim.access_key_id = join({pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(at)}, "/");
  parts.claim.date = pieces[at];
  parts.claim.scope = {.region = pieces[at + 1], .service = pieces[at + 2]};
  parts.credential_scope = credential_scope(parts.claim.scope, parts.claim.date);
}

std::map<std::string, std::string> authorization_fields(std::string_view header) {
  std::map<std::string, std::string> fields;
  for (const std::string& field : split(header, ',')) {
    const std::string_view text = trim(field);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) fields.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return fields;
}

std::string timestamp_of(const http::Request& request) {
  if (auto stamp = request.headers.get("X-Amz-Date")) return *stamp;
  const auto date = request.headers.get("Date");
  const std::optional<TimePoint> when = date ? parse_http_date(*date) : std::nullopt;
  if (!when)
    incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  return format_basic(*when);
}

Parts parts_of_header(const http::Request& request, const std::string& authorization) {
  if (!authorization.starts_with(kSigningAlgorithm))
    incomplete(fmt::format("The signing algorithm must be {}.", kSigningAlgorithm));
  auto fields = authorization_fields(std::string_view(authorization).substr(kSigningAlgorithm.size()));
  for (const char* name : {"Credential", "SignedHeaders", "Signature"})
    if (fields[name].empty()) incomplete(fmt::format("Authorization header requires '{}' parameter.", name));
  Parts parts;
  read_credential(fields["Credential"], parts);
  parts.signed_headers = split(fields["SignedHeaders"], ';');
  parts.signature = fields["Signature"];
  parts.timestamp = timestamp_of(request);
  parts.session_token = request.headers.get_or("X-Amz-Security-Token", "");
  return parts;
}

Parts parts_of_query(std::map<std::string, std::string> fields) {
  for (const char* name : {"X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature"})
    if (fields[name].empty()) incomplete(fmt::format("A presigned request requires the parameter {}.", name));
  Parts parts;
  read_credential(fields["X-Amz-Credential"], parts);
  parts.claim.presigned = true;
  parts.signed_headers = split(fields["X-Amz-SignedHeaders"], ';');
  parts.signature = fields["X-Amz-Signature"];
  parts.timestamp = fields["X-Amz-Date"];
  parts.session_token = fields["X-Amz-Security-Token"];
  const std::string& expires = fields["X-Amz-Expires"];
  long seconds = 0;
  const auto [end, error] = std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
  if (error != std::errc() || end != expires.data() + expires.size() || seconds <= 0 ||
      std::chrono::seconds(seconds) > kPresignedMax)
    incomplete("X-Amz-Expires must be a number of seconds between 1 and 604800.");
  parts.valid = std::chrono::seconds(seconds);
  return parts;
}

// Nothing when the request is not signed at all.
std::optional<Parts> parts_of(const http::Request& request) {
  if (const auto authorization = request.headers.get("Authorization"))
    return parts_of_header(request, *authorization);
  std::map<std::string, std::string> fields;
  for (auto& [key, value] : http::parse_query(request.query, false)) fields.emplace(key, value);
  if (!fields.contains("X-Amz-Algorithm") && !fields.contains("X-Amz-Signature")) return std::nullopt;
  return parts_of_query(std::move(fields));
}

void check_time(const Parts& parts, TimePoint now) {
  const std::optional<TimePoint> when = parse_basic(parts.timestamp);
  if (!when) incomplete("Date must be in ISO-8601 'basic format': 20261121T062051Z.");
  if (parts.timestamp.substr(0, 8) != parts.claim.date)
    refuse("SignatureDoesNotMatch", "The date of the credential scope is not that of the request.");
  if (parts.claim.presigned && now > *when + parts.valid)
    refuse("RequestExpired", fmt::format("Request has expired: it was valid until {}, and now is {}.",
                                         format_basic(*when + parts.valid), format_basic(now)));
  const bool too_old = !parts.claim.presigned && now > *when + kSkewMax;
  if (too_old || now < *when - kSkewMax)
    refuse("RequestTimeTooSkewed",
           fmt::format("The request is of {}, and now is {}: more than 15 minutes apart.", parts.timestamp,
                       format_basic(now)));
}

void check_token(const Parts& parts, const Credentials& credentials, TimePoint now) {
  if (!equals_constant_time(parts.session_token, credentials.session_token.reveal()))
    refuse("InvalidClientTokenId", "The security token included in the request is invalid.");
  if (credentials.expires_at && *credentials.expires_at <= now)
    refuse("ExpiredToken", "The security token included in the request is expired.", 400);
}

// What nobody signed, anybody on the way may have changed.
void check_signed_headers(const http::Request& request, const Parts& parts) {
  const auto is_signed = [&](std::string_view name) {
    return std::ranges::find(parts.signed_headers, name) != parts.signed_headers.end();
  };
  if (!is_signed("host")) refuse("SignatureDoesNotMatch", "'Host' must be a signed header.");
  for (const auto& [name, value] : request.headers)
    if (const std::string lower = to_lower(name); lower.starts_with("x-amz-") && !is_signed(lower))
      refuse("SignatureDoesNotMatch", fmt::format("The header {} is not signed.", lower));
}

std::string payload_hash_of(const http::Request& request, const Parts& parts) {
  const bool is_s3 = parts.claim.scope.service == "s3";
  const auto said = request.headers.get("X-Amz-Content-Sha256");
  if (!said) return parts.claim.presigned && is_s3 ? std::string(kUnsignedPayload) : hex_sha256(request.body);
  if (*said == kUnsignedPayload || is_chunked_payload(*said)) return *said;
  if (!equals_constant_time(*said, hex_sha256(request.body)))
    refuse("XAmzContentSHA256Mismatch",
           "The provided 'x-amz-content-sha256' header does not match what was computed.", 400);
  return *said;
}

}  // namespace

std::optional<SignatureClaim> signature_claim(const http::Request& request) {
  std::optional<Parts> parts = parts_of(request);
  if (!parts) return std::nullopt;
  return std::move(parts->claim);
}

SignatureClaim verify_request(const http::Request& request, const CredentialsLookup& lookup, TimePoint now) {
  const std::optional<Parts> parts = parts_of(request);
  if (!parts) refuse("MissingAuthenticationToken", "Missing Authentication Token");
  const std::optional<Credentials> credentials = lookup(parts->claim.access_key_id);
  if (!credentials)
    refuse(parts->claim.scope.service == "s3" ? "InvalidAccessKeyId" : "InvalidClientTokenId",
           "The security token included in the request is invalid: its access key id is unknown.");
  check_time(*parts, now);
  check_token(*parts, *credentials, now);
  check_signed_headers(request, *parts);

  const std::string hash = payload_hash_of(request, *parts);
  const std::string canonical =
      canonical_request(request, parts->signed_headers, hash, parts->claim.scope.service);
  const std::string key = signing_key(credentials->secret_access_key, parts->claim.scope, parts->claim.date);
  const std::string expected =
      hex_hmac(key, string_to_sign(parts->timestamp, parts->credential_scope, canonical));
  if (!equals_constant_time(expected, parts->signature))
    refuse("SignatureDoesNotMatch",
           "The request signature we calculated does not match the signature you provided. "
           "Check your AWS Secret Access Key and signing method.");
  if (is_signed_chunked_payload(hash))
    verify_chunk_signatures(request.body, {.key = key,
                                           .timestamp = parts->timestamp,
                                           .credential_scope = parts->credential_scope,
                                           .seed_signature = parts->signature});
  return parts->claim;
}

}  // namespace aurora::aws
