#include "restore/waiting.h"

#include "base/dates.h"

namespace aurora::restore {

bool waited_longer(StepContext& context, const std::string& what, Duration limit) {
  Json& since = context.operation.state()["waits"][what];
  const TimePoint now = context.clock.now();
  if (!since.is_string()) since = format_iso_millis(now);
  const auto begun = parse_iso(since.get<std::string>());
  return begun && now - *begun > limit;
}

void end_wait(StepContext& context, const std::string& what) {
  Json& waits = context.operation.state()["waits"];
  if (waits.is_object()) waits.erase(what);
  if (waits.empty()) context.operation.state().erase("waits");
}

std::int64_t count_try(Operation& operation, const std::string& what) {
  const std::int64_t tries = int_or(member_or_null(operation.get("state"), "tries"), what, 0) + 1;
  operation.state()["tries"][what] = tries;
  return tries;
}

}  // namespace aurora::restore
