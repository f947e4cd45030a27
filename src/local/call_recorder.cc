#include "local/call_recorder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>

#include "base/files.h"
#include "base/text.h"
#include "local/service_support.h"

namespace aurora::local {
namespace {

// What decisions of IAM depend on. Everything else stays out, whatever a model may call it.
constexpr std::array<std::string_view, 37> kNeeded{
    // RDS
    "DBClusterIdentifier", "NewDBClusterIdentifier", "SourceDBClusterIdentifier", "DBInstanceIdentifier",
    "NewDBInstanceIdentifier", "DBClusterSnapshotIdentifier", "SourceDBClusterSnapshotIdentifier",
    "TargetDBClusterSnapshotIdentifier", "SnapshotIdentifier", "FinalDBSnapshotIdentifier",
    "DBSubnetGroupName", "DBClusterParameterGroupName", "DBParameterGroupName", "OptionGroupName", "KmsKeyId",
    "MasterUserSecretKmsKeyId", "ManageMasterUserPassword", "PubliclyAccessible", "ResourceName",
    "SourceIdentifier", "SourceType", "Tags",
    // the others
    "TableName", "IndexName", "Bucket", "Key", "SecretId", "Name", "Names", "WithDecryption", "TopicArn",
    "QueueUrl", "executionArn", "stateMachineArn", "RoleArn", "KeyId", "FunctionName"};

// RDS's resources that a request names, and the kind that their ARNs have.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kTagged{
    {{"DBClusterIdentifier", "cluster"},
     {"SourceDBClusterIdentifier", "cluster"},
     {"DBInstanceIdentifier", "db"},
     {"DBClusterSnapshotIdentifier", "cluster-snapshot"},
     {"SourceDBClusterSnapshotIdentifier", "cluster-snapshot"},
     {"SnapshotIdentifier", "cluster-snapshot"},
     {"DBSubnetGroupName", "subgrp"}}};

Json needed_of(const Json& input) {
  Json needed = Json::object();
  for (const std::string_view name : kNeeded) {
    const Json& value = member_or_null(input, name);
    // A key of DynamoDB is an object, and not needed; S3's is a text.
    if (!value.is_null() && !value.is_object()) needed[std::string(name)] = value;
  }
  return needed;
}

Json tags_of_resource(const Call& call, const std::string& arn, Router& router) {
  Call question;
  question.service = "rds";
  question.region = arn_part(arn, 3);
  question.account = arn_part(arn, 4);
  question.operation = "ListTagsForResource";
  question.request_id = call.request_id;
  question.input = {{"ResourceName", arn}};
  Json tags = Json::object();
  try {
    const Json answer = router.call(question);
    for (const Json& tag : member_or_null(answer, "TagList"))
      tags[string_or(tag, "Key", "")] = string_or(tag, "Value", "");
  } catch (const std::exception&) {
    return nullptr;  // what is not there has no tags
  }
  return tags;
}

// By member of the input. Reading is not decided by tags.
Json tags_before(const Call& call, Router& router) {
  Json tags = Json::object();
  if (call.service != "rds" || call.operation.starts_with("Describe")) return tags;
  for (const auto& [member, kind] : kTagged) {
    const std::string name = string_or(call.input, member, "");
    if (name.empty()) continue;
    const std::string arn = name.starts_with("arn:") ? name
                                                     : fmt::format("arn:aws:rds:{}:{}:{}:{}", call.region,
                                                                   call.account, kind, name);
    if (Json found = tags_of_resource(call, arn, router); !found.is_null())
      tags[std::string(member)] = std::move(found);
  }
  return tags;
}

}  // namespace

CallRecorder::CallRecorder(const std::filesystem::path& directory, std::string home)
    : home_(std::move(home)) {
  const std::filesystem::path path = directory / "calls.jsonl";
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw_file_error(path, "open", errno);
}

CallRecorder::~CallRecorder() {
  ::close(descriptor_);
}

Json CallRecorder::begin(const Call& call, const std::string& principal, const std::string& function,
                         Router& router) {
  return {{"principal", principal},         {"function", function},
          {"service", call.service},        {"operation", call.operation},
          {"region", call.region},          {"account", call.account},
          {"input", needed_of(call.input)}, {"tags", tags_before(call, router)}};
}

void CallRecorder::end(Json line, const std::string& error) {
  line["error"] = error;
  line["home"] = home_;
  const std::string text = dump_json(line) + "\n";
  const std::lock_guard lock(mutex_);
  if (!written_.insert(std::hash<std::string>()(text)).second) return;
  // One write for a line: what several processes append does not mix.
  if (::write(descriptor_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw_file_error("calls.jsonl", "write", errno);
}

std::string session_of(const std::string& principal) {
  const std::vector<std::string> parts = split(principal, '/');
  return parts.size() == 3 && parts[0].ends_with(":assumed-role") ? parts[2] : std::string();
}

}  // namespace aurora::local
