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

// $(date +FORMAT), with -u or without: all of it is UTC anyway.
std::string resolve_shell_dates(std::string text, TimePoint when) {
  static const std::regex kDate(R"(\$\(date( -u| --utc)? \+([^)]*)\))");
  std::smatch match;
  while (std::regex_search(text, match, kDate)) {
    std::string format = match[2].str();
    std::erase_if(format, [](char c) { return c == '\'' || c == '"'; });
    text = match.prefix().str() + format_strftime(when, format) + match.suffix().str();
  }
  if (text.find("$(") != std::string::npos)
    throw_if_any(
        {{"template", text, "of shell commands $(date +FORMAT) alone is understood; use {date-1d}"}});
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

using Snapshots = std::vector<aws::ClusterSnapshot>;

void sort_newest_first(Snapshots& all) {
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.created > b.created; });
}

std::string described(const aws::ClusterSnapshot& snapshot) {
  return snapshot.created ? fmt::format("{} ({})", snapshot.identifier, format_iso_seconds(*snapshot.created))
                          : snapshot.identifier;
}

// Everything there is of the cluster: RDS lists those of AWS Backup and of other accounts only on request.
Snapshots snapshots_of(aws::Rds& source, const std::string& cluster, const SnapshotOwner& owner) {
  if (!owner.shared_by.empty()) {
    Snapshots shared = source.list_snapshots({{"SnapshotType", "shared"}, {"IncludeShared", true}});
    std::erase_if(shared, [&](const aws::ClusterSnapshot& snapshot) {
      return !equals_ignore_case(snapshot.cluster_identifier, cluster) ||
             snapshot.arn.find(":" + owner.shared_by + ":") == std::string::npos;
    });
    return shared;
  }
  Snapshots all = source.snapshots_of(cluster);
  try {
    const Snapshots of_backup =
        source.list_snapshots({{"DBClusterIdentifier", cluster}, {"SnapshotType", "awsbackup"}});
    all.insert(all.end(), of_backup.begin(), of_backup.end());
  } catch (const aws::ServiceError& e) {
    // A Region without AWS Backup does not know its type.
    if (!e.is("InvalidParameterValue")) throw;
  }
  return all;
}

// What may have been meant: names that are nearly the one given, else the newest ones.
std::string list_nearest(const Snapshots& all, const std::string& cluster, const std::string& wanted) {
  std::vector<std::string> names;
  for (const auto& snapshot : all) names.push_back(snapshot.identifier);
  if (const auto near = wanted.empty() ? std::nullopt : nearest(wanted, names))
    return fmt::format(" Did you mean {}?", *near);
  names.clear();
  for (std::size_t i = 0; i < all.size() && i < 3; ++i) names.push_back(described(all[i]));
  const std::string of = cluster.empty() ? "" : fmt::format(" of cluster {}", cluster);
  if (!names.empty()) return fmt::format(" The newest{} there: {}.", of, join(names, ", "));
  return cluster.empty() ? " There is no snapshot at all."
                         : fmt::format(" Cluster {} has no snapshot there.", cluster);
}

