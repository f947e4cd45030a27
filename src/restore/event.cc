#include "restore/event.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/dates.h"
#include "base/ids.h"
#include "restore/settings.h"

namespace aurora::restore {
namespace {

std::string made_up_id(TimePoint now) {
  return fmt::format("restore-{}-{}", format_strftime(now, "%Y%m%d-%H%M%S"), random_hex(4));
}

}  // namespace

bool is_protocol_field(std::string_view name) {
  static constexpr std::array<std::string_view, 12> kFields{
      "target_snapshot", "error",  "cause",  "cancelled", "execution_arn", "execution_start_time",
      "next_step",       "status", "report", "resume",    "resume_at",     "dry_run"};
  return std::find(kFields.begin(), kFields.end(), name) != kFields.end();
}

Event read_event(const Json& raw, bool may_name, TimePoint now) {
  if (!raw.is_object())
    throw Error("InvalidInput", "the event must be a JSON object",
                "Send at least {\"operation_id\": \"...\"}.");
  Event event;
  event.fields = raw;
  if (const Json& execution = member_or_null(raw, "execution"); execution.is_object()) {
    const Json& input = member_or_null(raw, "input");
    if (!input.is_object() && !input.is_null())
      throw Error("InvalidInput", "the execution's input must be a JSON object");
    event.fields = input.is_null() ? Json::object() : input;
    for (const char* key : {"error", "cancelled"})
      if (raw.contains(key)) event.fields[key] = raw[key];
    event.execution_arn = string_or(execution, "id", "");
    event.fields["execution_start_time"] = string_or(execution, "start_time", "");
    event.operation_id = string_or(execution, "name", "");
  }
  const Json id = member_or_null(event.fields, "operation_id");
  if (id.is_string() && !id.get<std::string>().empty()) event.operation_id = id.get<std::string>();
  event.fields.erase("operation_id");
  if (event.operation_id.empty() && may_name) event.operation_id = made_up_id(now);
  if (!is_operation_id(event.operation_id) || (!id.is_null() && !id.is_string()))
    throw_if_any({{"operation_id", id.is_null() ? "" : dump_json(id),
                   "required: 1 to 80 letters, digits, dots, underscores and hyphens"}});
  return event;
}

bool may_begin_again(const Operation& operation, const Event& event) {
  if (operation.is_finished()) return true;
  // The same execution (a retry of the step), or a person going through the steps by hand.
  if (operation.execution_arn() == event.execution_arn) return false;
  throw Error(
      "OperationInProgress",
      fmt::format("operation {} is in progress in execution {}", operation.id(), operation.execution_arn()),
      fmt::format("Watch it with `aurora-restore watch {}`, or choose another operation id.",
                  operation.id()));
}

}  // namespace aurora::restore
