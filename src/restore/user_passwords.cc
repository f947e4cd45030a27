#include "restore/user_passwords.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "restore/secrets.h"
#include "restore/target.h"

namespace aurora::restore {
namespace {

using namespace std::chrono_literals;

// What no client's connection string or shell has to escape; RDS refuses the first three in passwords too.
constexpr char kExcluded[] = "/\"@' \\";
constexpr int kPasswordLength = 32;

class GeneratedPassword {
 public:
  GeneratedPassword(StepContext& context, const db::ConnectOptions& access, const Json& user)
      : context_(context),
        access_(access),
        username_(string_or(user, "username", "")),
        secret_(password_secret(user)),
        rotate_(is_password_rotated(user)) {
    const Operation& operation = context.operation;
    version_ = hex_encode(
        sha256(fmt::format("{}/{}/{}/{}", operation.id(), operation.known("run_id"), secret_, username_)));
  }

  // The password that is to hold, and whether its version is still to be settled.
  std::pair<Secret, bool> take() {
    const std::string current = look();
    if (current == version_) return {password_of(read(version_)), false};
    if (!current.empty() && !rotate_) return {password_of(read(current)), false};
    Json value = find(version_);
    if (value.is_null()) value = store(current);
    return {password_of(value), true};
  }

  const std::string& secret() const { return secret_; }
  const std::string& version() const { return version_; }

 private:
  Json call(const char* operation, const Json& input) const {
    return context_.api.call("secretsmanager", context_.names.region, operation, input);
  }

  // The version that is AWSCURRENT; empty when there is none. The secret is made when it is not there.
  std::string look() {
    try {
      const Json described = call("DescribeSecret", {{"SecretId", secret_}});
      if (!member_or_null(described, "DeletedDate").is_null())
        throw Error("SecretNotFound",
                    fmt::format("secret {} in {} is to be deleted.", secret_, context_.names.region),
                    "Keep it with `aws secretsmanager restore-secret`, or name another.");
      for (const auto& [version, stages] : member_or_null(described, "VersionIdsToStages").items())
        if (std::find(stages.begin(), stages.end(), "AWSCURRENT") != stages.end()) return version;
      return {};
    } catch (const aws::ServiceError& error) {
      if (!error.is("ResourceNotFoundException")) throw;
    }
    create();
    return {};
  }

  void create() const {
    try {
      call("CreateSecret", {{"Name", secret_},
                            {"Description", fmt::format("Database user {} of cluster {}", username_,
                                                        context_.settings.text("target_cluster_id"))},
                            {"Tags", aws::tag_list(operation_tags(context_.operation))}});
    } catch (const aws::ServiceError& error) {
      // Made by the same step running at the same time.
      if (!error.is("ResourceExistsException")) throw;
    }
  }

  Json find(const std::string& version) const {
    try {
      return read(version);
    } catch (const aws::ServiceError& error) {
      if (!error.is("ResourceNotFoundException")) throw;
      return nullptr;
    }
  }

  Json read(const std::string& version) const {
    const Json answer = call("GetSecretValue", {{"SecretId", secret_}, {"VersionId", version}});
    // Never lets the text into an error.
    return Json::parse(string_or(answer, "SecretString", ""), nullptr, false);
  }

  Secret password_of(const Json& value) const {
    Secret password(string_or(value, "password", ""));
    if (password.empty()) malformed("holds no password");
    if (string_or(value, "username", username_) != username_)
      malformed("is of another user than " + username_);
    return password;
  }

  [[noreturn]] void malformed(const std::string& what) const {
    throw Error("SecretMalformed", fmt::format("secret {} in {} {}.", secret_, context_.names.region, what),
                "Give every user a secret of its own, a JSON object with username and password.");
  }

