// AWS Signature Version 4, as in "Create a signed AWS API request" of the IAM user guide.
#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "aws/identity.h"
#include "http/message.h"

namespace aurora::aws {

inline constexpr std::string_view kSigningAlgorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

// Signs by headers: sets X-Amz-Date, X-Amz-Security-Token (where there is a token), X-Amz-Content-Sha256
// (S3) and Authorization, replacing those of an earlier attempt. Host counts as it will be sent: the
// Host header, or else the request's host and port.
void sign_request(http::Request& request, const Credentials& credentials, const SigningScope& scope,
                  TimePoint when);

// Signs by query parameters, for a URL that somebody else sends within `valid`. S3's body is unsigned,
// that of other services is the request's own.
void presign_request(http::Request& request, const Credentials& credentials, const SigningScope& scope,
                     TimePoint when, std::chrono::seconds valid);

// The pieces, for verification and for tests.

// `signed_headers` in lower case, sorted; `payload_hash` in hexadecimal or one of S3's words for it.
// The parameter X-Amz-Signature of a presigned URL does not count.
std::string canonical_request(const http::Request& request, const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash, std::string_view service);
std::string canonical_path(std::string_view path, std::string_view service);
std::string canonical_query(std::string_view query);
// "20261121/us-west-2/rds/aws4_request"
std::string credential_scope(const SigningScope& scope, std::string_view date);
std::string string_to_sign(std::string_view timestamp, std::string_view credential_scope,
                           std::string_view canonical_request);
// Raw bytes.
std::string signing_key(const Secret& secret_access_key, const SigningScope& scope, std::string_view date);
std::string hex_hmac(std::string_view key, std::string_view text);
std::string hex_sha256(std::string_view bytes);

}  // namespace aurora::aws
