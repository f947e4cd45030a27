#include "restore/operation.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/ids.h"
#include "restore/state_format.h"

namespace aurora::restore {

Operation::Operation(const std::string& id, TimePoint now)
    : item_{{"operation_id", id},
            {"status", kInProgress},
            {"step", "snapshot_check"},
            {"version", 0},
            {"format", kStateFormat},
            {"start_time", format_iso_millis(now)},
            {"parameters", Json::object()},
            {"snapshot_details", Json::object()},
            {"restore_details", Json::object()},
            {"state", {{"run_id", random_hex(6)}}},
            {"steps", Json::object()}} {}

void Operation::finish(const char* status, TimePoint now, std::chrono::days kept) {
  item_["status"] = status;
  item_["end_time"] = format_iso_millis(now);
  item_["expires_at"] = std::chrono::floor<std::chrono::seconds>(now + kept).time_since_epoch().count();
}

std::optional<Operation> OperationStore::load(const std::string& id) {
  auto item = dynamodb_.get(table_, {{"operation_id", id}});
  if (!item) return std::nullopt;
  if (const std::int64_t format = int_or(*item, "format", 1); format > kStateFormat)
    throw Error(
        "StateTooNew",
        fmt::format("operation {} was written in format {} of the state, and this release knows {}", id,
                    format, kStateFormat),
        "Nothing was changed. Deploy the release that wrote it, or a later one, and resume the operation.");
  return Operation(std::move(*item));
}

void OperationStore::save(Operation& operation, TimePoint now) {
  const std::int64_t expected = operation.version();
  operation["version"] = expected + 1;
  operation["timestamp"] = operation["last_updated_time"] = format_iso_millis(now);
  try {
    // An operation that an operator marked by hand (the operations guide's update-item) may have no version.
    dynamodb_.put(table_, operation.item(), "attribute_not_exists(#version) OR #version = :expected",
                  {{"#version", "version"}}, {{":expected", expected}});
  } catch (const aws::ServiceError& e) {
    if (!e.is("ConditionalCheckFailedException")) throw;
    throw Error("StateConflict",
                fmt::format("the state of operation {} changed while a step worked on it", operation.id()),
                "The step may be run again; it takes up what the other one did.");
  }
}

}  // namespace aurora::restore