[[noreturn]] void not_found(aws::Rds& source, const std::string& cluster, const std::string& what,
                            const SnapshotOwner& owner, const std::string& wanted = {}) {
  Snapshots all =
      cluster.empty() ? source.list_snapshots(Json::object()) : snapshots_of(source, cluster, owner);
  sort_newest_first(all);
  throw Error("SnapshotNotFound",
              fmt::format("there is no {} in {}.{} Nothing was created or changed.", what, source.region(),
                          list_nearest(all, cluster, wanted)),
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

std::string referred(const SnapshotOwner& owner, const std::string& name) {
  return owner.reference ? owner.reference(name) : name;
}

aws::ClusterSnapshot select_by_date(aws::Rds& source, const Configuration& settings, TimePoint when,
                                    const SnapshotOwner& owner) {
  const std::string cluster = settings.text("source_cluster_id");
  const std::string date = resolve_template(settings.text("snapshot_date"), when, cluster);
  const std::optional<Day> day = requested_day(date, when);
  if (day) {
    const std::string name = resolve_template(settings.text("snapshot_name_pattern"), day->begin, cluster);
    if (auto named = source.find_snapshot(referred(owner, name))) {
      require_available(*named);
      return *named;
    }
  }
  if (auto found = newest(snapshots_of(source, cluster, owner), day)) return *found;
  not_found(source, cluster,
            day ? fmt::format("available snapshot of {} of {}", cluster, format_date(day->begin))
                : fmt::format("available snapshot of {}", cluster),
            owner);
}

[[noreturn]] void contradict(const std::string& fields, const std::string& values, const std::string& rule) {
  throw_if_any({{fields, values, rule}});
  throw Error("InvalidInput", fields);  // throw_if_any always throws for a finding
}

// arn:aws:rds:us-east-1:123456789012:cluster-snapshot:name
void check_arn(const std::string& arn, const Configuration& settings) {
  const std::vector<std::string> parts = split(arn, ':');
  if (parts.size() < 7 || parts[2] != "rds" || parts[5] != "cluster-snapshot")
    throw_if_any(
        {{"snapshot_name", arn,
          "an ARN must be of a cluster snapshot: arn:aws:rds:REGION:ACCOUNT:cluster-snapshot:NAME"}});
  const std::string region = settings.text("source_region");
  if (parts[3] != region)
    contradict("snapshot_name and source_region", fmt::format("{} and {}", arn, region),
               "the ARN is of another Region; a snapshot is looked for in its own");
  const std::string account = settings.text("source_account_id");
  if (!account.empty() && parts[4] != account)
    contradict("snapshot_name and source_account_id", fmt::format("{} and {}", arn, account),
               "the ARN is of another account");
}

// Of two that may contradict each other, the one from the stronger source holds: a name in the input is not
// held against a date that the environment's configuration gives for every night.
bool is_stronger(const Configuration& settings, const std::string& a, const std::string& b) {
  return settings.has(a) && (!settings.has(b) || *settings.source(a) < *settings.source(b));
}

aws::ClusterSnapshot select_by_name(aws::Rds& source, const Configuration& settings, TimePoint when,
                                    const SnapshotOwner& owner) {
  const std::string given = settings.text("snapshot_name");
  const std::string cluster = settings.text("source_cluster_id");
  TimePoint day = when;
  if (settings.has("snapshot_date") &&
      (has_template(given) || !is_stronger(settings, "snapshot_name", "snapshot_date"))) {
    const std::string date = resolve_template(settings.text("snapshot_date"), when, cluster);
    const std::optional<Day> wanted = requested_day(date, when);
    // A name that holds another day than the one asked for is a slip that must not restore either.
    static const std::regex kDate("[0-9]{4}-[0-9]{2}-[0-9]{2}");
    std::smatch match;
    if (!has_template(given) &&
        (!wanted || (std::regex_search(given, match, kDate) && match.str() != format_date(wanted->begin))))
      contradict("snapshot_name and snapshot_date", fmt::format("{} and {}", given, date),
                 "contradict each other; give one of the two");
    if (wanted) day = wanted->begin;
  }
  const std::string name = resolve_template(given, day, cluster);
  if (name.starts_with("arn:")) check_arn(name, settings);
  const auto snapshot = source.find_snapshot(referred(owner, name));
  if (!snapshot) not_found(source, cluster, fmt::format("snapshot {}", name), owner, name);
  if (!cluster.empty() && !equals_ignore_case(snapshot->cluster_identifier, cluster) &&
      !is_stronger(settings, "snapshot_name", "source_cluster_id"))
    contradict(
        "snapshot_name and source_cluster_id", fmt::format("{} and {}", name, cluster),
        fmt::format("the snapshot is of cluster {}; give one of the two", snapshot->cluster_identifier));
  require_available(*snapshot);
  return *snapshot;
}

void check_age(aws::Rds& source, const aws::ClusterSnapshot& snapshot, const Configuration& settings,
               TimePoint when, const SnapshotOwner& owner) {
  if (!settings.has("snapshot_max_age_hours") || !snapshot.created) return;
  const double limit = settings.number("snapshot_max_age_hours");
  const double hours = std::chrono::duration<double, std::ratio<3600>>(when - *snapshot.created).count();
  if (hours <= limit) return;
  const auto there = newest(snapshots_of(source, snapshot.cluster_identifier, owner), {});
  throw Error(
      "SnapshotTooOld",
      fmt::format("snapshot {} was {:.1f} hours old at {}, and snapshot_max_age_hours is {:g}. The newest "
                  "available of cluster {} is {}. Nothing was created or changed.",
                  described(snapshot), hours, format_iso_seconds(when), limit, snapshot.cluster_identifier,
                  there ? described(*there) : "none"),
      "See whether backups of the source still run; or raise snapshot_max_age_hours.");
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

aws::ClusterSnapshot select_snapshot(aws::Rds& source, const Configuration& settings, TimePoint when,
                                     const SnapshotOwner& owner) {
  // A date in the input means another snapshot than the fixed name that the configuration has for every
  // night.
  const bool by_date =
      !settings.has("snapshot_name") || (is_stronger(settings, "snapshot_date", "snapshot_name") &&
                                         !has_template(settings.text("snapshot_name")));
  aws::ClusterSnapshot snapshot =
      by_date ? select_by_date(source, settings, when, owner) : select_by_name(source, settings, when, owner);
  check_age(source, snapshot, settings, when, owner);
  return snapshot;
}

}  // namespace aurora::restore
