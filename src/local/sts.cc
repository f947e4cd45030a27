#include "local/sts.h"

#include <fmt/format.h>

#include <regex>

#include "base/dates.h"
#include "base/ids.h"
#include "base/text.h"

namespace aurora::local {
namespace {

constexpr std::int64_t kRoleSecondsDefault = 3600;
constexpr std::int64_t kSessionSecondsDefault = 43200;

std::chrono::seconds lifetime(const Call& call, std::int64_t fallback, std::int64_t longest) {
  const std::int64_t seconds = int_or(call.input, "DurationSeconds", fallback);
  if (seconds < 900 || seconds > longest)
    throw invalid_parameter(
        call, fmt::format("The requested DurationSeconds {} is not between 900 and {}.", seconds, longest));
  return std::chrono::seconds(seconds);
}

Json credentials(const AccessKey& key) {
  return {{"AccessKeyId", key.access_key_id},
          {"SecretAccessKey", key.secret_access_key.reveal()},
          {"SessionToken", key.session_token},
          {"Expiration", format_iso_seconds(*key.expiration)}};
}

// arn:aws:iam::<account>:role/<path/><name> in its parts.
struct Role {
  std::string account;
  std::string path;  // "external-id/team-7/", or empty
  std::string name;
};

Role parse_role(const Call& call) {
  const std::string arn = required(call, "RoleArn");
  static const std::regex kRole("arn:aws[a-z-]*:iam::([0-9]{12}):role/([!-~]+/)?([A-Za-z0-9+=,.@_-]{1,64})");
  std::smatch match;
  constexpr std::size_t kArnBytesMax = 2048;
  if (arn.size() > kArnBytesMax || !std::regex_match(arn, match, kRole))
    throw invalid_parameter(call, fmt::format("{} is invalid", arn));
  return {match[1], match[2], match[3]};
}

// What a role's trust policy says: see the class.
void check_trust(const Call& call, const std::string& caller, const Role& role) {
  static constexpr std::string_view kAsking = "external-id/";
  if (!role.path.starts_with(kAsking)) return;
  const std::string asked = role.path.substr(kAsking.size(), role.path.size() - kAsking.size() - 1);
  if (text_or(call, "ExternalId") == asked) return;
  throw aws::ServiceError("AccessDenied",
                          fmt::format("User: {} is not authorized to perform: sts:AssumeRole on resource: {}",
                                      caller, required(call, "RoleArn")),
                          403);
}

std::string checked_session_name(const Call& call) {
  const std::string name = required(call, "RoleSessionName");
  static const std::regex kName("[A-Za-z0-9+=,.@_-]{2,64}");
  if (!std::regex_match(name, kName))
    throw invalid_parameter(
        call, fmt::format("1 validation error detected: Value '{}' at 'roleSessionName' failed to satisfy "
                          "constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
                          name));
  return name;
}

}  // namespace

std::string signing_key_id(const http::Request& request) {
  const std::string header = request.headers.get_or("Authorization", "");
  static constexpr std::string_view kCredential = "Credential=";
  if (const auto at = header.find(kCredential); at != std::string::npos) {
    const std::string scope = header.substr(at + kCredential.size());
    return scope.substr(0, scope.find('/'));
  }
  for (const auto& [name, value] : http::parse_query(request.query))
    if (name == "X-Amz-Credential") return value.substr(0, value.find('/'));
  return {};
}

Json Sts::handle(const Call& call) {
  static const Handlers<Sts> kHandlers = {
      {"GetCallerIdentity", &Sts::get_caller_identity},
      {"GetSessionToken", &Sts::get_session_token},
      {"AssumeRole", &Sts::assume_role},
      {"AssumeRoleWithWebIdentity", &Sts::assume_role_with_web_identity},
      {"GetAccessKeyInfo", &Sts::get_access_key_info},
  };
  return dispatch(*this, kHandlers, call);
}

AccessKey Sts::caller(const Call& call) const {
  const std::string id = call.http ? signing_key_id(*call.http) : "";
  if (auto key = keys_.find(id.empty() ? kLocalAccessKeyId : id)) return *key;
  throw aws::ServiceError("InvalidClientTokenId", "The security token included in the request is invalid.",
                          403);
}

Json Sts::get_caller_identity(const Call& call) {
  const AccessKey key = caller(call);
  return {{"UserId", key.user_id}, {"Account", arn_part(key.arn, 4)}, {"Arn", key.arn}};
}

Json Sts::get_session_token(const Call& call) {
  const AccessKey key = caller(call);
  if (!key.session_token.empty())
    throw aws::ServiceError("AccessDenied", "Cannot call GetSessionToken with session credentials", 403);
  return {{"Credentials",
           credentials(keys_.issue(key.arn, key.user_id, lifetime(call, kSessionSecondsDefault, 129600)))}};
}

Json Sts::assumed(const Call& call) {
  const Role role = parse_role(call);
  const std::string session = checked_session_name(call);
  const std::string arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", role.account, role.name, session);
  const std::string user_id = fmt::format("AROA{}:{}", random_alphanumeric(17), session);
  const AccessKey key = keys_.issue(arn, user_id, lifetime(call, kRoleSecondsDefault, 43200));
  return {{"Credentials", credentials(key)},
          {"AssumedRoleUser", {{"AssumedRoleId", user_id}, {"Arn", arn}}},
          {"PackedPolicySize", 0}};
}

Json Sts::assume_role(const Call& call) {
  check_trust(call, caller(call).arn, parse_role(call));
  Json answer = assumed(call);
  if (call.input.contains("SourceIdentity")) answer["SourceIdentity"] = call.input.at("SourceIdentity");
  return answer;
}

// The token is a JSON web token (RFC 7519); its subject and audience are reported, its signature cannot be
// checked without the issuer.
Json Sts::assume_role_with_web_identity(const Call& call) {
  const auto parts = split(required(call, "WebIdentityToken"), '.');
  std::string payload = parts.size() == 3 ? replace_all(replace_all(parts[1], "-", "+"), "_", "/") : "";
  payload.append((4 - payload.size() % 4) % 4, '=');
  const auto bytes = base64_decode(payload);
  if (parts.size() != 3 || !bytes || !Json::accept(*bytes))
    throw aws::ServiceError("InvalidIdentityToken", "The ID Token provided is not a valid JWT.");
  const Json claims = parse_json(*bytes, "the identity token");
  const auto expiry = from_epoch_seconds(static_cast<double>(int_or(claims, "exp", 0)));
  if (claims.contains("exp") && expiry <= clock_.now())
    throw aws::ServiceError("ExpiredTokenException", "Token must not be expired.");
  Json answer = assumed(call);
  answer["SubjectFromWebIdentityToken"] = string_or(claims, "sub", "");
  answer["Provider"] = string_or(claims, "iss", "");
  if (claims.contains("aud") && claims.at("aud").is_string()) answer["Audience"] = claims.at("aud");
  return answer;
}

Json Sts::get_access_key_info(const Call& call) {
  const auto key = keys_.find(required(call, "AccessKeyId"));
  if (!key)
    throw aws::ServiceError("InvalidClientTokenId", "The access key is not one of this endpoint.", 403);
  return {{"Account", arn_part(key->arn, 4)}};
}

}  // namespace aurora::local
