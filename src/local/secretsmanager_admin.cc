// What operators do with secrets beside reading and writing values.
#include <fmt/format.h>

#include "base/dates.h"
#include "local/secretsmanager.h"

namespace aurora::local {
namespace {

constexpr std::int64_t kRecoveryDaysDefault = 30;

Json stages_by_version(const Json& versions) {
  Json stages = Json::object();
  for (const auto& [id, version] : versions.items())
    if (!version.at("stages").empty()) stages[id] = version.at("stages");
  return stages;
}

// The members that DescribeSecret and ListSecrets have in common.
Json described(const std::string& name, const Json& document) {
  Json shown = {{"ARN", document.at("arn")}, {"Name", name}};
  static constexpr std::pair<const char*, const char*> kMembers[] = {
      {"description", "Description"},   {"key_id", "KmsKeyId"},           {"changed", "LastChangedDate"},
      {"accessed", "LastAccessedDate"}, {"deletion_date", "DeletedDate"}, {"created", "CreatedDate"}};
  for (const auto& [stored, member] : kMembers)
    if (document.contains(stored)) shown[member] = document.at(stored);
  // DeletedDate is when the deletion was asked for; it ends at DeleteSecret's DeletionDate.
  if (document.contains("deleted_at")) shown["DeletedDate"] = document.at("deleted_at");
  shown["Tags"] = tag_list(document.at("tags"));
  return shown;
}

}  // namespace

Json SecretsManager::describe_secret(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Secret secret = find(call);
  Json answer = described(secret.name, secret.document);
  answer["VersionIdsToStages"] = stages_by_version(secret.document.at("versions"));
  return answer;
}

Json SecretsManager::list_secrets(const Call& call) {
  const std::lock_guard lock(mutex_);
  std::vector<Secret> found;
  for (Secret& secret : all(call.region)) {
    if (secret.document.contains("deletion_date") && !bool_or(call.input, "IncludePlannedDeletion", false))
      continue;
    if (passes_secret_filters(member_or_null(call.input, "Filters"), secret.name, secret.document))
      found.push_back(std::move(secret));
  }
  const auto [page, next] = take_page(call, {"MaxResults", "NextToken", 100, 100}, std::move(found),
                                      [](const Secret& secret) { return secret.name; });
  Json answer = {{"SecretList", Json::array()}};
  for (const Secret& secret : page) {
    Json shown = described(secret.name, secret.document);
    shown["SecretVersionsToStages"] = stages_by_version(secret.document.at("versions"));
    answer["SecretList"].push_back(std::move(shown));
  }
  if (!next.empty()) answer["NextToken"] = next;
  return answer;
}

Json SecretsManager::list_secret_version_ids(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Secret secret = find(call);
  Json answer = {{"Versions", Json::array()}, {"ARN", secret.arn()}, {"Name", secret.name}};
  for (const auto& [id, version] : secret.document.at("versions").items()) {
    if (version.at("stages").empty() && !bool_or(call.input, "IncludeDeprecated", false)) continue;
    Json shown = {{"VersionId", id},
                  {"CreatedDate", version.at("created")},
                  {"KmsKeyIds", Json::array({version.at("key_id")})}};
    if (!version.at("stages").empty()) shown["VersionStages"] = version.at("stages");
    answer["Versions"].push_back(std::move(shown));
  }
  return answer;
}

Json SecretsManager::delete_secret(const Call& call) {
  const bool force = bool_or(call.input, "ForceDeleteWithoutRecovery", false);
  const std::int64_t days = int_or(call.input, "RecoveryWindowInDays", kRecoveryDaysDefault);
  if (force && call.input.contains("RecoveryWindowInDays"))
    throw invalid_parameter(
        call, "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  if (days < 7 || days > 30)
    throw invalid_parameter(call,
                            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
  const std::lock_guard lock(mutex_);
  const TimePoint now = clock_.now();
  if (force) {
    // AWS lets a forced deletion pass when there is nothing left to delete.
    const auto secret = load(call.region, required(call, "SecretId"));
    if (!secret) return {{"Name", text_or(call, "SecretId")}, {"DeletionDate", format_iso_millis(now)}};
    secrets_.erase(call.region, secret->name);
    return {{"ARN", secret->arn()}, {"Name", secret->name}, {"DeletionDate", format_iso_millis(now)}};
  }
  Secret secret = find_live(call);
  const std::string date = format_iso_millis(now + std::chrono::days(days));
  secret.document["deletion_date"] = date;
  secret.document["deleted_at"] = format_iso_millis(now);
  store(call, secret);
  return {{"ARN", secret.arn()}, {"Name", secret.name}, {"DeletionDate", date}};
}

Json SecretsManager::restore_secret(const Call& call) {
  const std::lock_guard lock(mutex_);
  Secret secret = find(call);
  secret.document.erase("deletion_date");
  secret.document.erase("deleted_at");
  store(call, secret);
  return {{"ARN", secret.arn()}, {"Name", secret.name}};
}

Json SecretsManager::update_secret_version_stage(const Call& call) {
  const std::lock_guard lock(mutex_);
  Secret secret = find_live(call);
  Json& versions = secret.document["versions"];
  const std::string label = required(call, "VersionStage");
  const std::string from = text_or(call, "RemoveFromVersionId");
  const std::string to = text_or(call, "MoveToVersionId");
  for (const std::string& id : {from, to})
    if (!id.empty() && !versions.contains(id))
      throw aws::ServiceError(
          "ResourceNotFoundException",
          fmt::format("Secrets Manager can't find the specified secret value for VersionId: {}", id));
  const std::string holder = version_with_label(versions, label);
  if (holder != from && !holder.empty() && holder != to)
    throw invalid_parameter(
        call, fmt::format("The parameter RemoveFromVersionId can't be empty. Staging label {} is "
                          "currently attached to version {}, so you must explicitly reference "
                          "that version in RemoveFromVersionId.",
                          label, holder));
  if (!to.empty()) {
    move_label(versions, label, to);
  } else if (label == "AWSCURRENT") {
    throw invalid_parameter(call,
                            "You can only move staging label AWSCURRENT to a different secret version. It "
                            "can't be completely removed.");
  } else if (holder == from && !from.empty()) {
    Json& stages = versions[from]["stages"];
    stages.erase(std::remove(stages.begin(), stages.end(), label), stages.end());
  }
  secret.document["changed"] = format_iso_millis(clock_.now());
  store(call, secret);
  return {{"ARN", secret.arn()}, {"Name", secret.name}};
}

Json SecretsManager::tag_resource(const Call& call) {
  const std::lock_guard lock(mutex_);
  Secret secret = find_live(call);
  add_tags(secret.document["tags"], member_or_null(call.input, "Tags"));
  store(call, secret);
  return Json::object();
}

Json SecretsManager::untag_resource(const Call& call) {
  const std::lock_guard lock(mutex_);
  Secret secret = find_live(call);
  remove_tags(secret.document["tags"], member_or_null(call.input, "TagKeys"));
  store(call, secret);
  return Json::object();
}

Json SecretsManager::get_resource_policy(const Call& call) {
  const std::lock_guard lock(mutex_);
  const Secret secret = find(call);
  Json answer = {{"ARN", secret.arn()}, {"Name", secret.name}};
  if (secret.document.contains("policy")) answer["ResourcePolicy"] = secret.document.at("policy");
  return answer;
}

Json SecretsManager::put_resource_policy(const Call& call) {
  const std::string policy = required(call, "ResourcePolicy");
  if (!Json::accept(policy))
    throw aws::ServiceError("MalformedPolicyDocumentException", "This resource policy contains invalid Json");
  const std::lock_guard lock(mutex_);
  Secret secret = find_live(call);
  secret.document["policy"] = policy;
  store(call, secret);
  return {{"ARN", secret.arn()}, {"Name", secret.name}};
}

Json SecretsManager::delete_resource_policy(const Call& call) {
  const std::lock_guard lock(mutex_);
  Secret secret = find_live(call);
  secret.document.erase("policy");
  store(call, secret);
  return {{"ARN", secret.arn()}, {"Name", secret.name}};
}

}  // namespace aurora::local
