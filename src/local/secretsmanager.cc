#include "local/secretsmanager.h"

#include <fmt/format.h>

#include <regex>

#include "base/dates.h"
#include "base/digest.h"
#include "base/ids.h"
#include "local/place.h"

namespace aurora::local {
namespace {

constexpr char kDefaultKey[] = "alias/aws/secretsmanager";
constexpr std::size_t kValueBytesMax = 65536;

aws::ServiceError not_found() {
  return {"ResourceNotFoundException", "Secrets Manager can't find the specified secret."};
}

// Six letters and digits, as AWS puts them behind the name so that ARNs of successors differ.
std::string arn_suffix() {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string text = random_bytes(6);
  for (char& c : text) c = kAlphabet[static_cast<unsigned char>(c) % 62];
  return text;
}

void check_name(const std::string& name) {
  static const std::regex kAllowed("[A-Za-z0-9/_+=.@!-]{1,512}");
  if (!std::regex_match(name, kAllowed))
    throw aws::ServiceError(
        "ValidationException",
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
        "following: -/_+=.@!");
}

std::string key_of(const Json& document) {
  return string_or(document, "key_id", kDefaultKey);
}

Json new_document(const Call& call, const std::string& name, const std::string& now) {
  Json document = {
      {"arn", make_arn("secretsmanager", call.region, fmt::format("secret:{}-{}", name, arn_suffix()))},
      {"created", now},
      {"changed", now},
      {"versions", Json::object()},
      {"tags", Json::object()}};
  if (call.input.contains("Description")) document["description"] = text_or(call, "Description");
  if (call.input.contains("KmsKeyId")) document["key_id"] = text_or(call, "KmsKeyId");
  add_tags(document["tags"], member_or_null(call.input, "Tags"));
  return document;
}

std::string token_of(const Call& call) {
  const std::string token = text_or(call, "ClientRequestToken");
  return token.empty() ? new_uuid() : token;
}

}  // namespace

SecretsManager::SecretsManager(const std::filesystem::path& directory, Clock& clock, Router& router)
    : clock_(clock),
      envelope_(router),
      database_(open_store(directory, "secretsmanager", {Documents::schema("secrets")})),
      secrets_(database_, "secrets") {}

Json SecretsManager::handle(const Call& call) {
  static const Handlers<SecretsManager> kHandlers = {
      {"CreateSecret", &SecretsManager::create_secret},
      {"PutSecretValue", &SecretsManager::put_secret_value},
      {"UpdateSecret", &SecretsManager::update_secret},
      {"GetSecretValue", &SecretsManager::get_secret_value},
      {"BatchGetSecretValue", &SecretsManager::batch_get_secret_value},
      {"DescribeSecret", &SecretsManager::describe_secret},
      {"ListSecrets", &SecretsManager::list_secrets},
      {"ListSecretVersionIds", &SecretsManager::list_secret_version_ids},
      {"DeleteSecret", &SecretsManager::delete_secret},
      {"RestoreSecret", &SecretsManager::restore_secret},
      {"UpdateSecretVersionStage", &SecretsManager::update_secret_version_stage},
      {"GetRandomPassword", &SecretsManager::get_random_password},
      {"TagResource", &SecretsManager::tag_resource},
      {"UntagResource", &SecretsManager::untag_resource},
      {"GetResourcePolicy", &SecretsManager::get_resource_policy},
      {"PutResourcePolicy", &SecretsManager::put_resource_policy},
      {"DeleteResourcePolicy", &SecretsManager::delete_resource_policy},
  };
  Call placed = call;
  placed.region = place_of(call);
  return dispatch(*this, kHandlers, placed);
}

// By name, by ARN, or by an ARN without its random end.
std::optional<SecretsManager::Secret> SecretsManager::load(const std::string& region,
                                                           const std::string& reference) {
  std::string name = reference;
  if (reference.starts_with("arn:")) {
    name = arn_part(reference, 5);
    if (place_of_arn(reference) != region || !name.starts_with("secret:")) return std::nullopt;
    name.erase(0, 7);
  }
  auto document = secrets_.get(region, name);
  if (!document && name != reference && name.size() > 7 && name[name.size() - 7] == '-') {
    name.resize(name.size() - 7);
    document = secrets_.get(region, name);
    if (document && document->at("arn") != reference) return std::nullopt;
  }
  if (!document) return std::nullopt;
  const auto deletion = parse_iso(string_or(*document, "deletion_date", ""));
  if (!deletion || *deletion > clock_.now()) return Secret{name, std::move(*document)};
  secrets_.erase(region, name);
  return std::nullopt;
}

SecretsManager::Secret SecretsManager::find(const Call& call) {
  if (auto secret = load(call.region, required(call, "SecretId"))) return *secret;
  throw not_found();
}

SecretsManager::Secret SecretsManager::find_live(const Call& call) {
  Secret secret = find(call);
  if (secret.document.contains("deletion_date"))
    throw aws::ServiceError(
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.");
  return secret;
}

void SecretsManager::store(const Call& call, const Secret& secret) {
  secrets_.put(call.region, secret.name, secret.document);
}

std::vector<SecretsManager::Secret> SecretsManager::all(const std::string& region) {
  std::vector<Secret> secrets;
  for (const auto& entry : secrets_.list(region))
    if (auto secret = load(region, entry.name)) secrets.push_back(std::move(*secret));
  return secrets;
}

std::optional<SecretsManager::Value> SecretsManager::value_of(const Call& call) {
  const bool has_text = call.input.contains("SecretString");
  const bool has_bytes = call.input.contains("SecretBinary");
  if (has_text && has_bytes)
    throw aws::ServiceError("InvalidParameterException",
                            "You can't specify both a binary secret value and a string "
                            "secret value in the same secret.");
  if (!has_text && !has_bytes) return std::nullopt;
  Value value{has_bytes, text_or(call, has_bytes ? "SecretBinary" : "SecretString")};
  if (value.bytes.empty() || value.bytes.size() > kValueBytesMax)
    throw aws::ServiceError(
        "ValidationException",
        fmt::format("The secret's value must have between 1 and {} bytes.", kValueBytesMax));
  return value;
}

Json SecretsManager::sealed_version(const Call& call, const Value& value, const std::string& key_id,
                                    const std::string& arn) const {
  try {
    return {{"sealed", envelope_.seal(call.region, key_id, value.bytes, arn)},
            {"binary", value.binary},
            {"stages", Json::array()},
            {"created", format_iso_millis(clock_.now())},
            {"key_id", key_id}};
  } catch (const aws::ServiceError& error) {
    throw aws::ServiceError(
        "EncryptionFailure",
        fmt::format("Secrets Manager can't encrypt the protected secret text using the provided "
                    "KMS key: {}",
                    error.message()));
  }
}

SecretsManager::Value SecretsManager::opened(const Call& call, const Json& version,
                                             const std::string& arn) const {
  try {
    return {bool_or(version, "binary", false),
            envelope_.open(call.region, version.at("sealed").get<std::string>(), arn)};
  } catch (const aws::ServiceError& error) {
    throw aws::ServiceError(
        "DecryptionFailure",
        fmt::format("Secrets Manager can't decrypt the protected secret text using the provided "
                    "KMS key: {}",
                    error.message()));
  }
}

bool SecretsManager::repeats(const Call& call, const Secret& secret, const std::string& token,
                             const Value& value) const {
  const Json& versions = secret.document.at("versions");
  if (!versions.contains(token)) return false;
  const Value known = opened(call, versions.at(token), secret.arn());
  if (known.binary == value.binary && equals_constant_time(known.bytes, value.bytes)) return true;
  throw aws::ServiceError(
      "ResourceExistsException",
      fmt::format("You can't use ClientRequestToken {} because that value is already in use for a "
                  "version of secret {}.",
                  token, secret.arn()));
}

Json SecretsManager::create_secret(const Call& call) {
  const std::string name = required(call, "Name");
  check_name(name);
  const std::string token = token_of(call);
  const std::optional<Value> value = value_of(call);
  std::optional<Secret> known;
  {
    const std::lock_guard lock(mutex_);
    known = load(call.region, name);
  }
  if (known && known->document.contains("deletion_date"))
    throw aws::ServiceError(
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for "
        "deletion.");
  if (known && value && known->document.at("versions").contains(token) &&
      repeats(call, *known, token, *value))
    return {{"ARN", known->arn()}, {"Name", name}, {"VersionId", token}};
  const auto exists = [&] {
    return aws::ServiceError("ResourceExistsException",
                             fmt::format("The operation failed because the secret {} already exists.", name));
  };
  if (known) throw exists();

  Secret secret{name, new_document(call, name, format_iso_millis(clock_.now()))};
  Json answer = {{"ARN", secret.arn()}, {"Name", name}};
  if (value) {
    secret.document["versions"][token] = sealed_version(call, *value, key_of(secret.document), secret.arn());
    move_label(secret.document["versions"], "AWSCURRENT", token);
    answer["VersionId"] = token;
  }
  const std::lock_guard lock(mutex_);
  if (load(call.region, name)) throw exists();
  store(call, secret);
  return answer;
}

Json SecretsManager::add_version(const Call& call, const Secret& seen, const Value& value, const Json& stages,
                                 const Json& changes) {
  const std::string token = token_of(call);
  const bool known = repeats(call, seen, token, value);
  Json version;
  if (!known) {
    const std::string key_id = string_or(changes, "key_id", key_of(seen.document));
    version = sealed_version(call, value, key_id, seen.arn());
  }
  const std::lock_guard lock(mutex_);
  Secret secret = find_live(call);
  Json& versions = secret.document["versions"];
  if (!known) {
    versions[token] = std::move(version);
    for (const Json& stage : stages) move_label(versions, stage.get<std::string>(), token);
    if (version_with_label(versions, "AWSCURRENT").empty()) move_label(versions, "AWSCURRENT", token);
    drop_unlabelled(versions);
    secret.document["changed"] = format_iso_millis(clock_.now());
  }
  secret.document.update(changes);
  store(call, secret);
  return {{"ARN", secret.arn()},
          {"Name", secret.name},
          {"VersionId", token},
          {"VersionStages", secret.document.at("versions").at(token).at("stages")}};
}

Json SecretsManager::put_secret_value(const Call& call) {
  const std::optional<Value> value = value_of(call);
  if (!value)
    throw aws::ServiceError("InvalidRequestException",
                            "You must provide either SecretString or SecretBinary.");
  Secret seen;
  {
    const std::lock_guard lock(mutex_);
    seen = find_live(call);
  }
  const Json& stages = member_or_null(call.input, "VersionStages");
  return add_version(call, seen, *value, stages.empty() ? Json::array({"AWSCURRENT"}) : stages,
                     Json::object());
}

Json SecretsManager::update_secret(const Call& call) {
  const std::optional<Value> value = value_of(call);
  Json changes = Json::object();
  if (call.input.contains("Description")) changes["description"] = call.input.at("Description");
  if (call.input.contains("KmsKeyId")) changes["key_id"] = call.input.at("KmsKeyId");
  Secret seen;
  {
    const std::lock_guard lock(mutex_);
    seen = find_live(call);
    if (!value) {
      seen.document.update(changes);
      seen.document["changed"] = format_iso_millis(clock_.now());
      store(call, seen);
      return {{"ARN", seen.arn()}, {"Name", seen.name}};
    }
  }
  Json answer = add_version(call, seen, *value, Json::array({"AWSCURRENT"}), changes);
  answer.erase("VersionStages");
  return answer;
}

Json SecretsManager::shown_value(const Call& call, const Secret& secret,
                                 const std::string& version_id) const {
  const Json& version = secret.document.at("versions").at(version_id);
  const Value value = opened(call, version, secret.arn());
  return {{"ARN", secret.arn()},
          {"Name", secret.name},
          {"VersionId", version_id},
          {value.binary ? "SecretBinary" : "SecretString", value.bytes},
          {"VersionStages", version.at("stages")},
          {"CreatedDate", version.at("created")}};
}

Json SecretsManager::get_secret_value(const Call& call) {
  Secret secret;
  std::string id = text_or(call, "VersionId");
  {
    const std::lock_guard lock(mutex_);
    secret = find_live(call);
    const std::string stage = text_or(call, "VersionStage", id.empty() ? "AWSCURRENT" : "");
    const std::string staged = stage.empty() ? id : version_with_label(secret.document.at("versions"), stage);
    if (id.empty()) id = staged;
    if (id.empty())
      throw aws::ServiceError(
          "ResourceNotFoundException",
          fmt::format("Secrets Manager can't find the specified secret value for staging label: {}", stage));
    if (!secret.document.at("versions").contains(id) || id != staged)
      throw aws::ServiceError(
          "ResourceNotFoundException",
          fmt::format("Secrets Manager can't find the specified secret value for VersionId: {}", id));
    const std::string today = format_date(clock_.now()) + "T00:00:00Z";
    if (string_or(secret.document, "accessed", "") != today) {
      secret.document["accessed"] = today;
      store(call, secret);
    }
  }
  return shown_value(call, secret, id);
}

Json SecretsManager::batch_get_secret_value(const Call& call) {
  Json ids = member_or_null(call.input, "SecretIdList");
  if (ids.empty()) {
    const std::lock_guard lock(mutex_);
    ids = Json::array();
    for (const Secret& secret : all(call.region))
      if (passes_secret_filters(member_or_null(call.input, "Filters"), secret.name, secret.document))
        ids.push_back(secret.name);
  }
  if (ids.size() > 20) ids.erase(ids.begin() + 20, ids.end());
  Json answer = {{"SecretValues", Json::array()}, {"Errors", Json::array()}};
  for (const Json& id : ids) {
    Call one = call;
    one.input = {{"SecretId", id}};
    try {
      answer["SecretValues"].push_back(get_secret_value(one));
    } catch (const aws::ServiceError& error) {
      answer["Errors"].push_back(
          {{"SecretId", id}, {"ErrorCode", error.code()}, {"Message", error.message()}});
    }
  }
  return answer;
}

Json SecretsManager::get_random_password(const Call& call) {
  return {{"RandomPassword", random_password(call)}};
}

}  // namespace aurora::local
