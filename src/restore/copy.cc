#include "restore/copy.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/text.h"
#include "restore/rds_errors.h"
#include "restore/restore_request.h"
#include "restore/source_account.h"
#include "restore/target.h"
#include "restore/waiting.h"

namespace aurora::restore {
namespace {

// How many of our own snapshots are named when the Region has no room for another.
constexpr std::size_t kNamedMax = 10;

// The name without the prefix of automated snapshots ("rds:", "awsbackup:"), which no manual snapshot may
// bear, and without what else is legal there only.
std::string plain_name(const std::string& identifier) {
  const std::size_t colon = identifier.rfind(':');
  std::string name = colon == std::string::npos ? identifier : identifier.substr(colon + 1);
  std::string plain;
  for (const char c : name) {
    const char kept = std::isalnum(static_cast<unsigned char>(c)) ? c : '-';
    if (kept != '-' || (!plain.empty() && plain.back() != '-')) plain += kept;
  }
  if (plain.empty() || !std::isalpha(static_cast<unsigned char>(plain.front()))) plain.insert(0, "s-");
  return to_lower(plain);
}

std::string source_created(const Operation& operation) {
  return string_or(operation.get("snapshot_details"), "created_at", "");
}

std::string tag_of(const aws::ClusterSnapshot& snapshot, const char* key) {
  const auto it = snapshot.tags.find(key);
  return it == snapshot.tags.end() ? std::string() : it->second;
}

// Ours, of this very source (a snapshot may be replaced by another of the same name), and alive: the copy of
// an earlier run may still be on its way out.
bool may_adopt(const aws::ClusterSnapshot& copy, const Operation& operation) {
  if (copy.status == "deleting" || copy.status == "deleted" || copy.status == "failed") return false;
  return tag_of(copy, kOperationTag) == operation.id() &&
         tag_of(copy, kSourceCreatedTag) == source_created(operation);
}

Json copy_request(const StepContext& context, const aws::Tags& source_tags, const std::string& name) {
  const Operation& operation = context.operation;
  aws::Tags tags = tags_to_copy(context, source_tags);
  tags.merge(operation_tags(operation));
  tags[kSourceCreatedTag] = source_created(operation);
  Json request{{"SourceDBClusterSnapshotIdentifier", operation.known("source_snapshot_arn")},
               {"TargetDBClusterSnapshotIdentifier", name},
               {"Tags", aws::tag_list(tags)}};
  if (bool_or(operation.get("snapshot_details"), "encrypted", false) && context.settings.has("kms_key_id"))
    request["KmsKeyId"] = context.settings.text("kms_key_id");
  return request;
}

// The Region has its 100 manual snapshots: which of them are ours to delete.
Error no_room(aws::Rds& rds, const aws::ServiceError& e) {
  std::vector<std::string> ours;
  for (const aws::ClusterSnapshot& snapshot : rds.manual_snapshots())
    if (tag_of(snapshot, kManagedTag) == "true") ours.push_back(snapshot.identifier);
  std::string text = ours.empty() ? std::string("None of them was made by this pipeline.")
                                  : fmt::format("{} of them were made by this pipeline: ", ours.size());
  if (!ours.empty()) {
    const bool more = ours.size() > kNamedMax;
    if (more) ours.resize(kNamedMax);
    text += join(ours, ", ") + (more ? ", …" : ".");
  }
  return Error(e.code(), fmt::format("there is no room for the copy in {}: {}", rds.region(), e.message()),
               text +
                   " `aurora-restore orphans` lists and deletes what operations that are over left behind; "
                   "or have the quota of 100 raised.");
}

Error key_refused(const StepContext& context, const aws::ServiceError& e) {
  const Json& snapshot = context.operation.get("snapshot_details");
  const std::string own = string_or(snapshot, "kms_key_id", "");
  return Error(
      e.code(),
      fmt::format("snapshot {} cannot be copied with key {}{}: {}", string_or(snapshot, "snapshot_name", ""),
                  context.settings.has("kms_key_id") ? context.settings.text("kms_key_id") : "of its own",
                  own.empty() ? "" : fmt::format(" (its own is {})", own), e.message()),
      hint_for(e));
}

// What a refused copy means: nothing to do but wait (true), or final.
bool is_to_wait(StepContext& context, aws::Rds& rds, const aws::ServiceError& e) {
  if (is_copy_slot_shortage(e)) {
    context.operation.state()["copy_waits_for"] = "Snapshot copy waits for one of the Region's copy slots";
    return true;
  }
  if (e.is("SnapshotQuotaExceeded")) throw no_room(rds, e);
  if (e.is("InvalidDBClusterSnapshotStateFault")) {
    context.operation.state()["copy_waits_for"] = "Snapshot copy waits for its source to be available";
    return true;
  }
  if (e.is("KMSKeyNotAccessibleFault")) {
    // A grant or a policy made a moment ago takes a while to spread.
    if (count_try(context.operation, "copy_key") > 1) throw key_refused(context, e);
    context.operation.state()["copy_waits_for"] = "Snapshot copy waits for its key to become accessible";
    return true;
  }
  return false;
}

Error source_gone(const StepContext& context) {
  return Error(
      "SnapshotNotFound",
      fmt::format("snapshot {} is not in {} any more.", context.operation.known("source_snapshot"),
                  context.source_rds().region()),
      "Somebody deleted it, or its cluster's retention did. Start the restore again with another one.");
}

// As the first step saw them; operations of older versions did not keep them.
aws::Tags tags_of_source(StepContext& context) {
  if (const Json& known = member_or_null(context.operation.get("state"), "source_tags"); known.is_array())
    return aws::tags_of(known);
  const auto source = context.source_rds().find_snapshot(context.operation.known("source_snapshot_arn"));
  if (!source) throw source_gone(context);
  return source->tags;
}

enum class Copying { kBegun, kWaits, kNameTaken };

// Asks RDS for the copy.
Copying begin_copy(StepContext& context, aws::Rds& rds, const std::string& name) {
  // Another account may have to share its snapshot, or copy it over there, first.
  if (const auto awaited = prepare_source(context)) {
    context.operation.state()["copy_waits_for"] = *awaited;
    return Copying::kWaits;
  }
  const aws::Tags source_tags = tags_of_source(context);
  // Saved before the call: whatever happens to this step, the record says which copy to look for.
  context.operation.state()["target_snapshot"] = name;
  context.operations.save(context.operation, context.clock.now());
  try {
    rds.copy_snapshot(copy_request(context, source_tags, name));
    return Copying::kBegun;
  } catch (const aws::ServiceError& e) {
    if (e.is("DBClusterSnapshotAlreadyExistsFault")) return Copying::kNameTaken;
    if (e.is("DBClusterSnapshotNotFoundFault")) throw source_gone(context);
    if (!is_to_wait(context, rds, e)) throw;
    return Copying::kWaits;
  }
}

// RDS itself refuses a name that is taken, so that only a step which asked before looks first.
Copying begin_or_adopt(StepContext& context, aws::Rds& rds, const std::string& name) {
  if (context.operation.known("target_snapshot") != name)
    if (const Copying asked = begin_copy(context, rds, name); asked != Copying::kNameTaken) return asked;
  if (const auto there = rds.find_snapshot(name))
    return may_adopt(*there, context.operation) ? Copying::kBegun : Copying::kNameTaken;
  const Copying asked = begin_copy(context, rds, name);
  if (asked != Copying::kNameTaken) return asked;
  // Another run of this step was faster; the next look finds its copy.
  context.operation.state()["copy_waits_for"] = "Snapshot copy waits for a copy of the same name";
  return Copying::kWaits;
}

}  // namespace

bool is_own_copy(const aws::ClusterSnapshot& copy, const Operation& operation) {
  return tag_of(copy, kOperationTag) == operation.id();
}

std::string copy_wait(const Operation& operation) {
  return operation.known("copy_waits_for");
}

void ensure_copy(StepContext& context) {
  Operation& operation = context.operation;
  aws::Rds rds = context.target_rds();
  const std::string plain = plain_name(operation.known("source_snapshot"));
  const std::string candidates[] = {with_suffix(plain, "-copy"),
                                    with_suffix(plain, "-copy-" + operation.known("run_id"))};
  for (const std::string& name : candidates) {
    const Copying copying = begin_or_adopt(context, rds, name);
    if (copying == Copying::kNameTaken) continue;
    const bool begun = copying == Copying::kBegun;
    operation.state()["target_snapshot"] = name;
    operation.state()["copy_begun"] = begun;
    if (begun) operation.state().erase("copy_waits_for");
    if (begun && operation.known("copy_begun_at").empty())
      operation.state()["copy_begun_at"] = format_iso_millis(context.clock.now());
    return;
  }
  throw Error("SnapshotNameTaken",
              fmt::format("snapshots {} and {} exist in {} and are not this operation's copies.",
                          candidates[0], candidates[1], rds.region()),
              "Delete them if nobody needs them, and start again.");
}

}  // namespace aurora::restore
