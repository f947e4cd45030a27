// The client against moto, an AWS-compatible server that nobody here wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/client.h"
#include "aws/paginate.h"
#include "aws/testing/moto_server.h"
#include "base/dates.h"
#include "base/text.h"
#include "http/beast_transport.h"

namespace aurora::aws {
namespace {

using testing::HasSubstr;

class Moto : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = MotoServer::start(); }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    if (!server_)
      GTEST_SKIP() << "python3 -m moto.server does not start here: install moto[server] to run this";
    ClientConfig config;
    config.endpoint_url = fmt::format("http://127.0.0.1:{}", server_->port());
    config.environment = [](const std::string& name) -> std::optional<std::string> {
      if (name == "AWS_ACCESS_KEY_ID" || name == "AWS_SECRET_ACCESS_KEY") return "testing";
      return name == "AWS_REGION" ? std::optional<std::string>("us-west-2") : std::nullopt;
    };
    client_.emplace(std::move(config), network_, clock_);
  }

  Json call(std::string_view service, std::string_view operation, const Json& input = Json::object()) {
    return client_->call(service, "", operation, input);
  }

  std::string error_code(std::string_view service, std::string_view operation, const Json& input) {
    try {
      call(service, operation, input);
      return "";
    } catch (const ServiceError& error) {
      EXPECT_FALSE(error.message().empty());
      return error.code();
    }
  }

  static std::unique_ptr<MotoServer> server_;
  http::BeastTransport network_;
  SystemClock clock_;
  std::optional<Client> client_;
};
std::unique_ptr<MotoServer> Moto::server_;

TEST_F(Moto, RdsMakesAndFindsClustersAndSnapshots) {
  const Json made = call("rds", "CreateDBCluster",
                         {{"DBClusterIdentifier", "contract"},
                          {"Engine", "aurora-postgresql"},
                          {"MasterUsername", "master"},
                          {"MasterUserPassword", "pass&word=1 +"},
                          {"Tags", {{{"Key", "owner"}, {"Value", "ä&<b>"}}}}});
  EXPECT_EQ(made["DBCluster"]["DBClusterIdentifier"], "contract");
  EXPECT_TRUE(parse_iso(made["DBCluster"]["ClusterCreateTime"].get<std::string>()));
  call("rds", "CreateDBClusterSnapshot",
       {{"DBClusterIdentifier", "contract"}, {"DBClusterSnapshotIdentifier", "contract-1"}});
  const Json snapshots =
      collect(*client_, "rds", "", "DescribeDBClusterSnapshots",
              {{"DBClusterIdentifier", "contract"}, {"SnapshotType", "manual"}}, "DBClusterSnapshots");
  ASSERT_EQ(snapshots.size(), 1u);
  EXPECT_EQ(snapshots[0]["DBClusterSnapshotIdentifier"], "contract-1");
  EXPECT_EQ(snapshots[0]["PercentProgress"], 100);
  const Json restored = call("rds", "RestoreDBClusterFromSnapshot",
                             {{"DBClusterIdentifier", "restored"},
                              {"SnapshotIdentifier", "contract-1"},
                              {"Engine", "aurora-postgresql"}});
  EXPECT_EQ(restored["DBCluster"]["Engine"], "aurora-postgresql");
  const Json tags = call("rds", "ListTagsForResource", {{"ResourceName", made["DBCluster"]["DBClusterArn"]}});
  EXPECT_EQ(tags["TagList"], Json({{{"Key", "owner"}, {"Value", "ä&<b>"}}}));
  EXPECT_EQ(error_code("rds", "DescribeDBClusters", {{"DBClusterIdentifier", "absent"}}),
            "DBClusterNotFoundFault");
}

TEST_F(Moto, DynamoDbKeepsItemsAndConditions) {
  call("dynamodb", "CreateTable",
       {{"TableName", "t"},
        {"AttributeDefinitions", {{{"AttributeName", "id"}, {"AttributeType", "S"}}}},
        {"KeySchema", {{{"AttributeName", "id"}, {"KeyType", "HASH"}}}},
        {"BillingMode", "PAY_PER_REQUEST"}});
  const Json item = {{"id", {{"S", "é\"\n"}}},
                     {"n", {{"N", "1.50"}}},
                     {"b", {{"B", std::string("\0\xff", 2)}}},
                     {"l", {{"L", {{{"BOOL", true}}}}}}};
  call("dynamodb", "PutItem", {{"TableName", "t"}, {"Item", item}});
  const Json read = call("dynamodb", "GetItem", {{"TableName", "t"}, {"Key", {{"id", {{"S", "é\"\n"}}}}}});
  EXPECT_EQ(read["Item"]["b"]["B"], std::string("\0\xff", 2));
  EXPECT_EQ(read["Item"]["l"], item["l"]);
  EXPECT_EQ(
      error_code("dynamodb", "PutItem",
                 {{"TableName", "t"}, {"Item", item}, {"ConditionExpression", "attribute_not_exists(id)"}}),
      "ConditionalCheckFailedException");
  const Json table = call("dynamodb", "DescribeTable", {{"TableName", "t"}});
  EXPECT_TRUE(parse_iso(table["Table"]["CreationDateTime"].get<std::string>()));
}

