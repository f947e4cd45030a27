#include "restore/archive.h"

#include <fmt/format.h>

namespace aurora::restore {
namespace {

constexpr const char* kObjects[] = {"state.json", "audit.json"};

std::string key_of(const StepContext& context, const char* object) {
  return fmt::format("{}/{}/{}", context.settings.text("log_prefix"), context.operation.id(), object);
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

bool archive_operation(StepContext& context) {
  return best_effort(context, "Writing", [&](const std::string& bucket) {
    const Json audit = context.audit.events(context.operation.id());
    const Json contents[] = {context.operation.item(), audit};
    for (std::size_t i = 0; i < std::size(kObjects); ++i)
      context.api.call("s3", context.names.region, "PutObject",
                       {{"Bucket", bucket},
                        {"Key", key_of(context, kObjects[i])},
                        {"ContentType", "application/json"},
                        {"Body", dump_json_pretty(contents[i]) + "\n"}});
  });
}

bool delete_archive(StepContext& context) {
  return best_effort(context, "Deleting", [&](const std::string& bucket) {
    for (const char* object : kObjects)
      context.api.call("s3", context.names.region, "DeleteObject",
                       {{"Bucket", bucket}, {"Key", key_of(context, object)}});
  });
}

}  // namespace aurora::restore
