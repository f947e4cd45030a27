#include "cli/deploy/rights.h"

#include <fmt/format.h>

#include "base/text.h"

namespace aurora::cli {
namespace {

constexpr int kPagesMax = 20;

std::string filled(std::string text, const RightsPlace& place) {
  text = replace_all(std::move(text), "{account}", place.account);
  text = replace_all(std::move(text), "{region}", place.region);
  text = replace_all(std::move(text), "{environment}", place.environment);
  text = replace_all(std::move(text), "{bucket}", place.bucket);
  return replace_all(std::move(text), "{stack}", place.stack);
}

std::vector<std::string> resources_of(const Right& right, const RightsPlace& place) {
  std::vector<std::string> resources;
  for (const std::string& pattern : split(right.resources, ' ')) resources.push_back(filled(pattern, place));
  return resources;
}

Json one_or_list(const std::vector<std::string>& values) {
  return values.size() == 1 ? Json(values.front()) : Json(values);
}

// An assumed role's session has its rights from the role: arn:aws:sts::1:assumed-role/Deployer/me is
// arn:aws:iam::1:role/Deployer. A role with a path cannot be told from this; IAM then says that it does not
// exist.
std::string principal_of(const std::string& caller) {
  const std::vector<std::string> parts = split(caller, ':');
  if (parts.size() != 6 || parts[2] != "sts" || !parts[5].starts_with("assumed-role/")) return caller;
  const std::vector<std::string> names = split(parts[5], '/');
  return fmt::format("{}:{}:iam::{}:role/{}", parts[0], parts[1], parts[4], names.at(1));
}

void add_missing(const Json& answer, std::vector<std::string>& missing) {
  for (const Json& result : member_or_null(answer, "EvaluationResults"))
    if (string_or(result, "EvalDecision", "") != "allowed")
      missing.push_back(fmt::format("{} on {}", string_or(result, "EvalActionName", ""),
                                    string_or(result, "EvalResourceName", "*")));
}

void simulate(aws::Api& api, const std::string& principal, const Right& right, const RightsPlace& place,
              std::vector<std::string>& missing) {
  // IAM is one for all Regions, and signs in the first.
  constexpr char kRegion[] = "us-east-1";
  Json input{{"PolicySourceArn", principal},
             {"ActionNames", split(right.actions, ' ')},
             {"ResourceArns", resources_of(right, place)}};
  const std::vector<std::string> services = split(right.passed_to, ' ');
  if (!right.passed_to.empty()) {
    const Json context{{"ContextKeyName", "iam:PassedToService"},
                       {"ContextKeyType", "string"},
                       {"ContextKeyValues", {services.front()}}};
    input["ContextEntries"] = Json::array({context});
  }
  for (int page = 0; page < kPagesMax; ++page) {
    const Json answer = api.call("iam", kRegion, "SimulatePrincipalPolicy", input);
    add_missing(answer, missing);
    if (!bool_or(answer, "IsTruncated", false)) return;
    input["Marker"] = string_or(answer, "Marker", "");
  }
}

}  // namespace

const std::vector<Right>& deployer_rights() {
  static const std::vector<Right> kRights{
      {"Stack", "",
       "cloudformation:ContinueUpdateRollback cloudformation:CreateChangeSet cloudformation:DeleteChangeSet "
       "cloudformation:DeleteStack cloudformation:DescribeChangeSet cloudformation:DescribeStackEvents "
       "cloudformation:DescribeStacks cloudformation:ExecuteChangeSet cloudformation:ListStackResources "
       "cloudformation:UpdateTerminationProtection",
       "arn:aws:cloudformation:{region}:{account}:stack/{stack}/*", ""},
      {"Files", "",
       "s3:CreateBucket s3:GetObject s3:ListBucket s3:PutBucketPublicAccessBlock s3:PutBucketTagging "
       "s3:PutEncryptionConfiguration s3:PutObject",
       "arn:aws:s3:::{bucket} arn:aws:s3:::{bucket}/*", ""},
      {"Tables", "AWS::DynamoDB::Table",
       "dynamodb:CreateTable dynamodb:DeleteTable dynamodb:DescribeContinuousBackups "
       "dynamodb:DescribeContributorInsights dynamodb:DescribeKinesisStreamingDestination "
       "dynamodb:DescribeTable "
       "dynamodb:DescribeTimeToLive dynamodb:GetResourcePolicy dynamodb:ListTagsOfResource dynamodb:Query "
       "dynamodb:TagResource dynamodb:UntagResource dynamodb:UpdateContinuousBackups dynamodb:UpdateTable "
       "dynamodb:UpdateTimeToLive",
       "arn:aws:dynamodb:{region}:{account}:table/aurora-restore-*", ""},
      {"Functions",
       "AWS::Lambda::Function AWS::Lambda::Version AWS::Lambda::Alias AWS::Lambda::Permission "
       "AWS::Lambda::EventInvokeConfig",
       "lambda:AddPermission lambda:CreateAlias lambda:CreateFunction lambda:DeleteAlias "
       "lambda:DeleteFunction "
       "lambda:DeleteFunctionEventInvokeConfig lambda:GetAlias lambda:GetFunction "
       "lambda:GetFunctionCodeSigningConfig lambda:GetFunctionConfiguration "
       "lambda:GetFunctionEventInvokeConfig "
       "lambda:GetFunctionRecursionConfig lambda:GetPolicy lambda:GetProvisionedConcurrencyConfig "
       "lambda:GetRuntimeManagementConfig lambda:ListTags lambda:ListVersionsByFunction "
       "lambda:PublishVersion "
       "lambda:PutFunctionEventInvokeConfig lambda:RemovePermission lambda:TagResource lambda:UntagResource "
       "lambda:UpdateAlias lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration "
       "lambda:UpdateFunctionEventInvokeConfig",
       "arn:aws:lambda:{region}:{account}:function:aurora-restore-*", ""},
      {"Roles", "AWS::IAM::Role AWS::IAM::Policy AWS::IAM::RolePolicy",
       "iam:AttachRolePolicy iam:CreateRole iam:DeleteRole iam:DeleteRolePolicy iam:DetachRolePolicy "
       "iam:GetRole "
       "iam:GetRolePolicy iam:ListAttachedRolePolicies iam:ListRolePolicies iam:PutRolePolicy iam:TagRole "
       "iam:UntagRole iam:UpdateAssumeRolePolicy iam:UpdateRole iam:UpdateRoleDescription",
       "arn:aws:iam::{account}:role/aurora-restore-*", ""},
      {"Policies", "AWS::IAM::ManagedPolicy",
       "iam:CreatePolicy iam:CreatePolicyVersion iam:DeletePolicy iam:DeletePolicyVersion iam:GetPolicy "
       "iam:GetPolicyVersion iam:ListPolicyVersions iam:TagPolicy iam:UntagPolicy",
       "arn:aws:iam::{account}:policy/aurora-restore-*", ""},
      {"RolesToServices", "AWS::IAM::Role", "iam:PassRole", "arn:aws:iam::{account}:role/aurora-restore-*",
       "lambda.amazonaws.com states.amazonaws.com events.amazonaws.com scheduler.amazonaws.com"},
      {"StateMachine",
       "AWS::StepFunctions::StateMachine AWS::StepFunctions::StateMachineVersion "
       "AWS::StepFunctions::StateMachineAlias",
       "states:CreateStateMachine states:CreateStateMachineAlias states:DeleteStateMachine "
       "states:DeleteStateMachineAlias states:DeleteStateMachineVersion states:DescribeStateMachine "
       "states:DescribeStateMachineAlias states:ListExecutions states:ListStateMachineVersions "
       "states:ListTagsForResource states:PublishStateMachineVersion states:TagResource states:UntagResource "
       "states:UpdateStateMachine states:UpdateStateMachineAlias",
       "arn:aws:states:{region}:{account}:stateMachine:aurora-restore-*", ""},
      {"Rules", "AWS::Events::Rule",
       "events:DeleteRule events:DescribeRule events:ListTagsForResource events:ListTargetsByRule "
       "events:PutRule "
       "events:PutTargets events:RemoveTargets events:TagResource events:UntagResource",
       "arn:aws:events:{region}:{account}:rule/aurora-restore-*", ""},
      {"Schedules", "AWS::Scheduler::ScheduleGroup AWS::Scheduler::Schedule",
       "scheduler:CreateScheduleGroup scheduler:DeleteSchedule scheduler:DeleteScheduleGroup "
       "scheduler:GetScheduleGroup scheduler:ListSchedules scheduler:ListTagsForResource "
       "scheduler:TagResource "
       "scheduler:UntagResource",
       "arn:aws:scheduler:{region}:{account}:schedule-group/aurora-restore-* "
       "arn:aws:scheduler:{region}:{account}:schedule/aurora-restore-*/*",
       ""},
      {"Topics", "AWS::SNS::Topic AWS::SNS::TopicPolicy AWS::SNS::Subscription",
       "sns:CreateTopic sns:DeleteTopic sns:GetDataProtectionPolicy sns:GetSubscriptionAttributes "
       "sns:GetTopicAttributes sns:ListSubscriptionsByTopic sns:ListTagsForResource "
       "sns:SetSubscriptionAttributes "
       "sns:SetTopicAttributes sns:Subscribe sns:TagResource sns:Unsubscribe sns:UntagResource",
       "arn:aws:sns:{region}:{account}:aurora-restore-*", ""},
      {"Queues", "AWS::SQS::Queue AWS::SQS::QueuePolicy",
       "sqs:CreateQueue sqs:DeleteQueue sqs:GetQueueAttributes sqs:GetQueueUrl sqs:ListQueueTags "
       "sqs:SetQueueAttributes sqs:TagQueue sqs:UntagQueue",
       "arn:aws:sqs:{region}:{account}:aurora-restore-*", ""},
      {"Logs", "AWS::Logs::LogGroup",
       "logs:AssociateKmsKey logs:CreateLogGroup logs:DeleteLogGroup logs:DeleteRetentionPolicy "
       "logs:DisassociateKmsKey logs:ListTagsForResource logs:PutRetentionPolicy logs:TagResource "
       "logs:UntagResource",
       "arn:aws:logs:{region}:{account}:log-group:/aws/lambda/aurora-restore-* "
       "arn:aws:logs:{region}:{account}:log-group:/aws/vendedlogs/states/aurora-restore-*",
       ""},
      {"Alarms", "AWS::CloudWatch::Alarm AWS::CloudWatch::CompositeAlarm",
       "cloudwatch:DeleteAlarms cloudwatch:DescribeAlarms cloudwatch:ListTagsForResource "
       "cloudwatch:PutMetricAlarm cloudwatch:TagResource cloudwatch:UntagResource",
       "arn:aws:cloudwatch:{region}:{account}:alarm:aurora-restore-*", ""},
      {"Dashboards", "AWS::CloudWatch::Dashboard",
       "cloudwatch:DeleteDashboards cloudwatch:GetDashboard cloudwatch:PutDashboard",
       "arn:aws:cloudwatch::{account}:dashboard/AuroraRestore*", ""},
      {"Keys", "AWS::KMS::Key AWS::KMS::Alias",
       "kms:CreateAlias kms:CreateGrant kms:Decrypt kms:DeleteAlias kms:DescribeKey kms:EnableKeyRotation "
       "kms:GenerateDataKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListResourceTags kms:PutKeyPolicy "
       "kms:ScheduleKeyDeletion kms:TagResource kms:UntagResource kms:UpdateKeyDescription",
       "arn:aws:kms:{region}:{account}:key/* arn:aws:kms:{region}:{account}:alias/aurora-restore-*", ""},
      {"Network",
       "AWS::EC2::VPCEndpoint AWS::EC2::SecurityGroup AWS::EC2::SecurityGroupIngress "
       "AWS::EC2::SecurityGroupEgress",
       "ec2:AuthorizeSecurityGroupEgress ec2:AuthorizeSecurityGroupIngress ec2:CreateSecurityGroup "
       "ec2:CreateTags "
       "ec2:CreateVpcEndpoint ec2:DeleteSecurityGroup ec2:DeleteTags ec2:DeleteVpcEndpoints "
       "ec2:ModifyVpcEndpoint ec2:RevokeSecurityGroupEgress ec2:RevokeSecurityGroupIngress",
       "arn:aws:ec2:{region}:{account}:*", ""},
      {"WithoutResource", "",
       "ec2:DescribeNetworkInterfaces ec2:DescribeRouteTables ec2:DescribeSecurityGroups ec2:DescribeSubnets "
       "ec2:DescribeVpcEndpoints ec2:DescribeVpcs kms:CreateKey kms:ListAliases logs:DescribeLogGroups "
       "states:ValidateStateMachineDefinition",
       "*", ""},
  };
  return kRights;
}

Json deployer_policy(const RightsPlace& place) {
  Json statements = Json::array();
  for (const Right& right : deployer_rights()) {
    Json statement{{"Sid", right.sid},
                   {"Effect", "Allow"},
                   {"Action", one_or_list(split(right.actions, ' '))},
                   {"Resource", one_or_list(resources_of(right, place))}};
    if (!right.passed_to.empty())
      statement["Condition"] = {{"StringEquals", {{"iam:PassedToService", split(right.passed_to, ' ')}}}};
    statements.push_back(std::move(statement));
  }
  return {{"Version", "2012-10-17"}, {"Statement", statements}};
}

RightsReport check_rights(aws::Api& api, const std::string& caller, const RightsPlace& place) {
  RightsReport report;
  try {
    for (const Right& right : deployer_rights())
      simulate(api, principal_of(caller), right, place, report.missing);
  } catch (const Error& error) {
    report.missing.clear();
    report.not_asked = fmt::format(
        "IAM could not be asked which rights there are ({}). What is missing shows when CloudFormation makes "
        "the "
        "resource; nothing half-made stays. `aurora-restore deploy policy` prints what is needed.",
        error.name());
  }
  return report;
}

}  // namespace aurora::cli
