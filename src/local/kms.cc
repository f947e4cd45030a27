#include "local/kms.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/text.h"
#include "local/place.h"

namespace aurora::local {
namespace {

constexpr std::int64_t kDeletionDaysDefault = 30;

std::string default_policy(const std::string& account) {
  return fmt::format(
      R"({{"Version":"2012-10-17","Id":"key-default-1","Statement":[{{"Sid":"Enable IAM User Permissions",)"
      R"("Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{}:root"}},"Action":"kms:*","Resource":"*"}}]}})",
      account);
}

aws::ServiceError not_found(const std::string& what) {
  return {"NotFoundException", what};
}

aws::ServiceError unsupported(std::string_view member, const std::string& value) {
  return {"UnsupportedOperationException",
          fmt::format("{} {} is not supported here; symmetric encryption keys (SYMMETRIC_DEFAULT, "
                      "ENCRYPT_DECRYPT, AWS_KMS) are.",
                      member, value)};
}

// Only keys whose work is done here can be made: what they promise must hold.
void check_kind(const Call& call) {
  const std::string spec =
      text_or(call, "KeySpec", text_or(call, "CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"));
  if (spec != "SYMMETRIC_DEFAULT") throw unsupported("KeySpec", spec);
  const std::string usage = text_or(call, "KeyUsage", "ENCRYPT_DECRYPT");
  if (usage != "ENCRYPT_DECRYPT") throw unsupported("KeyUsage", usage);
  const std::string origin = text_or(call, "Origin", "AWS_KMS");
  if (origin != "AWS_KMS") throw unsupported("Origin", origin);
}

void check_policy(const Call& call) {
  const std::string policy = text_or(call, "Policy");
  if (!policy.empty() && !Json::accept(policy))
    throw aws::ServiceError("MalformedPolicyDocumentException", "The policy is not JSON.");
}

Json multi_region_configuration(const std::string& arn, const std::string& region) {
  return {{"MultiRegionKeyType", "PRIMARY"},
          {"PrimaryKey", {{"Arn", arn}, {"Region", region}}},
          {"ReplicaKeys", Json::array()}};
}

}  // namespace

Kms::Kms(const std::filesystem::path& directory, Clock& clock)
    : clock_(clock),
      vault_(directory),
      database_(open_store(directory, "kms", {Documents::schema("keys"), Documents::schema("aliases")})),
      keys_(database_, "keys"),
      aliases_(database_, "aliases") {}

Json Kms::handle(const Call& call) {
  static const Handlers<Kms> kHandlers = {
      {"CreateKey", &Kms::create_key},
      {"ReplicateKey", &Kms::replicate_key},
      {"DescribeKey", &Kms::describe_key},
      {"ListKeys", &Kms::list_keys},
      {"EnableKey", &Kms::enable_key},
      {"DisableKey", &Kms::disable_key},
      {"UpdateKeyDescription", &Kms::update_key_description},
      {"ScheduleKeyDeletion", &Kms::schedule_key_deletion},
      {"CancelKeyDeletion", &Kms::cancel_key_deletion},
      {"CreateAlias", &Kms::create_alias},
      {"UpdateAlias", &Kms::update_alias},
      {"DeleteAlias", &Kms::delete_alias},
      {"ListAliases", &Kms::list_aliases},
      {"GetKeyPolicy", &Kms::get_key_policy},
      {"PutKeyPolicy", &Kms::put_key_policy},
      {"TagResource", &Kms::tag_resource},
      {"UntagResource", &Kms::untag_resource},
      {"ListResourceTags", &Kms::list_resource_tags},
      {"Encrypt", &Kms::encrypt},
      {"Decrypt", &Kms::decrypt},
      {"ReEncrypt", &Kms::re_encrypt},
      {"GenerateDataKey", &Kms::generate_data_key},
      {"GenerateDataKeyWithoutPlaintext", &Kms::generate_data_key_without_plaintext},
      {"GenerateRandom", &Kms::generate_random},
      {"CreateGrant", &Kms::create_grant},
      {"ListGrants", &Kms::list_grants},
      {"RevokeGrant", &Kms::revoke_grant},
  };
  Call placed = call;
  placed.region = place_of(call);
  const std::lock_guard lock(mutex_);
  WriteTransaction transaction(database_);
  Json answer = dispatch(*this, kHandlers, placed);
  transaction.commit();
  return answer;
}

std::optional<Kms::Key> Kms::load(const std::string& region, const std::string& id) {
  auto document = keys_.get(region, id);
  if (!document) return std::nullopt;
  Key key{id, std::move(*document)};
  const auto deletion = parse_iso(string_or(key.metadata(), "DeletionDate", ""));
  if (!deletion || *deletion > clock_.now()) return key;
  keys_.erase(region, id);
  for (const auto& [name, alias] : aliases_.list(region))
    if (alias.at("TargetKeyId") == id) aliases_.erase(region, name);
  return std::nullopt;
}

void Kms::store(const Key& key) {
  keys_.put(place_of_arn(key.arn()), key.id, key.document);
}

Kms::Key Kms::by_alias(const Call& call, const std::string& alias) {
  if (const auto target = aliases_.get(call.region, alias))
    if (auto key = load(call.region, target->at("TargetKeyId").get<std::string>())) return *key;
  if (!alias.starts_with("alias/aws/"))
    throw not_found(fmt::format("Alias {} is not found.", make_arn("kms", call.region, alias)));
  static constexpr std::string_view kManaged[] = {"rds", "secretsmanager", "ssm", "dynamodb", "sns", "sqs",
                                                  "s3",  "lambda"};
  const std::string service = alias.substr(10);
  if (std::find(std::begin(kManaged), std::end(kManaged), service) == std::end(kManaged))
    throw not_found(fmt::format("Alias {} is not found.", make_arn("kms", call.region, alias)));
  Call creation = call;
  creation.input = {
      {"Description",
       fmt::format("Default key that protects my {} data when no other key is defined", service)}};
  const Key key = make(creation, "AWS");
  aliases_.put(call.region, alias,
               {{"TargetKeyId", key.id}, {"CreationDate", format_iso_millis(clock_.now())}});
  return key;
}

Kms::Key Kms::find(const Call& call, const std::string& reference) {
  if (reference.starts_with("arn:") && place_of_arn(reference) != call.region)
    return of_another_account(call, reference);
  const std::string resource = arn_part(reference, 5);
  if (resource.starts_with("alias/")) return by_alias(call, resource);
  const std::string id = resource.starts_with("key/") ? resource.substr(4) : resource;
  if (auto key = load(call.region, id)) return *key;
  throw not_found(fmt::format("Key '{}' does not exist", make_arn("kms", call.region, "key/" + id)));
}

// A key serves another account when its policy names that account.
Kms::Key Kms::of_another_account(const Call& call, const std::string& arn) {
  if (arn_part(arn, 3) != region_of(call.region))
    throw not_found(fmt::format("Invalid arn {}", arn_part(arn, 3)));
  Call there = call;
  there.region = place_of_arn(arn);
  Key key = find(there, arn_part(arn, 5));
  if (string_or(key.document, "policy", "").find(account_of(call.region)) == std::string::npos)
    throw aws::ServiceError(
        "AccessDeniedException",
        fmt::format("User: arn:aws:iam::{}:user/local is not authorized to perform: kms:{} "
                    "on resource: {} because no resource-based policy allows the kms:{} action",
                    account_of(call.region), call.operation, arn, call.operation));
  return key;
}

Kms::Key Kms::find_usable(const Call& call, const std::string& reference) {
  Key key = find(call, reference);
  const std::string state = string_or(key.metadata(), "KeyState", "");
  if (state == "Disabled")
    throw aws::ServiceError("DisabledException", fmt::format("{} is disabled.", key.arn()));
  if (state != "Enabled")
    throw aws::ServiceError("KMSInvalidStateException", fmt::format("{} is pending deletion.", key.arn()));
  return key;
}

Kms::Key Kms::find_own(const Call& call) {
  Key key = find(call, required(call, "KeyId"));
  if (place_of_arn(key.arn()) != call.region)
    throw aws::ServiceError("AccessDeniedException",
                            fmt::format("{} is another account's; it cannot be changed.", key.arn()));
  if (key.metadata().at("KeyManager") == "AWS")
    throw aws::ServiceError("AccessDeniedException",
                            fmt::format("{} is an AWS managed key; it cannot be changed.", key.arn()));
  return key;
}

Kms::Key Kms::make(const Call& call, std::string_view manager) {
  const bool multi_region = bool_or(call.input, "MultiRegion", false);
  const std::string id = multi_region ? "mrk-" + random_hex(32) : new_uuid();
  const std::string arn = make_arn("kms", call.region, "key/" + id);
  Json metadata = {{"AWSAccountId", account_of(call.region)},
                   {"KeyId", id},
                   {"Arn", arn},
                   {"CreationDate", format_iso_millis(clock_.now())},
                   {"Enabled", true},
                   {"Description", text_or(call, "Description")},
                   {"KeyUsage", "ENCRYPT_DECRYPT"},
                   {"KeyState", "Enabled"},
                   {"Origin", "AWS_KMS"},
                   {"KeyManager", manager},
                   {"CustomerMasterKeySpec", "SYMMETRIC_DEFAULT"},
                   {"KeySpec", "SYMMETRIC_DEFAULT"},
                   {"EncryptionAlgorithms", Json::array({"SYMMETRIC_DEFAULT"})},
                   {"MultiRegion", multi_region}};
  if (multi_region)
    metadata["MultiRegionConfiguration"] = multi_region_configuration(arn, region_of(call.region));
  Json tags = Json::object();
  add_tags(tags, member_or_null(call.input, "Tags"), "TagKey", "TagValue");
  const Key key{id,
                {{"metadata", std::move(metadata)},
                 {"material", base64_encode(vault_.seal(random_bytes(32), "kms/" + id))},
                 {"policy", text_or(call, "Policy", default_policy(account_of(call.region)))},
                 {"tags", std::move(tags)},
                 {"grants", Json::array()}}};
  store(key);
  return key;
}

Json Kms::create_key(const Call& call) {
  check_kind(call);
  check_policy(call);
  return {{"KeyMetadata", make(call, "CUSTOMER").metadata()}};
}

// A replica has the primary's id and material, so that what one encrypted the other decrypts.
Json Kms::replicate_key(const Call& call) {
  Key primary = find_usable(call, required(call, "KeyId"));
  const std::string region = place_of(account_of(call.region), required(call, "ReplicaRegion"));
  if (!bool_or(primary.metadata(), "MultiRegion", false) ||
      primary.metadata().at("MultiRegionConfiguration").at("MultiRegionKeyType") != "PRIMARY")
    throw aws::ServiceError("UnsupportedOperationException",
                            fmt::format("{} is not a multi-Region primary key.", primary.arn()));
  if (load(region, primary.id))
    throw aws::ServiceError("AlreadyExistsException",
                            fmt::format("{} has a replica in {} already.", primary.arn(), region));
  Key replica = primary;
  Json& metadata = replica.document["metadata"];
  metadata["Arn"] = make_arn("kms", region, "key/" + primary.id);
  metadata["CreationDate"] = format_iso_millis(clock_.now());
  metadata["Description"] = text_or(call, "Description");
  const Json replica_key = {{"Arn", metadata["Arn"]}, {"Region", region_of(region)}};
  primary.document["metadata"]["MultiRegionConfiguration"]["ReplicaKeys"].push_back(replica_key);
  metadata["MultiRegionConfiguration"] = primary.metadata().at("MultiRegionConfiguration");
  metadata["MultiRegionConfiguration"]["MultiRegionKeyType"] = "REPLICA";
  replica.document["policy"] = text_or(call, "Policy", default_policy(account_of(call.region)));
  replica.document["grants"] = Json::array();
  replica.document["tags"] = Json::object();
  add_tags(replica.document["tags"], member_or_null(call.input, "Tags"), "TagKey", "TagValue");
  store(primary);
  keys_.put(region, replica.id, replica.document);
  return {{"ReplicaKeyMetadata", replica.metadata()},
          {"ReplicaPolicy", replica.document["policy"]},
          {"ReplicaTags", tag_list(replica.document["tags"], "TagKey", "TagValue")}};
}

Json Kms::describe_key(const Call& call) {
  return {{"KeyMetadata", find(call, required(call, "KeyId")).metadata()}};
}

std::vector<Documents::Entry> Kms::live_keys(const std::string& region) {
  std::vector<Documents::Entry> live;
  for (auto& entry : keys_.list(region))
    if (load(region, entry.name)) live.push_back(std::move(entry));
  return live;
}

Json Kms::list_keys(const Call& call) {
  const auto [page, next] = take_page(call, {"Limit", "Marker", 100, 1000}, live_keys(call.region),
                                      [](const Documents::Entry& entry) { return entry.name; });
  Json answer = {{"Keys", Json::array()}, {"Truncated", !next.empty()}};
  for (const auto& entry : page)
    answer["Keys"].push_back({{"KeyId", entry.name}, {"KeyArn", entry.document.at("metadata").at("Arn")}});
  if (!next.empty()) answer["NextMarker"] = next;
  return answer;
}

Json Kms::set_enabled(const Call& call, bool enabled) {
  Key key = find_own(call);
  if (key.metadata().at("KeyState") == "PendingDeletion")
    throw aws::ServiceError("KMSInvalidStateException", fmt::format("{} is pending deletion.", key.arn()));
  key.document["metadata"]["Enabled"] = enabled;
  key.document["metadata"]["KeyState"] = enabled ? "Enabled" : "Disabled";
  store(key);
  return Json::object();
}

Json Kms::enable_key(const Call& call) {
  return set_enabled(call, true);
}
Json Kms::disable_key(const Call& call) {
  return set_enabled(call, false);
}

Json Kms::update_key_description(const Call& call) {
  Key key = find_own(call);
  key.document["metadata"]["Description"] = text_or(call, "Description");
  store(key);
  return Json::object();
}

Json Kms::schedule_key_deletion(const Call& call) {
  Key key = find_own(call);
  const std::int64_t days = int_or(call.input, "PendingWindowInDays", kDeletionDaysDefault);
  if (days < 7 || days > 30) throw invalid_parameter(call, "PendingWindowInDays must be between 7 and 30.");
  if (key.metadata().at("KeyState") == "PendingDeletion")
    throw aws::ServiceError("KMSInvalidStateException", fmt::format("{} is pending deletion.", key.arn()));
  const std::string date = format_iso_millis(clock_.now() + std::chrono::days(days));
  Json& metadata = key.document["metadata"];
  metadata["Enabled"] = false;
  metadata["KeyState"] = "PendingDeletion";
  metadata["DeletionDate"] = date;
  store(key);
  return {{"KeyId", key.arn()},
          {"DeletionDate", date},
          {"KeyState", "PendingDeletion"},
          {"PendingWindowInDays", days}};
}

Json Kms::cancel_key_deletion(const Call& call) {
  Key key = find_own(call);
  if (key.metadata().at("KeyState") != "PendingDeletion")
    throw aws::ServiceError("KMSInvalidStateException",
                            fmt::format("{} is not pending deletion.", key.arn()));
  Json& metadata = key.document["metadata"];
  metadata["KeyState"] = "Disabled";
  metadata.erase("DeletionDate");
  store(key);
  return {{"KeyId", key.arn()}};
}

Json Kms::get_key_policy(const Call& call) {
  const std::string name = text_or(call, "PolicyName", "default");
  if (name != "default") throw not_found("No such policy exists");
  return {{"Policy", find(call, required(call, "KeyId")).document.at("policy")}, {"PolicyName", "default"}};
}

Json Kms::put_key_policy(const Call& call) {
  Key key = find_own(call);
  check_policy(call);
  key.document["policy"] = required(call, "Policy");
  store(key);
  return Json::object();
}

Json Kms::tag_resource(const Call& call) {
  Key key = find_own(call);
  add_tags(key.document["tags"], member_or_null(call.input, "Tags"), "TagKey", "TagValue");
  store(key);
  return Json::object();
}

Json Kms::untag_resource(const Call& call) {
  Key key = find_own(call);
  remove_tags(key.document["tags"], member_or_null(call.input, "TagKeys"));
  store(key);
  return Json::object();
}

Json Kms::list_resource_tags(const Call& call) {
  const Key key = find(call, required(call, "KeyId"));
  return {{"Tags", tag_list(key.document.at("tags"), "TagKey", "TagValue")}, {"Truncated", false}};
}

}  // namespace aurora::local
