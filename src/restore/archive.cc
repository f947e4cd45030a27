#include "restore/archive.h"

#include <fmt/format.h>

#include "restore/report.h"
#include "restore/report_html.h"

namespace aurora::restore {
namespace {

constexpr const char* kObjects[] = {"state.json", "audit.json", "report.json", "report.html"};

ArchivePlace place_of(const StepContext& context, const std::string& bucket) {
  return {.region = context.names.region, .bucket = bucket, .prefix = context.settings.text("log_prefix")};
}

template <typename Work>
bool best_effort(StepContext& context, const char* doing, const Work& work) {
  if (!context.settings.has("log_bucket")) return false;
  try {
    work(context.settings.text("log_bucket"));
    return true;
  } catch (const Error& e) {
    // The restore stands whether or not its record could be filed; the trail says that it was not.
    context.audit.record(
        context.operation.id(), "cleanup", "warning",
        {{"message", fmt::format("{} the operation's log objects failed", doing)}, {"reason", e.what()}});
    return false;
  }
}

}  // namespace

std::string ArchivePlace::key(const std::string& operation_id, const std::string& object) const {
  return prefix.empty() ? fmt::format("{}/{}", operation_id, object)
                        : fmt::format("{}/{}/{}", prefix, operation_id, object);
}

void write_archive(aws::Api& api, const ArchivePlace& place, const Json& state,
                   const std::vector<Json>& audit, const Json& report) {
  const std::string id = string_or(report, "operation_id", "");
  const auto put = [&](const char* object, const char* type, const std::string& body) {
    api.call(
        "s3", place.region, "PutObject",
        {{"Bucket", place.bucket}, {"Key", place.key(id, object)}, {"ContentType", type}, {"Body", body}});
  };
  put("state.json", "application/json", dump_json_pretty(state) + "\n");
  put("audit.json", "application/json", dump_json_pretty(audit) + "\n");
  put("report.json", "application/json", dump_json_pretty(report) + "\n");
  put("report.html", "text/html; charset=utf-8", report_html(report));
}

bool archive_operation(StepContext& context) {
  return best_effort(context, "Writing", [&](const std::string& bucket) {
    const std::vector<Json> audit = context.audit.events(context.operation.id());
    const Json report = make_report({.state = context.operation.item(),
                                     .audit = audit,
                                     .operation_id = context.operation.id(),
                                     .environment = context.names.environment,
                                     .region = context.names.region,
                                     .made_at = context.clock.now(),
                                     .timeline = {},
                                     .tagged = {}});
    write_archive(context.api, place_of(context, bucket), context.operation.item(), audit, report);
  });
}

bool delete_archive(StepContext& context) {
  return best_effort(context, "Deleting", [&](const std::string& bucket) {
    const ArchivePlace place = place_of(context, bucket);
    for (const char* object : kObjects)
      context.api.call("s3", place.region, "DeleteObject",
                       {{"Bucket", bucket}, {"Key", place.key(context.operation.id(), object)}});
  });
}

}  // namespace aurora::restore
