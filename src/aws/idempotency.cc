#include "aws/idempotency.h"

#include <algorithm>
#include <array>

namespace aurora::aws {
namespace {

// Operations with these first words only read.
constexpr std::array<std::string_view, 8> kReads = {"Describe", "List",   "Get",    "Head",
                                                    "BatchGet", "Filter", "Lookup", "Validate"};

// Reads by name that are none: each answers with something that the next answer does not repeat.
constexpr std::array<std::string_view, 1> kNotReads = {"GetActivityTask"};

struct Row {
  std::string_view service;
  std::string_view operation;
  // May be repeated only without this member, or only with it.
  std::string_view unless = {};
  std::string_view only_with = {};
};

// Writes that may run twice: the second leaves what the first left, and says the same. Deletions are not
// here where the second answers "not found", nor is what makes a new version or sends a message.
constexpr Row kRepeatable[] = {
    {"rds", "AddTagsToResource"},
    {"rds", "RemoveTagsFromResource"},
    {"rds", "ModifyDBClusterSnapshotAttribute"},
    {"rds", "DownloadDBLogFilePortion"},
    {"dynamodb", "Query"},
    {"dynamodb", "Scan"},
    {"dynamodb", "TransactGetItems"},
    // A condition that held the first time need not hold the second.
    {"dynamodb", "PutItem", "ConditionExpression"},
    {"dynamodb", "DeleteItem", "ConditionExpression"},
    {"dynamodb", "BatchWriteItem"},
    {"dynamodb", "TransactWriteItems", "", "ClientRequestToken"},
    {"dynamodb", "TagResource"},
    {"dynamodb", "UntagResource"},
    // Step Functions answers a repeated start under the same name and input with the same execution.
    {"stepfunctions", "StartExecution", "", "name"},
    {"stepfunctions", "StopExecution"},
    {"stepfunctions", "CreateStateMachine"},
    {"stepfunctions", "CreateActivity"},
    {"stepfunctions", "TagResource"},
    {"stepfunctions", "UntagResource"},
    {"stepfunctions", "SendTaskHeartbeat"},
    {"lambda", "TagResource"},
    {"lambda", "UntagResource"},
    {"sns", "CreateTopic"},
    {"sns", "DeleteTopic"},
    {"sns", "Subscribe"},
    {"sns", "SetTopicAttributes"},
    {"sns", "SetSubscriptionAttributes"},
    {"sns", "TagResource"},
    {"sns", "UntagResource"},
    {"sqs", "CreateQueue"},
    {"sqs", "DeleteMessage"},
    {"sqs", "SetQueueAttributes"},
    {"sqs", "TagQueue"},
    {"sqs", "UntagQueue"},
    {"secretsmanager", "CreateSecret", "", "ClientRequestToken"},
    {"secretsmanager", "PutSecretValue", "", "ClientRequestToken"},
    {"secretsmanager", "UpdateSecret", "", "ClientRequestToken"},
    {"secretsmanager", "TagResource"},
    {"secretsmanager", "UntagResource"},
    {"ssm", "AddTagsToResource"},
    {"ssm", "RemoveTagsFromResource"},
    {"kms", "Decrypt"},
    {"kms", "Encrypt"},
    {"kms", "ReEncrypt"},
    {"kms", "GenerateDataKey"},
    {"kms", "GenerateDataKeyWithoutPlaintext"},
    {"kms", "GenerateRandom"},
    {"kms", "TagResource"},
    {"kms", "UntagResource"},
    {"logs", "PutRetentionPolicy"},
    {"logs", "PutMetricFilter"},
    {"s3", "PutObject", "IfNoneMatch"},
    {"s3", "CopyObject"},
    {"s3", "DeleteObject"},
    {"s3", "DeleteObjects"},
    {"s3", "UploadPart"},
    {"s3", "UploadPartCopy"},
    {"s3", "AbortMultipartUpload"},
    {"s3", "PutObjectTagging"},
    {"s3", "PutBucketTagging"},
    {"s3", "PutBucketPolicy"},
    {"s3", "PutBucketVersioning"},
    {"s3", "PutBucketEncryption"},
    {"s3", "PutBucketLifecycleConfiguration"},
    {"s3", "PutPublicAccessBlock"},
    {"sts", "AssumeRole"},
    {"sts", "AssumeRoleWithWebIdentity"},
    {"events", "PutRule"},
    {"events", "PutTargets"},
    {"events", "RemoveTargets"},
    {"events", "EnableRule"},
    {"events", "DisableRule"},
    {"events", "TestEventPattern"},
    // Under one token, a second request makes no second schedule.
    {"scheduler", "CreateSchedule", "", "ClientToken"},
    {"scheduler", "CreateScheduleGroup", "", "ClientToken"},
    {"scheduler", "UpdateSchedule", "", "ClientToken"},
    {"scheduler", "TagResource"},
    {"scheduler", "UntagResource"},
    {"cloudwatch", "PutMetricAlarm"},
    {"cloudwatch", "PutCompositeAlarm"},
    {"cloudwatch", "PutDashboard"},
    {"cloudwatch", "SetAlarmState"},
    {"cloudwatch", "EnableAlarmActions"},
    {"cloudwatch", "DisableAlarmActions"},
    // Under one token, a second request begins nothing.
    {"cloudformation", "CreateChangeSet", "", "ClientToken"},
    {"cloudformation", "ExecuteChangeSet", "", "ClientRequestToken"},
    {"cloudformation", "DeleteStack", "", "ClientRequestToken"},
    {"cloudformation", "DeleteChangeSet"},
    {"cloudformation", "UpdateTerminationProtection"},
    {"iam", "SimulatePrincipalPolicy"},
};

bool has(const Json& input, std::string_view member) {
  const auto found = input.find(member);
  return found != input.end() && !found->is_null();
}

bool is_read(std::string_view operation) {
  return std::ranges::find(kNotReads, operation) == kNotReads.end() &&
         std::ranges::any_of(kReads, [&](std::string_view word) { return operation.starts_with(word); });
}

}  // namespace

bool may_repeat(const Service& service, const Operation& operation, const Json& input) {
  if (is_read(operation.name)) return true;
  for (const Row& row : kRepeatable)
    if (row.service == service.name && row.operation == operation.name)
      return (row.unless.empty() || !has(input, row.unless)) &&
             (row.only_with.empty() || has(input, row.only_with));
  return false;
}

}  // namespace aurora::aws
