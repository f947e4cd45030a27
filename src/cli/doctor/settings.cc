// Whether what the environment's configuration names is there and can be used.
#include <fmt/format.h>

#include <set>

#include "aws/rds.h"
#include "base/text.h"
#include "cli/doctor/diagnosis.h"
#include "cli/style.h"
#include "restore/settings_users.h"

namespace aurora::cli {
namespace {

Json ask(Patient& patient, std::string_view service, std::string_view operation, const Json& input) {
  return patient.world()->api->call(service, patient.world()->region(), operation, input);
}

bool has_parameter(Patient& patient, const std::string& name) {
  try {
    ask(patient, "ssm", "GetParameter", {{"Name", name}});
    return true;
  } catch (const aws::ServiceError& error) {
    if (!error.is("ParameterNotFound")) throw;
    return false;
  }
}

// The secrets that a restore would read.
std::set<std::string> secrets_in(const Json& settings) {
  std::set<std::string> names;
  if (!bool_or(settings, "manage_master_user_password", false))
    names.insert(string_or(settings, "master_credentials_secret_id", ""));
  if (settings.contains("source_credentials_secret_id"))
    names.insert(string_or(settings, "source_credentials_secret_id", ""));
  const Json& users = member_or_null(settings, "db_users");
  if (!users.is_array()) names.insert(string_or(settings, "app_credentials_secret_id", ""));
  for (const Json& user : users)
    if (user.is_object() && !restore::is_password_generated(user))
      names.insert(restore::password_secret(user));
  names.erase("");
  return names;
}

// What is wrong with it; empty when it is as it must be. Its values go nowhere.
std::string malady_of(const std::string& text) {
  const Json secret = Json::parse(text, nullptr, false);
  if (!secret.is_object()) return "holds no JSON object";
  for (const char* field : {"username", "password"})
    if (string_or(secret, field, "").empty()) return fmt::format("has no {}", field);
  return "";
}

bool look_at_secret(Patient& patient, const std::string& name) {
  try {
    const Json answer = ask(patient, "secretsmanager", "GetSecretValue", {{"SecretId", name}});
    const std::string malady = malady_of(string_or(answer, "SecretString", ""));
    if (malady.empty()) return true;
    patient.fail(fmt::format("{} {}", name, malady),
                 patient.aws("secretsmanager put-secret-value --secret-id " + shell_quote(name) +
                             " --secret-string file://SECRET.json"));
  } catch (const aws::ServiceError& error) {
    if (error.is("ResourceNotFoundException"))
      patient.fail(name + " is not there",
                   patient.aws("secretsmanager create-secret --name " + shell_quote(name) +
                               " --secret-string file://SECRET.json"));
    else if (error.is("AccessDeniedException"))
      patient.warn(name + " may not be read with these credentials; the functions' role may all the same",
                   "Leave it, or ask whoever may.");
    else
      patient.fail(fmt::format("{}: {}: {}", name, error.code(), error.message()),
                   patient.aws("secretsmanager describe-secret --secret-id " + shell_quote(name)));
  }
  return false;
}

// Looks at a bucket that a setting names; false when it cannot be used.
bool look_at_bucket(Patient& patient, const char* setting, const std::string& bucket) {
  try {
    ask(patient, "s3", "HeadBucket", {{"Bucket", bucket}});
    return true;
  } catch (const aws::ServiceError& error) {
    patient.fail(fmt::format("{} of {} cannot be used: {}", bucket, setting, error.code()),
                 patient.aws("s3 mb s3://" + bucket));
    return false;
  }
}

}  // namespace

void look_at_parameters(Patient& patient) {
  const auto& names = patient.world()->names;
  std::vector<std::string> missing;
  for (const std::string& name : {names.config_parameter(), names.db_users_parameter()})
    if (!has_parameter(patient, name)) missing.push_back(name);
  const std::size_t count = patient.settings().size();
  if (missing.empty())
    return patient.ok(fmt::format("{} and db_users are valid, {} settings with the defaults",
                                  names.config_parameter(), count));
  patient.warn(fmt::format("{} {} not there; each restore has to say what they would", join(missing, " and "),
                           missing.size() == 1 ? "is" : "are"),
               patient.local() ? patient.typed("local seed")
                               : patient.aws("ssm put-parameter --type String --name " + missing.front() +
                                             " --value file://config.json"));
}

void look_at_named_secrets(Patient& patient) {
  const std::set<std::string> names = secrets_in(patient.settings());
  std::size_t good = 0;
  for (const std::string& name : names) good += look_at_secret(patient, name) ? 1U : 0U;
  if (good == names.size()) patient.ok(fmt::format("{} can be read and hold username and password", good));
}

void look_at_kms_key(Patient& patient) {
  const std::string id = string_or(patient.settings(), "kms_key_id", "");
  if (id.empty()) return patient.ok("none is configured; encrypted snapshots of other Regions need one");
  const Json answer =
      patient.world()->api->call("kms", patient.target_region(), "DescribeKey", {{"KeyId", id}});
  const Json& key = member_or_null(answer, "KeyMetadata");
  const std::string state = string_or(key, "KeyState", "");
  if (state == "Enabled") return patient.ok(fmt::format("{} in {} is enabled", id, patient.target_region()));
  const char* const cure = state == "PendingDeletion" ? "cancel-key-deletion" : "enable-key";
  patient.fail(fmt::format("{} is {}", id, state), fmt::format("aws kms {} --key-id {} --region {}", cure,
                                                               shell_quote(id), patient.target_region()));
}

void look_at_subnet_group(Patient& patient) {
  const std::string name = string_or(patient.settings(), "db_subnet_group_name", "");
  if (name.empty()) return patient.ok("none is configured; a restore has to name one, or subnet_ids");
  const std::string region = patient.target_region();
  if (aws::Rds(*patient.world()->api, region).has_subnet_group(name))
    return patient.ok(fmt::format("{} in {}", name, region));
  patient.fail(fmt::format("{} is not there in {}", name, region),
               fmt::format("aws rds describe-db-subnet-groups --region {}", region));
}

void look_at_topic(Patient& patient) {
  const std::string arn = string_or(patient.settings(), "notification_topic_arn", "");
  if (arn.empty())
    return patient.warn("none is configured; nobody is told how a restore ended",
                        "Set notification_topic_arn in " + patient.world()->names.config_parameter() + ".");
  const Json attributes =
      member_or_null(ask(patient, "sns", "GetTopicAttributes", {{"TopicArn", arn}}), "Attributes");
  const std::string confirmed = string_or(attributes, "SubscriptionsConfirmed", "0");
  const std::string pending = string_or(attributes, "SubscriptionsPending", "0");
  if (confirmed == "0")
    return patient.warn(fmt::format("{} has no confirmed subscription, {} pending", arn, pending),
                        patient.aws("sns subscribe --protocol email --notification-endpoint YOU@EXAMPLE.COM "
                                    "--topic-arn " +
                                    arn));
  patient.ok(fmt::format("{}, {} confirmed subscription{}{}", arn, confirmed, confirmed == "1" ? "" : "s",
                         pending == "0" ? "" : ", " + pending + " pending"));
}

void look_at_queue(Patient& patient) {
  const std::string url = string_or(patient.settings(), "notification_queue_url", "");
  if (url.empty()) return patient.ok("none is configured");
  const Json attributes =
      member_or_null(ask(patient, "sqs", "GetQueueAttributes",
                         {{"QueueUrl", url}, {"AttributeNames", {"ApproximateNumberOfMessages"}}}),
                     "Attributes");
  patient.ok(
      fmt::format("{}, {} messages wait", url, string_or(attributes, "ApproximateNumberOfMessages", "0")));
}

void look_at_buckets(Patient& patient) {
  std::vector<std::string> good;
  std::size_t named = 0;
  for (const char* setting : {"log_bucket", "script_bucket"})
    if (const std::string bucket = string_or(patient.settings(), setting, ""); !bucket.empty()) {
      ++named;
      if (look_at_bucket(patient, setting, bucket)) good.push_back(bucket);
    }
  if (named == 0) return patient.ok("none is configured; no reports are filed");
  if (good.size() == named) patient.ok(join(good, ", "));
}

}  // namespace aurora::cli
