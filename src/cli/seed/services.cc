#include <fmt/format.h>

#include "base/ids.h"
#include "cli/seed/seed.h"

namespace aurora::cli {
namespace {

constexpr char kTopic[] = "dev-notifications";
constexpr char kQueue[] = "dev-notifications";
constexpr char kLogBucket[] = "dev-aurora-restore-logs";
constexpr char kSubnetGroup[] = "dev-subnet-group";
constexpr char kSecurityGroup[] = "sg-12345678";
constexpr std::size_t kPasswordLength = 24;

Json call(World& world, std::string_view service, std::string_view operation, const Json& input) {
  return world.api->call(service, world.region(), operation, input);
}

bool secret_exists(World& world, const std::string& name) {
  try {
    call(world, "secretsmanager", "DescribeSecret", {{"SecretId", name}});
    return true;
  } catch (const aws::ServiceError& error) {
    if (!error.is("ResourceNotFoundException")) throw;
    return false;
  }
}

// True when it was made now.
bool ensure_secret(World& world, const std::string& name, const std::string& description, const Json& value) {
  if (secret_exists(world, name)) return false;
  call(world, "secretsmanager", "CreateSecret",
       {{"Name", name}, {"Description", description}, {"SecretString", dump_json(value)}});
  return true;
}

Json login(const std::string& username, const std::string& password) {
  return {{"username", username}, {"password", password}};
}

std::string user_secret(const std::string& username) {
  return "dev/db-users/" + username;
}

bool ensure_parameter(World& world, const std::string& name, const Json& value) {
  try {
    call(world, "ssm", "GetParameter", {{"Name", name}});
    return false;
  } catch (const aws::ServiceError& error) {
    if (!error.is("ParameterNotFound")) throw;
  }
  call(world, "ssm", "PutParameter",
       {{"Name", name}, {"Value", dump_json_pretty(value)}, {"Type", "String"}});
  return true;
}

std::string topic_arn(World& world) {
  return string_or(call(world, "sns", "CreateTopic", {{"Name", kTopic}}), "TopicArn", "");
}

std::string queue_url(World& world) {
  return string_or(call(world, "sqs", "CreateQueue", {{"QueueName", kQueue}}), "QueueUrl", "");
}

std::string made_or_there(int made, int all) {
  if (made == 0) return "there already";
  return made == all ? fmt::format("{} made", made)
                     : fmt::format("{} of {} made, the others were there", made, all);
}

// As in the sequence guide, with this endpoint's names; the source does not change after its snapshot, so
// the restored tables are held against it row by row.
Json configuration(World& world) {
  const DemoSource& guide = demo_source("aurora-postgresql");
  return {{"source_region", kDemoSourceRegion},
          {"target_region", world.region()},
          {"source_cluster_id", guide.cluster},
          {"target_cluster_id", guide.target_cluster},
          {"target_subnet_group", kSubnetGroup},
          {"target_security_groups", {kSecurityGroup}},
          {"master_credentials_secret_id", guide.master_secret},
          {"notification_topic_arn", topic_arn(world)},
          {"notification_queue_url", queue_url(world)},
          {"log_bucket", kLogBucket},
          {"log_prefix", "aurora-restore-logs"},
          {"compare_with_source", "checksums"}};
}

Json database_users() {
  return Json::array({{{"username", "app_user"},
                       {"password_secret_id", user_secret("app_user")},
                       {"privileges", {"SELECT", "INSERT", "UPDATE", "DELETE"}}},
                      {{"username", "readonly_user"},
                       {"password_secret_id", user_secret("readonly_user")},
                       {"privileges", {"SELECT"}}}});
}

}  // namespace

// The master's secret goes by two names in the documents; both open the same door.
std::string seed_secrets(World& world, const DemoSource& source) {
  int made = 0;
  const DemoSource& guide = demo_source("aurora-postgresql");
  const std::string password = secret_exists(world, guide.master_secret)
                                   ? read_master_login(world, guide).password.reveal()
                                   : random_alphanumeric(kPasswordLength);
  const Json master = login(guide.master_user, password);
  made += ensure_secret(world, guide.master_secret, "Master user of the demo's clusters", master);
  made += ensure_secret(world, "aurora-restore/master-credentials",
                        "The master credentials for the Aurora cluster", master);
  made += ensure_secret(world, "aurora-restore/app-credentials",
                        "The application credentials for the Aurora cluster",
                        login("app", random_alphanumeric(kPasswordLength)));
  for (const std::string username : {"app_user", "readonly_user"})
    made += ensure_secret(world, user_secret(username), "Database user " + username,
                          login(username, random_alphanumeric(kPasswordLength)));
  if (&source == &guide) return made_or_there(made, 5);
  made += ensure_secret(world, source.master_secret,
                        fmt::format("Master user of the demo's {} clusters", source.engine),
                        login(source.master_user, random_alphanumeric(kPasswordLength)));
  return made_or_there(made, 6);
}

MasterLogin read_master_login(World& world, const DemoSource& source) {
  const Json answer = call(world, "secretsmanager", "GetSecretValue", {{"SecretId", source.master_secret}});
  const Json value =
      parse_json(string_or(answer, "SecretString", "{}"), fmt::format("secret {}", source.master_secret));
  return {string_or(value, "username", ""), Secret(string_or(value, "password", ""))};
}

std::string seed_notifications(World& world) {
  const std::string topic = topic_arn(world);
  const std::string url = queue_url(world);
  const Json attributes =
      call(world, "sqs", "GetQueueAttributes", {{"QueueUrl", url}, {"AttributeNames", {"QueueArn"}}});
  const std::string arn = string_or(member_or_null(attributes, "Attributes"), "QueueArn", "");
  // Subscribing again with the same endpoint gives the subscription that is there.
  call(world, "sns", "Subscribe", {{"TopicArn", topic}, {"Protocol", "sqs"}, {"Endpoint", arn}});
  return fmt::format("{}, the queue subscribes to the topic", kTopic);
}

std::string seed_log_bucket(World& world) {
  try {
    call(world, "s3", "CreateBucket",
         {{"Bucket", kLogBucket}, {"CreateBucketConfiguration", {{"LocationConstraint", world.region()}}}});
  } catch (const aws::ServiceError& error) {
    if (!error.is("BucketAlreadyOwnedByYou")) throw;
    return fmt::format("{} is there already", kLogBucket);
  }
  return kLogBucket;
}

std::string seed_subnet_group(World& world) {
  try {
    call(world, "rds", "CreateDBSubnetGroup",
         {{"DBSubnetGroupName", kSubnetGroup},
          {"DBSubnetGroupDescription", "Subnets of the demo's target cluster"},
          {"SubnetIds", {"subnet-12345678", "subnet-87654321"}}});
  } catch (const aws::ServiceError& error) {
    if (!error.is("DBSubnetGroupAlreadyExists")) throw;
    return fmt::format("{} is there already", kSubnetGroup);
  }
  return kSubnetGroup;
}

std::string seed_configuration(World& world) {
  int made = 0;
  made += ensure_parameter(world, world.names.config_parameter(), configuration(world));
  made += ensure_parameter(world, world.names.db_users_parameter(), database_users());
  return made_or_there(made, 2);
}

}  // namespace aurora::cli
