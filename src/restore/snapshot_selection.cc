#include "restore/snapshot_selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <regex>

#include "base/dates.h"
#include "base/text.h"

namespace aurora::restore {
namespace {

using std::chrono::days;

// A whole day of UTC.
struct Day {
  TimePoint begin;
  TimePoint end() const { return begin + days(1); }
};

Day day_of(TimePoint when) {
  return {TimePoint(std::chrono::floor<days>(when))};
}

// "-1d" -> -1 day; nothing for what is no shift.
std::optional<days> parse_shift(std::string_view text) {
  if (text.empty()) return days(0);
  if (text.size() < 3 || text.back() != 'd' || (text[0] != '-' && text[0] != '+')) return std::nullopt;
  int count = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size() - 1, count);
  if (error != std::errc() || end != text.data() + text.size() - 1) return std::nullopt;
  return days(text[0] == '-' ? -count : count);
}

// The inside of {date…}, without the word: "", "-1d", ":%Y%m%d", ":%Y-%m-%d,-1d".
std::optional<std::string> resolve_date(std::string_view rest, TimePoint when) {
  std::string format = "%Y-%m-%d";
  if (rest.starts_with(':')) {
    rest.remove_prefix(1);
    const std::size_t comma = rest.find(',');
    format = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view() : trim(rest.substr(comma + 1));
    if (format.empty()) return std::nullopt;
  }
  const auto shift = parse_shift(rest);
  if (!shift) return std::nullopt;
  return format_strftime(when + *shift, format);
}

std::string resolve_shell_dates(std::string text, TimePoint when) {
  static const std::string kOpen = "$(date +";
  for (std::size_t at; (at = text.find(kOpen)) != std::string::npos;) {
    const std::size_t end = text.find(')', at);
    if (end == std::string::npos) break;
    std::string format = text.substr(at + kOpen.size(), end - at - kOpen.size());
    std::erase_if(format, [](char c) { return c == '\'' || c == '"'; });
    text.replace(at, end + 1 - at, format_strftime(when, format));
  }
  return text;
}

// The day that snapshot_date means; nothing for "latest".
std::optional<Day> requested_day(const std::string& date, TimePoint when) {
  if (date == "latest") return std::nullopt;
  if (date == "today") return day_of(when);
  if (date == "yesterday") return day_of(when - days(1));
  const auto parsed = parse_date(date);
  if (!parsed) throw_if_any({{"snapshot_date", date, "allowed is YYYY-MM-DD, today, yesterday or latest"}});
  return Day{TimePoint(std::chrono::sys_days(*parsed))};
}

std::string list_nearest(aws::Rds& source, const std::string& cluster) {
  if (cluster.empty()) return "";
  std::vector<aws::ClusterSnapshot> all = source.snapshots_of(cluster);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.created > b.created; });
  std::vector<std::string> names;
  for (std::size_t i = 0; i < all.size() && i < 3; ++i) names.push_back(all[i].identifier);
  return names.empty() ? fmt::format(" Cluster {} has no snapshot there.", cluster)
                       : fmt::format(" The newest of cluster {} there: {}.", cluster, join(names, ", "));
}

[[noreturn]] void not_found(aws::Rds& source, const std::string& cluster, const std::string& what) {
  throw Error("SnapshotNotFound",
              fmt::format("there is no {} in {}.{} Nothing was created or changed.", what, source.region(),
                          list_nearest(source, cluster)),
              "Check name, date and source_region; `aurora-restore snapshots` lists what is there.");
}

void require_available(const aws::ClusterSnapshot& snapshot) {
  if (snapshot.status == "available") return;
  const bool may_become =
      snapshot.status == "creating" || snapshot.status == "copying" || snapshot.status == "pending";
  throw Error(
      "SnapshotNotAvailable",
      fmt::format("snapshot {} is {}{}, not available. Nothing was created or changed.", snapshot.identifier,
                  snapshot.status, may_become ? fmt::format(" ({} %)", snapshot.percent_progress) : ""),
      may_become ? "Start again when it is available." : "Choose another snapshot.");
}

