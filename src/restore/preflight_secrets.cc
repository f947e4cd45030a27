// Secrets exist and hold what the steps take from them; the users fit the snapshot.
#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "restore/preflight.h"
#include "restore/secrets.h"
#include "restore/settings_users.h"

namespace aurora::restore {
namespace {

// Each secret is read once, however many users share it; what is in it stays here.
class Secrets {
 public:
  Secrets(const StepContext& context, Findings& findings) : context_(context), findings_(findings) {}

  // Nothing when it is missing or malformed, which is then said once.
  const Credentials* read(const std::string& id) {
    if (const auto known = read_.find(id); known != read_.end())
      return known->second ? &*known->second : nullptr;
    std::optional<Credentials>& found = read_[id];
    try {
      found = read_credentials(context_.api, context_.names.region, id);
    } catch (const aws::ServiceError& e) {
      if (!is_denied(e) && !e.is("InvalidRequestException") && !e.is("DecryptionFailure")) throw;
      findings_.add(
          "SecretNotReadable",
          fmt::format("secret {} in {} cannot be read: {}: {}", id, context_.names.region, e.code(),
                      e.message()),
          "The functions' role needs secretsmanager:GetSecretValue on it, and kms:Decrypt on its key; a "
          "secret marked for deletion has to be restored.");
    } catch (const Error& e) {
      if (e.name() != "SecretNotFound" && e.name() != "SecretMalformed") throw;
      findings_.add(e);
    }
    return found ? &*found : nullptr;
  }

 private:
  const StepContext& context_;
  Findings& findings_;
  std::map<std::string, std::optional<Credentials>> read_;
};

// RDS's rule for master passwords; Aurora MySQL takes 41 characters at most.
bool is_master_password(const std::string& password, std::string_view engine) {
  const std::size_t longest = engine == "aurora-mysql" ? 41 : 128;
  if (password.size() < 8 || password.size() > longest) return false;
  for (const char c : password)
    if (c < '!' || c > '~' || c == '/' || c == '"' || c == '@') return false;
  return true;
}

void check_master(const StepContext& context, const aws::ClusterSnapshot* snapshot, Secrets& secrets,
                  Findings& findings) {
  if (context.settings.flag("manage_master_user_password")) return;  // RDS makes the secret
  const std::string id = context.settings.text("master_credentials_secret_id");
  const Credentials* master = secrets.read(id);
  if (!master || !snapshot) return;
  if (!snapshot->master_username.empty() && master->username != snapshot->master_username)
    findings.add(
        "MasterUserMismatch",
        fmt::format("secret {} is of user {}, and the master user of snapshot {} is {}; a restore keeps it.",
                    id, master->username, snapshot->identifier, snapshot->master_username),
        fmt::format("Store {} as the secret's username.", snapshot->master_username));
  if (!is_master_password(master->password.reveal(), snapshot->engine))
    findings.add("MasterPasswordNotAllowed", fmt::format("RDS does not take the password of secret {}.", id),
                 "It takes 8 to 41 printable ASCII characters (PostgreSQL: 128) without blank, /, \" and @.");
}

void check_users(const StepContext& context, const aws::ClusterSnapshot* snapshot, Secrets& secrets,
                 Findings& findings) {
  const Json& users = context.settings.value("db_users");
  if (!users.is_array()) {
    const std::string app = context.settings.text("app_credentials_secret_id");
    if (!app.empty()) secrets.read(app);
    return;
  }
  if (const auto engine = snapshot ? db::engine_of(snapshot->engine) : std::nullopt)
    for (const Finding& finding : user_findings(context.settings, *engine))
      findings.add("InvalidInput", finding.to_text(), "");
  for (const Json& user : users) {
    // A secret that is to hold a generated password may be missing until then.
    const std::string id = password_secret(user);
    if (!id.empty() && !is_password_generated(user)) secrets.read(id);
    const std::string name = string_or(user, "username", "");
    if (snapshot && !snapshot->master_username.empty() && equals_ignore_case(name, snapshot->master_username))
      findings.add(
          "MasterUserClash",
          fmt::format("db_users names {}, the master user of snapshot {}.", name, snapshot->identifier),
          "Leave it out; its password comes from master_credentials_secret_id.");
  }
}

void check_source(const StepContext& context, const aws::ClusterSnapshot* snapshot, Secrets& secrets,
                  Findings& findings) {
  const std::string compare = context.settings.text("compare_with_source");
  if (compare.empty() || compare == "none" || !snapshot) return;
  if (const std::string id = context.settings.text("source_credentials_secret_id"); !id.empty())
    secrets.read(id);
  unless_denied(findings, "the source cluster", [&] {
    const auto cluster = context.source_rds().find_cluster(snapshot->cluster_identifier);
    if (!cluster || cluster->status != "available")
      findings.add("SourceUnavailable",
                   fmt::format("compare_with_source is {}, but source cluster {} is {} in {}.", compare,
                               snapshot->cluster_identifier, cluster ? cluster->status : "not there",
                               context.settings.text("source_region")),
                   "Set compare_with_source to none when the source is not there to compare with.");
  });
}

}  // namespace

void look_at_secrets(const StepContext& context, const aws::ClusterSnapshot* snapshot, Findings& findings) {
  Secrets secrets(context, findings);
  check_master(context, snapshot, secrets, findings);
  check_users(context, snapshot, secrets, findings);
  check_source(context, snapshot, secrets, findings);
}

}  // namespace aurora::restore
