// Keys: those of the snapshot, and the one of the target Region.
#include <fmt/format.h>

#include "base/text.h"
#include "restore/point_in_time.h"
#include "restore/preflight.h"
#include "restore/source_account.h"

namespace aurora::restore {
namespace {

std::string region_of_arn(const std::string& arn) {
  const std::vector<std::string> parts = split(arn, ':');
  return arn.starts_with("arn:") && parts.size() > 5 ? parts[3] : "";
}

bool has_other_region(const StepContext& context) {
  return !is_point_in_time(context.settings) &&
         context.settings.text("source_region") != context.settings.text("target_region");
}

// Refuses what RDS cannot use: a key that is not enabled, or that is no symmetric encryption key.
void check_usable(const Json& key, const std::string& given, const std::string& purpose, Findings& findings) {
  const std::string state = string_or(key, "KeyState", "Enabled");
  if (state != "Enabled")
    findings.add("KmsKeyDisabled", fmt::format("{} {} is {}.", purpose, given, state),
                 state == "Disabled" ? "Enable it with `aws kms enable-key`, or name another key."
                                     : "Name another key; RDS can use none that is not enabled.");
  const std::string spec = string_or(key, "KeySpec", "SYMMETRIC_DEFAULT");
  if (string_or(key, "KeyUsage", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT" || spec != "SYMMETRIC_DEFAULT")
    findings.add("KmsKeyUnsuitable",
                 fmt::format("{} {} is of kind {}; RDS needs a symmetric key.", purpose, given, spec),
                 "Name a symmetric encryption key.");
}

// DescribeKey; nothing when there is no such key.
std::optional<Json> find_key(aws::Api& api, const std::string& region, const std::string& key) {
  try {
    return api.call("kms", region, "DescribeKey", {{"KeyId", key}}).at("KeyMetadata");
  } catch (const aws::ServiceError& e) {
    if (e.is("NotFoundException") || e.is("InvalidArnException")) return std::nullopt;
    throw;
  }
}

void look_at_given_key(const StepContext& context, const char* setting, Findings& findings,
                       std::string* arn) {
  const std::string given = context.settings.text(setting);
  if (given.empty()) return;
  const std::string region = context.settings.text("target_region");
  if (const std::string of = region_of_arn(given); !of.empty() && of != region) {
    findings.add(
        "KmsKeyWrongRegion",
        fmt::format("{} {} is of {}, and the restore is into {}.", setting, given, of, region),
        fmt::format("Give a key of {}; of a multi-Region key, the ARN of its replica there.", region));
    return;
  }
  unless_denied(findings, fmt::format("{} {}", setting, given), [&] {
    const auto key = find_key(context.api, region, given);
    if (!key) {
      findings.add("KmsKeyNotFound",
                   fmt::format("there is no key {} in {}, which {} names.", given, region, setting),
                   "`aws kms list-aliases` lists those there are.");
      return;
    }
    if (arn) *arn = string_or(*key, "Arn", "");
    check_usable(*key, given, setting, findings);
  });
}

// The snapshot's own key must still serve: without it neither a copy nor a restore can be read.
void look_at_source_key(const StepContext& context, const aws::ClusterSnapshot& snapshot,
                        Findings& findings) {
  const std::string region = region_of_arn(snapshot.kms_key_id);
  if (region.empty()) return;
  unless_denied(findings, fmt::format("the key of snapshot {}", snapshot.identifier), [&] {
    const std::string purpose = fmt::format("the key of snapshot {},", snapshot.identifier);
    const auto key = find_key(context.source_api(), region, snapshot.kms_key_id);
    if (key)
      check_usable(*key, snapshot.kms_key_id, purpose, findings);
    else
      findings.add("KmsKeyNotFound",
                   fmt::format("{} {} does not exist any more.", purpose, snapshot.kms_key_id),
                   "Without its key nobody can read the snapshot; choose another one.");
  });
}

}  // namespace

void look_at_keys(const StepContext& context, const aws::ClusterSnapshot* snapshot, Findings& findings) {
  look_at_given_key(context, "kms_key_id", findings, &findings.kms_key_arn);
  if (context.settings.flag("manage_master_user_password"))
    look_at_given_key(context, "master_user_secret_kms_key_id", findings, nullptr);
  if (!snapshot || !snapshot->encrypted) return;
  if (is_foreign(context, *snapshot)) {
    for (const Error& error : source_findings(context, *snapshot)) findings.add(error);
    return;
  }
  // Without a key id it is under a key that AWS owns, and needs none of ours.
  if (has_other_region(context) && !snapshot->kms_key_id.empty() && !context.settings.has("kms_key_id"))
    findings.add(
        "KmsKeyRequired",
        fmt::format("snapshot {} is encrypted with {} of {}, and a key never leaves its Region.",
                    snapshot->identifier, snapshot->kms_key_id, context.settings.text("source_region")),
        fmt::format("Give kms_key_id, a key of {}.", context.settings.text("target_region")));
  look_at_source_key(context, *snapshot, findings);
}

bool needs_copy(const StepContext& context, const aws::ClusterSnapshot& snapshot,
                const std::string& kms_key_arn) {
  if (is_point_in_time(context.settings)) return false;
  if (has_other_region(context) || is_foreign(context, snapshot)) return true;
  // Another key is only had by a copy; an unencrypted snapshot is encrypted while it is restored.
  if (!snapshot.encrypted || !context.settings.has("kms_key_id")) return false;
  const std::string key = kms_key_arn.empty() ? context.settings.text("kms_key_id") : kms_key_arn;
  return key != snapshot.kms_key_id && !snapshot.kms_key_id.ends_with("/" + key);
}

}  // namespace aurora::restore
