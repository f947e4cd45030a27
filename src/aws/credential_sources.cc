#include "aws/credential_sources.h"

#include <algorithm>
#include <charconv>

#include "aws/sigv4.h"
#include "aws/wire.h"
#include "base/dates.h"
#include "base/error.h"
#include "base/files.h"
#include "base/text.h"

namespace aurora::aws {
namespace {

using namespace std::chrono_literals;

std::string setting(const Section& section, const std::string& name) {
  const auto found = section.find(name);
  return found == section.end() ? "" : found->second;
}

std::optional<Credentials> static_keys(const Section& section) {
  const std::string key = setting(section, "aws_access_key_id");
  const std::string secret = setting(section, "aws_secret_access_key");
  if (key.empty() || secret.empty()) return std::nullopt;
  return Credentials{.access_key_id = key,
                     .secret_access_key = Secret(secret),
                     .session_token = Secret(setting(section, "aws_session_token")),
                     .expires_at = {}};
}

[[noreturn]] void refuse_profile(const std::string& name, const std::string& why,
                                 const std::string& hint = "") {
  throw Error("InvalidProfile", fmt::format("The AWS profile \"{}\" {}.", name, why), hint);
}

http::Request request_to(const std::string& url_text, const std::string& method = "GET") {
  const http::Url url = http::Url::parse(url_text);
  http::Request request;
  request.method = method;
  request.scheme = url.scheme;
  request.host = url.host;
  request.port = url.port;
  request.path = url.path.empty() ? "/" : url.path;
  request.query = url.query;
  return request;
}

// A token sent to an address from the environment must not leave the machine in plain text.
void check_container_host(const http::Request& request) {
  static constexpr std::string_view kLocal[] = {"localhost",      "127.0.0.1",     "::1",
                                                "[::1]",          "169.254.170.2", "169.254.170.23",
                                                "[fd00:ec2::23]", "fd00:ec2::23"};
  if (request.scheme == "https" || std::ranges::find(kLocal, request.host) != std::end(kLocal)) return;
  throw Error(
      "InvalidCredentialsEndpoint",
      fmt::format("AWS_CONTAINER_CREDENTIALS_FULL_URI names {}, which is neither https nor a local address.",
                  request.host));
}

// One answer with status 200, or an Error; these services sit on the same machine, so a short time suffices.
std::string fetch(http::Transport& transport, const http::Request& request, std::string_view what) {
  http::SendOptions options;
  options.connect_timeout = 1s;
  options.timeout = 5s;
  const http::Response response = transport.send(request, options);
  if (response.status != 200)
    throw Error("CredentialsRefused", fmt::format("{} answered with status {}.", what, response.status));
  return response.body;
}

}  // namespace

Credentials parse_credentials(const std::string& document, std::string_view what) {
  const Json parsed = parse_json_or_discard(document);
  const std::string key = string_or(parsed, "AccessKeyId", "");
  const std::string secret = string_or(parsed, "SecretAccessKey", "");
  if (key.empty() || secret.empty())
    throw Error("InvalidCredentials",
                fmt::format("{} answered without AccessKeyId and SecretAccessKey.", what));
  std::string token = string_or(parsed, "Token", "");
  if (token.empty()) token = string_or(parsed, "SessionToken", "");
  const std::string expiration = string_or(parsed, "Expiration", "");
  Credentials credentials{.access_key_id = key,
                          .secret_access_key = Secret(secret),
                          .session_token = Secret(token),
                          .expires_at = parse_iso(expiration)};
  if (!expiration.empty() && !credentials.expires_at)
    throw Error("InvalidCredentials", fmt::format("{} answered with an Expiration that is no time.", what));
  return credentials;
}

std::optional<Credentials> CredentialSources::environment() const {
  const auto key = env("AWS_ACCESS_KEY_ID");
  const auto secret = env("AWS_SECRET_ACCESS_KEY");
  if (!key || !secret) return std::nullopt;
  return Credentials{.access_key_id = *key,
                     .secret_access_key = Secret(*secret),
                     .session_token = Secret(env("AWS_SESSION_TOKEN").value_or("")),
                     .expires_at = {}};
}

std::optional<Credentials> CredentialSources::web_identity() const {
  const auto file = env("AWS_WEB_IDENTITY_TOKEN_FILE");
  const auto role = env("AWS_ROLE_ARN");
  if (!file || !role) return std::nullopt;
  return assume_role_with_web_identity(*role, *file, env("AWS_ROLE_SESSION_NAME").value_or(""));
}

std::optional<Credentials> CredentialSources::profile(const std::string& name) const {
  std::vector<std::string> visited;
  return profile(name, visited);
}

std::optional<Credentials> CredentialSources::profile(const std::string& name,
                                                      std::vector<std::string>& visited) const {
  const std::optional<Section> section = config_.endpoints.shared.profile(name);
  if (!section) {
    if (name == "default") return std::nullopt;
    refuse_profile(name, "is in neither ~/.aws/config nor ~/.aws/credentials");
  }
  const bool seen = std::ranges::find(visited, name) != visited.end();
  // A profile may name itself as source: then its own keys are meant.
  if (seen && !static_keys(*section)) refuse_profile(name, "has itself as source_profile");
  visited.push_back(name);

  const std::string role = setting(*section, "role_arn");
  if (!role.empty() && !seen) {
    if (const std::string file = setting(*section, "web_identity_token_file"); !file.empty())
      return assume_role_with_web_identity(role, file, setting(*section, "role_session_name"));
    return assume_role(*section, source_of_role(name, *section, visited));
  }
  if (auto keys = static_keys(*section)) return keys;
  if (const std::string command = setting(*section, "credential_process"); !command.empty())
    return parse_credentials(run_credential_process(command, 60s, clock_), "credential_process");
  if (section->contains("sso_session") || section->contains("sso_start_url"))
    refuse_profile(name, "uses single sign-on, which is not supported here",
                   "Run: eval \"$(aws configure export-credentials --profile " + name + " --format env)\"");
  return std::nullopt;
}

Credentials CredentialSources::source_of_role(const std::string& name, const Section& section,
                                              std::vector<std::string>& visited) const {
  const std::string source_profile = setting(section, "source_profile");
  const std::string source = setting(section, "credential_source");
  std::optional<Credentials> found;
  if (!source_profile.empty())
    found = profile(source_profile, visited);
  else if (source == "Environment")
    found = environment();
  else if (source == "EcsContainer")
    found = container();
  else if (source == "Ec2InstanceMetadata")
    found = instance_metadata();
  else
    refuse_profile(name, "has role_arn without source_profile or credential_source");
  if (!found)
    refuse_profile(name, fmt::format("finds no credentials in its source \"{}{}\"", source_profile, source));
  return *found;
}

std::string CredentialSources::session_name(const std::string& configured) const {
  return configured.empty() ? fmt::format("aurora-restore-{}", format_basic(clock_.now())) : configured;
}

std::string CredentialSources::sts_region() const {
  try {
    return default_region(config_.endpoints);
  } catch (const Error&) {
    // Any Region's STS gives the same credentials.
    return "us-east-1";
  }
}

Credentials CredentialSources::assume_role(const Section& section, const Credentials& source) const {
  if (section.contains("mfa_serial"))
    throw Error("InvalidProfile",
                fmt::format("The role {} wants a second factor (mfa_serial), which cannot be asked for here.",
                            setting(section, "role_arn")),
                "Use temporary credentials from: aws sts get-session-token");
  Json input = {{"RoleArn", setting(section, "role_arn")},
                {"RoleSessionName", session_name(setting(section, "role_session_name"))}};
  if (section.contains("external_id")) input["ExternalId"] = section.at("external_id");
  if (section.contains("duration_seconds"))
    input["DurationSeconds"] = std::stoi(section.at("duration_seconds"));
  return call_sts("AssumeRole", input, &source);
}

Credentials CredentialSources::assume_role_with_web_identity(const std::string& role_arn,
                                                             const std::string& token_file,
                                                             const std::string& name) const {
  // The file is read each time: whoever wrote it renews it.
  const std::string token(trim(read_file(token_file)));
  return call_sts(
      "AssumeRoleWithWebIdentity",
      {{"RoleArn", role_arn}, {"RoleSessionName", session_name(name)}, {"WebIdentityToken", token}}, nullptr);
}

Credentials CredentialSources::call_sts(std::string_view operation_name, const Json& input,
                                        const Credentials* credentials) const {
  const Service& sts = require_service("sts");
  const Operation& operation = require_operation(sts, operation_name);
  const std::string region = sts_region();
  http::Request request = encode_request(sts, operation, input);
  address_request(request, config_.endpoints, sts, operation, input, region);
  if (credentials) sign_request(request, *credentials, {.region = region, .service = "sts"}, clock_.now());
  const Json output = decode_response(sts, operation, transport_.send(request, http::SendOptions{}));
  return parse_credentials(member_or_null(output, "Credentials").dump(), "STS");
}

std::optional<Credentials> CredentialSources::container() const {
  std::string url;
  if (const auto relative = env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"))
    url = "http://169.254.170.2" + *relative;
  else if (const auto full = env("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
    url = *full;
  else
    return std::nullopt;
  http::Request request = request_to(url);
  check_container_host(request);
  std::string token = env("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  if (const auto file = env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) token = trim(read_file(*file));
  if (token.find_first_of("\r\n") != std::string::npos)
    throw Error("InvalidCredentialsEndpoint", "The container's authorization token holds a line end.");
  if (!token.empty()) request.headers.set("Authorization", token);
  return parse_credentials(fetch(transport_, request, "The container's credentials endpoint"),
                           "The container");
}

std::optional<Credentials> CredentialSources::instance_metadata() const {
  if (equals_ignore_case(env("AWS_EC2_METADATA_DISABLED").value_or(""), "true")) return std::nullopt;
  std::string base = env("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or("http://169.254.169.254");
  while (base.ends_with('/')) base.pop_back();
  const std::string path = base + "/latest/meta-data/iam/security-credentials/";
  std::string token;
  try {
    http::Request token_request = request_to(base + "/latest/api/token", "PUT");
    token_request.headers.set("X-aws-ec2-metadata-token-ttl-seconds", "21600");
    token = fetch(transport_, token_request, "Instance metadata");
  } catch (const Error&) {
    return std::nullopt;  // not on EC2, which is no error
  }
  const auto read = [&](const std::string& url) {
    http::Request request = request_to(url);
    request.headers.set("X-aws-ec2-metadata-token", token);
    return fetch(transport_, request, "Instance metadata");
  };
  const std::string role(trim(read(path)));
  return parse_credentials(read(path + uri_encode(role)), "Instance metadata");
}

}  // namespace aurora::aws
