#include "local/call_recorder.h"

#include <gmock/gmock.h>

#include "base/files.h"
#include "base/text.h"
#include "local/testing/temporary_directory.h"

namespace aurora::local {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Knows the tags of one cluster.
class Tags final : public Router {
 public:
  Json call(const Call& call) override {
    questions.push_back(call.input["ResourceName"]);
    if (call.input["ResourceName"] != "arn:aws:rds:us-west-2:123456789012:cluster:orders")
      throw aws::ServiceError("DBClusterNotFoundFault", "There is none.", 404);
    return {{"TagList", {{{"Key", "aurora-restore:managed"}, {"Value", "true"}}}}};
  }
  std::vector<std::string> questions;
};

Call call_of(const std::string& service, const std::string& operation, Json input) {
  Call call;
  call.service = service;
  call.region = "us-west-2";
  call.operation = operation;
  call.input = std::move(input);
  return call;
}

class Recording : public ::testing::Test {
 protected:
  std::vector<std::string> lines() const {
    const std::string text = read_file(directory.path() / "calls" / "calls.jsonl");
    return text.empty() ? std::vector<std::string>() : split(text.substr(0, text.size() - 1), '\n');
  }

  testing::TemporaryDirectory directory;
  Tags tags;
};

TEST_F(Recording, KeepsWhatAuthorizationNeedsAndNothingElse) {
  const Json line = CallRecorder::begin(call_of("rds", "ModifyDBCluster",
                                                {{"DBClusterIdentifier", "orders"},
                                                 {"MasterUserPassword", "canary-Passw0rd"},
                                                 {"ManageMasterUserPassword", false}}),
                                        "arn:aws:sts::123456789012:assumed-role/r/f", "f", tags);
  EXPECT_EQ(line["input"], (Json{{"DBClusterIdentifier", "orders"}, {"ManageMasterUserPassword", false}}));
  EXPECT_EQ(line["tags"]["DBClusterIdentifier"]["aurora-restore:managed"], "true");
  EXPECT_EQ(line["function"], "f");
}

TEST_F(Recording, HoldsNoContentsOfItemsSecretsAndMessages) {
  for (const Call& call :
       {call_of("dynamodb", "PutItem", {{"TableName", "t"}, {"Item", {{"x", {{"S", "canary"}}}}}}),
        call_of("dynamodb", "GetItem", {{"TableName", "t"}, {"Key", {{"x", {{"S", "canary"}}}}}}),
        call_of("secretsmanager", "PutSecretValue", {{"SecretId", "s"}, {"SecretString", "canary"}}),
        call_of("sns", "Publish", {{"TopicArn", "t"}, {"Message", "canary"}}),
        call_of("s3", "PutObject", {{"Bucket", "b"}, {"Key", "k"}, {"Body", "canary"}})})
    EXPECT_THAT(dump_json(CallRecorder::begin(call, "", "f", tags)), Not(HasSubstr("canary")));
}

TEST_F(Recording, AsksForTagsOfWhatIsToBeChangedOnly) {
  const Json gone =
      CallRecorder::begin(call_of("rds", "DeleteDBCluster", {{"DBClusterIdentifier", "x"}}), "", "f", tags);
  EXPECT_THAT(gone["tags"], IsEmpty());
  EXPECT_EQ(tags.questions.size(), 1U);
  CallRecorder::begin(call_of("rds", "DescribeDBClusters", {{"DBClusterIdentifier", "orders"}}), "", "f",
                      tags);
  EXPECT_EQ(tags.questions.size(), 1U);
}

TEST_F(Recording, WritesTheSameCallOnce) {
  CallRecorder recorder(directory.path() / "calls", "eu-west-1");
  const Json line = CallRecorder::begin(call_of("sns", "Publish", {{"TopicArn", "t"}}), "", "f", tags);
  recorder.end(line, "");
  recorder.end(line, "");
  recorder.end(line, "NotFound");
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(parse_json(lines()[1], "a line")["error"], "NotFound");
  EXPECT_EQ(parse_json(lines()[1], "a line")["home"], "eu-west-1");
}

TEST(Session, IsTheLastPartOfAnAssumedRole) {
  EXPECT_EQ(session_of("arn:aws:sts::123456789012:assumed-role/role/function"), "function");
  EXPECT_EQ(session_of("arn:aws:iam::123456789012:user/local"), "");
}

}  // namespace
}  // namespace aurora::local