TEST_F(Moto, SqsCarriesMessagesWithAttributes) {
  const Json url = call("sqs", "CreateQueue",
                        {{"QueueName", "q"}, {"Attributes", {{"VisibilityTimeout", "5"}}}})["QueueUrl"];
  call("sqs", "SendMessage",
       {{"QueueUrl", url},
        {"MessageBody", "<b>&é"},
        {"MessageAttributes", {{"k", {{"DataType", "String"}, {"StringValue", "v"}}}}}});
  const Json received =
      call("sqs", "ReceiveMessage", {{"QueueUrl", url}, {"MessageAttributeNames", {"All"}}});
  ASSERT_EQ(received["Messages"].size(), 1u);
  EXPECT_EQ(received["Messages"][0]["Body"], "<b>&é");
  EXPECT_EQ(received["Messages"][0]["MessageAttributes"]["k"]["StringValue"], "v");
  call("sqs", "DeleteMessage",
       {{"QueueUrl", url}, {"ReceiptHandle", received["Messages"][0]["ReceiptHandle"]}});
  EXPECT_THAT(error_code("sqs", "GetQueueUrl", {{"QueueName", "absent"}}), HasSubstr("QueueDoesNotExist"));
}

TEST_F(Moto, SnsPublishesToATopicOfOurs) {
  const Json arn =
      call("sns", "CreateTopic", {{"Name", "t"}, {"Attributes", {{"DisplayName", "d e"}}}})["TopicArn"];
  EXPECT_TRUE(
      call("sns", "Publish", {{"TopicArn", arn}, {"Message", "m"}, {"Subject", "s"}}).contains("MessageId"));
  EXPECT_EQ(call("sns", "GetTopicAttributes", {{"TopicArn", arn}})["Attributes"]["DisplayName"], "d e");
  EXPECT_EQ(collect(*client_, "sns", "", "ListTopics", {}, "Topics")[0]["TopicArn"], arn);
}

TEST_F(Moto, S3KeepsObjectsOfAnyBytesAndNames) {
  call("s3", "CreateBucket",
       {{"Bucket", "bucket"}, {"CreateBucketConfiguration", {{"LocationConstraint", "us-west-2"}}}});
  const std::string body("\0\xff line\r\n", 9);
  for (const char* key : {"a b/c+d&e=é", "plain", "x//y/"})
    call("s3", "PutObject",
         {{"Bucket", "bucket"}, {"Key", key}, {"Body", body}, {"Metadata", {{"op", "1"}}}});
  const Json read = call("s3", "GetObject", {{"Bucket", "bucket"}, {"Key", "a b/c+d&e=é"}});
  EXPECT_EQ(read["Body"], body);
  EXPECT_EQ(read["Metadata"]["op"], "1");
  EXPECT_EQ(read["ContentLength"], 9);
  EXPECT_EQ(
      collect(*client_, "s3", "", "ListObjectsV2", {{"Bucket", "bucket"}, {"MaxKeys", 2}}, "Contents").size(),
      3u);
  EXPECT_EQ(call("s3", "GetBucketLocation", {{"Bucket", "bucket"}})["LocationConstraint"], "us-west-2");
  const Json deleted =
      call("s3", "DeleteObjects",
           {{"Bucket", "bucket"}, {"Delete", {{"Objects", {{{"Key", "plain"}}, {{"Key", "x//y/"}}}}}}});
  EXPECT_EQ(deleted["Deleted"].size(), 2u);
  EXPECT_EQ(error_code("s3", "GetObject", {{"Bucket", "bucket"}, {"Key", "plain"}}), "NoSuchKey");
  EXPECT_EQ(error_code("s3", "HeadObject", {{"Bucket", "bucket"}, {"Key", "plain"}}), "NotFound");
}

TEST_F(Moto, SsmPagesThroughParameters) {
  for (int i = 0; i < 13; ++i)
    call("ssm", "PutParameter",
         {{"Name", fmt::format("/app/{}", i)}, {"Value", "v=é"}, {"Type", "SecureString"}});
  const Json found = collect(*client_, "ssm", "", "GetParametersByPath",
                             {{"Path", "/app"}, {"WithDecryption", true}}, "Parameters");
  ASSERT_EQ(found.size(), 13u);
  EXPECT_EQ(found[0]["Value"], "v=é");
  EXPECT_EQ(error_code("ssm", "GetParameter", {{"Name", "/absent"}}), "ParameterNotFound");
}

