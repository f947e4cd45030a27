#include "restore/source_account.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/credentials.h"
#include "base/dates.h"
#include "base/text.h"
#include "restore/target.h"

namespace aurora::restore {
namespace {

constexpr char kRestore[] = "restore";  // the attribute that lists the accounts

std::string arn_account(const std::string& arn) {
  const std::vector<std::string> parts = split(arn, ':');
  return parts.size() > 5 ? parts[4] : std::string();
}

aws::Credentials assume(aws::Api& api, const std::string& region, const std::string& role,
                        const std::string& external_id) {
  Json input{{"RoleArn", role}, {"RoleSessionName", "aurora-restore"}};
  if (!external_id.empty()) input["ExternalId"] = external_id;
  Json answer;
  try {
    answer = api.call("sts", region, "AssumeRole", input);
  } catch (const aws::ServiceError& e) {
    if (!e.is("AccessDenied")) throw;
    throw Error(
        "SourceRoleRefused", fmt::format("the role {} cannot be assumed: {}", role, e.message()),
        external_id.empty()
            ? "Its trust policy has to name the role of these functions; when it asks for an external "
              "id, give source_role_external_id."
            : "Its trust policy has to name the role of these functions and this very external id.");
  }
  const Json& given = answer.at("Credentials");
  aws::Credentials credentials;
  credentials.access_key_id = given.at("AccessKeyId").get<std::string>();
  credentials.secret_access_key = Secret(given.at("SecretAccessKey").get<std::string>());
  credentials.session_token = Secret(given.at("SessionToken").get<std::string>());
  credentials.expires_at = parse_iso(string_or(given, "Expiration", ""));
  return credentials;
}

// Who we are is asked only where another account may be meant.
std::string own_account(const StepContext& context) {
  const Json identity = context.api.call("sts", context.names.region, "GetCallerIdentity", Json::object());
  return string_or(identity, "Account", context.names.account);
}

bool has_role(const StepContext& context) {
  return context.settings.has("source_role_arn");
}

// DescribeKey as the account behind `api` sees it; nothing when it may not.
std::optional<Json> key_metadata(aws::Api& api, const std::string& key) {
  const std::vector<std::string> parts = split(key, ':');
  if (parts.size() < 6) return std::nullopt;
  try {
    return api.call("kms", parts[3], "DescribeKey", {{"KeyId", key}}).at("KeyMetadata");
  } catch (const aws::ServiceError& e) {
    if (e.is("AccessDenied") || e.is("AccessDeniedException") || e.is("NotFoundException"))
      return std::nullopt;
    throw;
  }
}

bool is_key_of_rds(const StepContext& context, const std::string& key) {
  const auto metadata = key_metadata(context.source_api(), key);
  return metadata && string_or(*metadata, "KeyManager", "") == "AWS";
}

// RDS shares neither automated snapshots nor those under its own key.
bool must_be_copied_there(const StepContext& context, const aws::ClusterSnapshot& snapshot) {
  return snapshot.type == "automated" || snapshot.identifier.find(':') != std::string::npos ||
         (snapshot.encrypted && is_key_of_rds(context, snapshot.kms_key_id));
}

std::optional<Error> key_obstacle(const StepContext& context, const aws::ClusterSnapshot& snapshot) {
  std::string key = snapshot.kms_key_id;
  const std::string owner = arn_account(snapshot.arn);
  if (has_role(context) && must_be_copied_there(context, snapshot)) {
    if (context.settings.has("source_kms_key_id")) {
      key = context.settings.text("source_kms_key_id");
    } else if (is_key_of_rds(context, key)) {
      return Error(
          "KeyNotShareable",
          fmt::format("snapshot {} is encrypted with {}, RDS's own key of account {}, which no other "
                      "account can use.",
                      snapshot.identifier, key, owner),
          "Give source_kms_key_id, a customer managed key of that account: the snapshot is copied "
          "under it there first.");
    }
  }
  if (const auto seen = key_metadata(context.api, key); seen || !key.starts_with("arn:")) return std::nullopt;
  return Error(
      "SourceKeyNotAccessible",
      fmt::format("snapshot {} is encrypted with {} of account {}, and that key does not serve account "
                  "{}.",
                  snapshot.identifier, key, owner, own_account(context)),
      "The key's policy has to allow our account kms:DescribeKey, kms:CreateGrant, kms:Decrypt and "
      "kms:ReEncrypt*; docs/OTHER-SOURCES.md has it.");
}

bool is_shared_with(aws::Api& api, const std::string& region, const std::string& snapshot,
                    const std::string& account) {
  const Json answer = api.call("rds", region, "DescribeDBClusterSnapshotAttributes",
                               {{"DBClusterSnapshotIdentifier", snapshot}});
  for (const Json& attribute : member_or_null(member_or_null(answer, "DBClusterSnapshotAttributesResult"),
                                              "DBClusterSnapshotAttributes"))
    if (string_or(attribute, "AttributeName", "") == kRestore)
      for (const Json& value : member_or_null(attribute, "AttributeValues"))
        if (value == account || value == "all") return true;
  return false;
}

// What is about to be done in another account is on record before it is done: a function that dies in between
// leaves no trace that nobody knows of.
void remember(StepContext& context, const char* key, Json value) {
  context.operation.state()[key] = std::move(value);
  context.operations.save(context.operation, context.clock.now());
}

void share(StepContext& context, const std::string& snapshot) {
  aws::Api& source = context.source_api();
  const std::string region = context.settings.text("source_region");
  const std::string account = own_account(context);
  if (is_shared_with(source, region, snapshot, account)) return;
  remember(context, "source_shared", snapshot);
  source.call(
      "rds", region, "ModifyDBClusterSnapshotAttribute",
      {{"DBClusterSnapshotIdentifier", snapshot}, {"AttributeName", kRestore}, {"ValuesToAdd", {account}}});
}

// Its name is the run's, so that a repeated step finds what it made.
std::string intermediate_name(const StepContext& context) {
  const std::string source = context.operation.known("source_snapshot");
  const std::string plain = source.substr(source.rfind(':') + 1);
  return with_suffix(plain, "-share-" + context.operation.known("run_id"));
}

std::string copy_there(StepContext& context, const aws::ClusterSnapshot& snapshot) {
  const std::string name = intermediate_name(context);
  remember(context, "source_intermediate", name);
  Json request{{"SourceDBClusterSnapshotIdentifier", snapshot.arn},
               {"TargetDBClusterSnapshotIdentifier", name},
               {"Tags", aws::tag_list(operation_tags(context.operation))}};
  if (snapshot.encrypted && context.settings.has("source_kms_key_id"))
    request["KmsKeyId"] = context.settings.text("source_kms_key_id");
  context.source_rds().copy_snapshot(request);
  return fmt::format("Snapshot {} is being copied in account {}, because it cannot be shared itself",
                     snapshot.identifier, arn_account(snapshot.arn));
}

}  // namespace

aws::Api& SourceAccounts::api_for(const Configuration& settings) {
  const std::string role = settings.text("source_role_arn");
  if (role.empty()) return api_;
  const std::string external_id = settings.text("source_role_external_id");
  const std::lock_guard lock(mutex_);
  std::unique_ptr<aws::Api>& api = assumed_[{role, external_id}];
  if (!api)
    api = api_.with_credentials(std::make_shared<aws::CachedCredentials>(
        [this, role, external_id] { return assume(api_, region_, role, external_id); }, clock_));
  return *api;
}

std::string source_snapshot_reference(const StepContext& context, const std::string& name) {
  const std::string account = context.settings.text("source_account_id");
  if (account.empty() || has_role(context) || name.starts_with("arn:") || account == context.names.account)
    return name;
  return fmt::format("arn:aws:rds:{}:{}:cluster-snapshot:{}", context.settings.text("source_region"), account,
                     name);
}

bool is_foreign(const StepContext& context, const aws::ClusterSnapshot& snapshot) {
  const std::string owner = arn_account(snapshot.arn);
  if (owner.empty() || owner == context.names.account) return false;
  return owner != own_account(context);
}

std::optional<Error> sharing_obstacle(const StepContext& context, const std::string& reference) {
  const std::string owner = arn_account(reference);
  if (owner.empty() || has_role(context) || owner == context.names.account) return std::nullopt;
  aws::Rds source = context.source_rds();
  if (source.find_snapshot(reference)) return std::nullopt;
  const std::string us = own_account(context);
  if (owner == us) return std::nullopt;
  const std::string name = reference.substr(reference.find(":cluster-snapshot:") + 18);
  return Error(
      "SnapshotNotShared",
      fmt::format("snapshot {} of account {} is not in {}, or not shared with account {}.", name, owner,
                  source.region(), us),
      fmt::format("In account {}: aws rds modify-db-cluster-snapshot-attribute --region {} "
                  "--db-cluster-snapshot-identifier {} --attribute-name restore --values-to-add {}; or give "
                  "source_role_arn, a role of that account.",
                  owner, source.region(), name, us));
}

std::vector<Error> source_findings(const StepContext& context, const aws::ClusterSnapshot& snapshot) {
  std::vector<Error> findings;
  if (!is_foreign(context, snapshot) || !snapshot.encrypted) return findings;
  const std::string region = context.settings.text("target_region");
  if (!context.settings.has("kms_key_id"))
    findings.emplace_back(
        "KmsKeyRequired",
        fmt::format("snapshot {} of account {} is encrypted with that account's key {}.", snapshot.identifier,
                    arn_account(snapshot.arn), snapshot.kms_key_id),
        fmt::format("Give kms_key_id, a key of {} in our own account: the copy is encrypted with it.",
                    region));
  if (auto obstacle = key_obstacle(context, snapshot)) findings.push_back(*std::move(obstacle));
  return findings;
}

std::optional<std::string> prepare_source(StepContext& context) {
  if (!has_role(context)) return std::nullopt;
  Operation& operation = context.operation;
  aws::Rds source = context.source_rds();
  const std::string known = operation.known("source_intermediate");
  const std::string wanted = known.empty() ? operation.known("source_snapshot_arn") : known;
  const auto snapshot = source.find_snapshot(wanted);
  if (!snapshot && !known.empty() && !operation.is_known("source_intermediate_seen")) {
    // It was on record already, and the function died before it asked for it.
    const auto original = source.find_snapshot(operation.known("source_snapshot_arn"));
    if (original) return copy_there(context, *original);
  }
  if (!snapshot)
    throw Error("SourceCopyFailed", fmt::format("snapshot {} is no longer in {}.", wanted, source.region()),
                "Somebody deleted it. Start again with another one.");
  if (!is_foreign(context, *snapshot)) return std::nullopt;
  if (known.empty() && must_be_copied_there(context, *snapshot)) return copy_there(context, *snapshot);
  if (!known.empty()) {
    operation.state()["source_intermediate_seen"] = true;
    if (snapshot->status == "failed")
      throw Error("SourceCopyFailed",
                  fmt::format("copying the snapshot as {} failed in {}.", known, source.region()),
                  "Its events in the source account say why: `aws rds describe-events`.");
    if (snapshot->status != "available")
      return fmt::format("Copy {} in the source account is {} ({} %)", known, snapshot->status,
                         snapshot->percent_progress);
    operation.state()["source_snapshot_arn"] = snapshot->arn;
  }
  share(context, snapshot->arn);
  return std::nullopt;
}

void remove_source_traces(StepContext& context) {
  Operation& operation = context.operation;
  const std::string intermediate = operation.known("source_intermediate");
  const std::string shared = operation.known("source_shared");
  if (intermediate.empty() && shared.empty()) return;
  if (!intermediate.empty()) {
    aws::Rds source = context.source_rds();
    const auto copy = source.find_snapshot(intermediate);
    const auto tag = copy ? copy->tags.find(kOperationTag) : aws::Tags::const_iterator{};
    if (copy && tag != copy->tags.end() && tag->second == operation.id())
      source.delete_snapshot(intermediate);
  } else {
    try {
      context.source_api().call("rds", context.settings.text("source_region"),
                                "ModifyDBClusterSnapshotAttribute",
                                {{"DBClusterSnapshotIdentifier", shared},
                                 {"AttributeName", kRestore},
                                 {"ValuesToRemove", {own_account(context)}}});
    } catch (const aws::ServiceError& e) {
      if (!e.is("DBClusterSnapshotNotFoundFault")) throw;  // gone, and its sharing with it
    }
  }
  for (const char* key : {"source_intermediate", "source_intermediate_seen", "source_shared"})
    operation.state().erase(key);
}

}  // namespace aurora::restore
