#include "local/run_log.h"

#include "base/dates.h"

namespace aurora::local {
namespace {

constexpr std::size_t kRunsMax = 20;

}  // namespace

Json RunLog::get(const std::string& region, const std::string& name) const {
  return documents_.get(region, name).value_or(Json{{"missed", 0}, {"runs", Json::array()}});
}

void RunLog::add(const std::string& region, const std::string& name, const Json& run) {
  Json log = get(region, name);
  Json& runs = log["runs"];
  runs.insert(runs.begin(), run);
  if (runs.size() > kRunsMax) runs.erase(kRunsMax);
  log["missed"] = int_or(log, "missed", 0) + int_or(run, "count", 0);
  documents_.put(region, name, log);
}

void RunLog::add_missed(const std::string& region, const std::string& name, const Occurrences& found) {
  if (found.missed == 0) return;
  add(region, name,
      {{"scheduled_time", format_iso_seconds(*found.last_missed)},
       {"first_scheduled_time", format_iso_seconds(*found.first_missed)},
       {"outcome", "missed"},
       {"count", found.missed}});
}

}  // namespace aurora::local