  // A new version, with all that the current one holds beside user and password.
  Json store(const std::string& current) const {
    Json value = current.empty()
                     ? Json{{"engine", access_.engine == db::Engine::kMySql ? "mysql" : "postgres"},
                            {"host", access_.host},
                            {"port", access_.port}}
                     : read(current);
    if (!value.is_object()) malformed("is no JSON object");
    if (string_or(value, "username", username_) != username_)
      malformed("is of another user than " + username_);
    value["username"] = username_;
    value["password"] = string_or(call("GetRandomPassword", {{"PasswordLength", kPasswordLength},
                                                             {"ExcludeCharacters", kExcluded},
                                                             {"RequireEachIncludedType", true}}),
                                  "RandomPassword", "");
    try {
      call("PutSecretValue", {{"SecretId", secret_},
                              {"ClientRequestToken", version_},
                              {"SecretString", dump_json(value)},
                              {"VersionStages", {"AWSPENDING"}}});
      return value;
    } catch (const aws::ServiceError& error) {
      // The same step running at the same time was first, with another password.
      if (!error.is("ResourceExistsException")) throw;
      return read(version_);
    }
  }

  StepContext& context_;
  const db::ConnectOptions& access_;
  std::string username_;
  std::string secret_;
  bool rotate_;
  std::string version_;
};

void warn_of_plain_passwords(StepContext& context, const Json& users) {
  if (std::none_of(users.begin(), users.end(), [](const Json& user) { return user.contains("password"); }))
    return;
  const std::string text = fmt::format(
      "{} holds passwords in plain text; store them in Secrets Manager and give password_secret_id",
      context.names.db_users_parameter());
  context.log.warning(text);
  if (!context.operation.known("plain_passwords_told").empty()) return;
  context.audit.record(context.operation.id(), "setup_db_users", "warning", {{"message", text}});
  context.operation.state()["plain_passwords_told"] = "yes";
}

db::UserSpec application_user(StepContext& context) {
  Credentials app =
      read_credentials(context.api, context.names.region, context.settings.text("app_credentials_secret_id"));
  db::UserSpec user;
  user.username = std::move(app.username);
  user.password = std::move(app.password);
  user.privileges = {"SELECT", "INSERT", "UPDATE", "DELETE"};
  return user;
}

}  // namespace

std::optional<UsersWithPasswords> read_users(StepContext& context, const db::ConnectOptions& access,
                                             bool make) {
  const Json& configured = context.settings.value("db_users");
  if (!configured.is_array()) return UsersWithPasswords{.users = {application_user(context)}, .pending = {}};
  warn_of_plain_passwords(context, configured);
  // Three fifths of the call are the database's, after the secrets are read; however short a call may be, one
  // secret is read in it, so that the next call finds it made.
  const TimePoint begun = context.clock.now();
  const TimePoint enough = begun + (context.deadline - begun) * 2 / 5;
  UsersWithPasswords read;
  for (const Json& json : configured) {
    if (make && context.deadline != TimePoint{} && !read.users.empty() && context.clock.now() > enough)
      return std::nullopt;
    db::UserSpec user = user_spec(json);
    const std::string secret = password_secret(json);
    if (make && is_password_generated(json)) {
      GeneratedPassword generated(context, access, json);
      auto [password, is_pending] = generated.take();
      user.password = std::move(password);
      if (is_pending)
        read.pending.push_back({.user = read.users.size(), .secret = secret, .version = generated.version()});
    } else if (!secret.empty()) {
      user.password = read_credentials(context.api, context.names.region, secret).password;
    }
    read.users.push_back(std::move(user));
  }
  return read;
}

void settle_password(StepContext& context, const PendingPassword& pending) {
  const auto call = [&](const char* operation, const Json& input) {
    return context.api.call("secretsmanager", context.names.region, operation, input);
  };
  const Json described = call("DescribeSecret", {{"SecretId", pending.secret}});
  Json input{
      {"SecretId", pending.secret}, {"VersionStage", "AWSCURRENT"}, {"MoveToVersionId", pending.version}};
  for (const auto& [version, stages] : member_or_null(described, "VersionIdsToStages").items())
    if (std::find(stages.begin(), stages.end(), "AWSCURRENT") != stages.end()) {
      if (version == pending.version) return;
      input["RemoveFromVersionId"] = version;
    }
  call("UpdateSecretVersionStage", input);
}

}  // namespace aurora::restore
