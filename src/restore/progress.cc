#include "restore/progress.h"

#include "base/dates.h"

namespace aurora::restore {

void note_percent(StepContext& context, const std::string& step, const std::string& begun_by, int percent,
                  const std::string& message) {
  Json progress{{"step", step},
                {"percent", percent},
                {"message", message},
                {"at", format_iso_millis(context.clock.now())}};
  const Json& mark = member_or_null(context.operation.get("steps"), begun_by);
  const auto began = parse_iso(string_or(mark, "finished_at", ""));
  if (began && percent > 0 && percent < 100) {
    const double elapsed = std::chrono::duration<double>(context.clock.now() - *began).count();
    progress["remaining_seconds"] = static_cast<std::int64_t>(elapsed * (100 - percent) / percent + 0.5);
  }
  context.operation["progress"] = std::move(progress);
}

void clear_percent(StepContext& context) {
  context.operation["progress"] = Json::object();
}

}  // namespace aurora::restore
