#include "restore/copy.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/text.h"
#include "restore/target.h"

namespace aurora::restore {
namespace {

// The name without the prefix of automated snapshots, which no manual snapshot may bear.
std::string plain_name(const std::string& identifier) {
  const std::size_t colon = identifier.rfind(':');
  return colon == std::string::npos ? identifier : identifier.substr(colon + 1);
}

std::string source_created(const Operation& operation) {
  return string_or(operation.get("snapshot_details"), "created_at", "");
}

// Ours, of this very source (a snapshot may be replaced by another of the same name), and alive: the copy of
// an earlier run may still be on its way out.
bool may_adopt(const aws::ClusterSnapshot& copy, const Operation& operation) {
  if (copy.status == "deleting" || copy.status == "deleted" || copy.status == "failed") return false;
  const auto tag = [&](const char* key) {
    const auto it = copy.tags.find(key);
    return it == copy.tags.end() ? std::string() : it->second;
  };
  return tag(kOperationTag) == operation.id() && tag(kSourceCreatedTag) == source_created(operation);
}

Json copy_request(const StepContext& context, const std::string& name) {
  const Operation& operation = context.operation;
  aws::Tags tags = operation_tags(operation);
  tags[kSourceCreatedTag] = source_created(operation);
  Json request{{"SourceDBClusterSnapshotIdentifier", operation.known("source_snapshot_arn")},
               {"TargetDBClusterSnapshotIdentifier", name},
               {"Tags", aws::tag_list(tags)}};
  if (bool_or(operation.get("snapshot_details"), "encrypted", false) && context.settings.has("kms_key_id"))
    request["KmsKeyId"] = context.settings.text("kms_key_id");
  return request;
}

bool is_slot_shortage(const aws::ServiceError& e) {
  // RDS has one code for this and for too many snapshots; only the text tells them apart.
  return e.is("SnapshotQuotaExceeded") && to_lower(e.message()).find("across regions") != std::string::npos;
}

}  // namespace

void ensure_copy(StepContext& context) {
  Operation& operation = context.operation;
  aws::Rds rds = context.target_rds();
  const std::string plain = plain_name(operation.known("source_snapshot"));
  const std::string candidates[] = {with_suffix(plain, "-copy"),
                                    with_suffix(plain, "-copy-" + operation.known("run_id"))};
  for (const std::string& name : candidates) {
    if (const auto there = rds.find_snapshot(name)) {
      if (!may_adopt(*there, operation)) continue;
    } else {
      try {
        rds.copy_snapshot(copy_request(context, name));
      } catch (const aws::ServiceError& e) {
        if (!is_slot_shortage(e)) throw;
        operation.state()["target_snapshot"] = name;
        operation.state()["copy_begun"] = false;
        return;
      }
    }
    operation.state()["target_snapshot"] = name;
    operation.state()["copy_begun"] = true;
    return;
  }
  throw Error("SnapshotNameTaken",
              fmt::format("snapshots {} and {} exist in {} and are not this operation's copies.",
                          candidates[0], candidates[1], rds.region()),
              "Delete them if nobody needs them, and start again.");
}

}  // namespace aurora::restore