TEST_F(Moto, SecretsManagerKeepsTextAndBytes) {
  call("secretsmanager", "CreateSecret", {{"Name", "text"}, {"SecretString", "{\"a\":\"b\"}"}});
  call("secretsmanager", "CreateSecret", {{"Name", "bytes"}, {"SecretBinary", std::string("\0\x80", 2)}});
  EXPECT_EQ(call("secretsmanager", "GetSecretValue", {{"SecretId", "text"}})["SecretString"],
            "{\"a\":\"b\"}");
  EXPECT_EQ(call("secretsmanager", "GetSecretValue", {{"SecretId", "bytes"}})["SecretBinary"],
            std::string("\0\x80", 2));
  EXPECT_EQ(error_code("secretsmanager", "GetSecretValue", {{"SecretId", "absent"}}),
            "ResourceNotFoundException");
}

TEST_F(Moto, KmsEncryptsAndDecrypts) {
  const Json key = call("kms", "CreateKey", {{"Description", "d"}})["KeyMetadata"];
  const std::string plain("\0secret\xff", 8);
  const Json cipher =
      call("kms", "Encrypt", {{"KeyId", key["KeyId"]}, {"Plaintext", plain}})["CiphertextBlob"];
  EXPECT_EQ(call("kms", "Decrypt", {{"CiphertextBlob", cipher}})["Plaintext"], plain);
}

TEST_F(Moto, StsKnowsTheCaller) {
  EXPECT_EQ(call("sts", "GetCallerIdentity")["Account"], "123456789012");
}

TEST_F(Moto, StepFunctionsListsMachines) {
  const Json made = call("stepfunctions", "CreateStateMachine",
                         {{"name", "m"},
                          {"definition", R"({"StartAt":"A","States":{"A":{"Type":"Succeed"}}})"},
                          {"roleArn", "arn:aws:iam::123456789012:role/r"}});
  const Json machines = collect(*client_, "stepfunctions", "", "ListStateMachines", {}, "stateMachines");
  ASSERT_EQ(machines.size(), 1u);
  EXPECT_EQ(machines[0]["stateMachineArn"], made["stateMachineArn"]);
  EXPECT_EQ(error_code("stepfunctions", "DescribeStateMachine",
                       {{"stateMachineArn", "arn:aws:states:us-west-2:123456789012:stateMachine:absent"}}),
            "StateMachineDoesNotExist");
}

TEST_F(Moto, LambdaListsFunctionsAndMissesOne) {
  EXPECT_EQ(collect(*client_, "lambda", "", "ListFunctions", {}, "Functions"), Json::array());
  EXPECT_EQ(error_code("lambda", "GetFunction", {{"FunctionName", "absent"}}), "ResourceNotFoundException");
}

TEST_F(Moto, LogsKeepEventsInOrder) {
  call("logs", "CreateLogGroup", {{"logGroupName", "/g"}});
  call("logs", "CreateLogStream", {{"logGroupName", "/g"}, {"logStreamName", "s"}});
  const std::int64_t now = clock_.now().time_since_epoch().count() / 1000;
  call("logs", "PutLogEvents",
       {{"logGroupName", "/g"},
        {"logStreamName", "s"},
        {"logEvents",
         {{{"timestamp", now}, {"message", "one"}}, {{"timestamp", now + 1}, {"message", "two"}}}}});
  const Json events =
      call("logs", "GetLogEvents",
           {{"logGroupName", "/g"}, {"logStreamName", "s"}, {"startFromHead", true}})["events"];
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0]["message"], "one");
  EXPECT_EQ(events[1]["timestamp"], now + 1);
}

TEST_F(Moto, CloudWatchAndEventBridgeTakeWhatTheyGet) {
  call("cloudwatch", "PutMetricAlarm",
       {{"AlarmName", "a"},
        {"ComparisonOperator", "GreaterThanThreshold"},
        {"EvaluationPeriods", 1},
        {"MetricName", "m"},
        {"Namespace", "n"},
        {"Period", 60},
        {"Statistic", "Sum"},
        {"Threshold", 0.5}});
  EXPECT_EQ(call("cloudwatch", "DescribeAlarms")["MetricAlarms"][0]["Threshold"], 0.5);
  call("events", "PutRule", {{"Name", "nightly"}, {"ScheduleExpression", "cron(0 2 * * ? *)"}});
  EXPECT_EQ(call("events", "ListRules")["Rules"][0]["Name"], "nightly");
}

}  // namespace
}  // namespace aurora::aws