// The newest available snapshot of the cluster, of that day if one is given.
std::optional<aws::ClusterSnapshot> newest(std::vector<aws::ClusterSnapshot> all,
                                           const std::optional<Day>& day) {
  std::optional<aws::ClusterSnapshot> best;
  for (aws::ClusterSnapshot& snapshot : all) {
    if (snapshot.status != "available" || !snapshot.created) continue;
    if (day && (*snapshot.created < day->begin || *snapshot.created >= day->end())) continue;
    if (!best || *snapshot.created > *best->created) best = std::move(snapshot);
  }
  return best;
}

aws::ClusterSnapshot select_by_date(aws::Rds& source, const Configuration& settings, TimePoint when) {
  const std::string cluster = settings.text("source_cluster_id");
  const std::string date = resolve_template(settings.text("snapshot_date"), when, cluster);
  const std::optional<Day> day = requested_day(date, when);
  if (day) {
    const std::string name = resolve_template(settings.text("snapshot_name_pattern"), day->begin, cluster);
    if (auto named = source.find_snapshot(name)) {
      require_available(*named);
      return *named;
    }
  }
  if (auto found = newest(source.snapshots_of(cluster), day)) return *found;
  not_found(source, cluster,
            day ? fmt::format("available snapshot of {} of {}", cluster, format_date(day->begin))
                : fmt::format("available snapshot of {}", cluster));
}

}  // namespace

bool has_template(const std::string& text) {
  return text.find('{') != std::string::npos || text.find("$(date") != std::string::npos;
}

std::string resolve_template(const std::string& text, TimePoint when, const std::string& source_cluster_id) {
  const std::string from = resolve_shell_dates(text, when);
  std::string result;
  for (std::size_t at = 0; at < from.size();) {
    const std::size_t open = from.find('{', at);
    if (open == std::string::npos) return result + from.substr(at);
    const std::size_t close = from.find('}', open);
    result += from.substr(at, open - at);
    const std::string inside =
        close == std::string::npos ? from.substr(open) : from.substr(open + 1, close - open - 1);
    std::optional<std::string> value;
    if (close != std::string::npos && inside == "source_cluster_id") value = source_cluster_id;
    if (close != std::string::npos && inside.starts_with("date"))
      value = resolve_date(std::string_view(inside).substr(4), when);
    if (!value)
      throw_if_any(
          {{"template", inside,
            "known are {date}, {date-1d}, {date:%Y%m%d}, {date:%Y-%m-%d,-1d} and {source_cluster_id}"}});
    result += *value;
    at = close + 1;
  }
  return result;
}

aws::ClusterSnapshot select_snapshot(aws::Rds& source, const Configuration& settings, TimePoint when) {
  if (!settings.has("snapshot_name")) return select_by_date(source, settings, when);
  const std::string given = settings.text("snapshot_name");
  const std::string cluster = settings.text("source_cluster_id");
  TimePoint day = when;
  if (settings.has("snapshot_date")) {
    const std::string date = resolve_template(settings.text("snapshot_date"), when, cluster);
    const std::optional<Day> wanted = requested_day(date, when);
    // A name that holds another day than the one asked for is a slip that must not restore either.
    static const std::regex kDate("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    std::smatch match;
    if (!has_template(given) &&
        (!wanted || (std::regex_search(given, match, kDate) && match.str() != format_date(wanted->begin))))
      throw_if_any({{"snapshot_name and snapshot_date", fmt::format("{} and {}", given, date),
                     "contradict each other; give one of the two"}});
    if (wanted) day = wanted->begin;
  }
  const std::string name = resolve_template(given, day, cluster);
  const auto snapshot = source.find_snapshot(name);
  if (!snapshot) not_found(source, cluster, fmt::format("snapshot {}", name));
  require_available(*snapshot);
  return *snapshot;
}

}  // namespace aurora::restore
