#include "restore/verification_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>

#include "base/dates.h"
#include "base/text.h"
#include "restore/database_access.h"
#include "restore/manifest_store.h"
#include "restore/verification_time.h"

namespace aurora::restore {
namespace {

// The state table's item holds 400 KB in all.
constexpr std::size_t kDifferencesKept = 20;
constexpr std::size_t kUnreadKept = 5;
constexpr std::size_t kPendingKept = 300;
constexpr std::size_t kDifferencesTold = 5;

constexpr char kManifest[] = "manifest";
constexpr char kSource[] = "source";

// The state of one comparison, as it is kept between calls.
class Progress {
 public:
  explicit Progress(Json& json) : json_(json) {
    if (!json_.is_object())
      json_ = Json{{"handled", 0},    {"tables", 0}, {"tables_equal", 0}, {"rows", 0},
                   {"rows_equal", 0}, {"unread", 0}, {"differences", 0},  {"seconds", 0.0}};
  }

  bool is_new() const { return !json_.contains("swept"); }
  bool is_finished() const { return bool_or(json_, "finished", false); }
  // Databases that were gone through.
  std::size_t swept() const { return json_.at("swept").size(); }
  bool has_swept(const std::string& database) const {
    const Json& names = json_.at("swept");
    return std::find(names.begin(), names.end(), Json(database)) != names.end();
  }
  void add_swept(const std::string& database) { json_["swept"].push_back(database); }

  // Tables that are still to be read one by one.
  std::vector<TableName> pending() const {
    std::vector<TableName> names;
    for (const Json& name : member_or_null(json_, "pending")) names.push_back(table_name_from(name));
    return names;
  }
  void add_pending(const TableName& name) {
    Json& names = json_["pending"];
    if (!names.is_array()) names = Json::array();
    if (names.size() < kPendingKept)
      names.push_back(name.to_json());
    else
      unread(name, "not reached");
  }
  void drop_pending(std::size_t count) {
    if (count == 0) return;
    Json& names = json_["pending"];
    names.erase(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count));
  }

  void count(const char* what, std::int64_t by = 1) { json_[what] = int_or(json_, what, 0) + by; }
  double seconds() const { return member_or_null(json_, "seconds").get<double>(); }
  void set(const char* what, Json value) { json_[what] = std::move(value); }

  void differs(const std::string& text) { note("differences", "first_differences", kDifferencesKept, text); }
  void unread(const TableName& name, const std::string& why) {
    note("unread", "first_unread", kUnreadKept, fmt::format("{} ({})", name.text(), why));
  }

 private:
  void note(const char* counter, const char* list, std::size_t most, const std::string& text) {
    count(counter);
    Json& first = json_[list];
    if (!first.is_array()) first = Json::array();
    if (first.size() < most) first.push_back(text);
  }

  Json& json_;
};

// Whether a table is equal, or what differs.
std::optional<std::string> difference(const db::Fingerprint& restored, const db::Fingerprint& origin) {
  if (restored.rows != origin.rows) return fmt::format("{} rows instead of {}", restored.rows, origin.rows);
  if (!restored.checksum.empty() && !origin.checksum.empty() && restored.checksum != origin.checksum)
    return fmt::format("the same {} rows by number, not by content", restored.rows);
  return std::nullopt;
}

// Compares with one origin: `manifest`, or the source cluster at `source`.
class Comparing {
 public:
  Comparing(StepContext& context, const db::ConnectOptions& access, const std::string& origin)
      : context_(context),
        access_(access),
        time_(context),
        progress_(context.operation.state()["comparison"][origin]) {}

  // False when another call has to go on.
  bool with_manifest(const Manifest& manifest) {
    for (const ManifestTable& table : manifest.tables) {
      if (table.contents)
        expected_[table.name] = table.contents;
      else
        beforehand_[table.name] = table.problem.empty() ? "not in the manifest" : table.problem;
    }
    return run(manifest.databases);
  }

  bool with_source(const db::ConnectOptions& source, Depth depth) {
    const std::vector<ManifestDatabase> outline = outline_databases(context_.databases, source);
    for (const TableName& name : readable_tables(contents_in(outline))) expected_[name] = std::nullopt;
    depth_ = depth;
    source_ = source;
    return run(outline);
  }

 private:
  static std::vector<DatabaseContents> contents_in(const std::vector<ManifestDatabase>& outline) {
    std::vector<DatabaseContents> contents;
    for (const ManifestDatabase& database : outline) contents.push_back(database.contents);
    return contents;
  }

  bool run(const std::vector<ManifestDatabase>& origin) {
    const std::vector<ManifestDatabase> restored = outline_databases(context_.databases, access_);
    if (progress_.is_new()) begin(origin, restored, readable_tables(contents_in(restored)));
    // Each call begins one, however long it took to see what there is: else none would ever come further.
    bool begun = false;
    for (const ManifestDatabase& database : restored) {
      if (progress_.has_swept(database.contents.name)) continue;
      if ((begun && !time_.may_begin()) || budget_left() <= 0) break;
      begun = true;
      sweep_database(database);
      progress_.add_swept(database.contents.name);
    }
    const bool all_swept = progress_.swept() == restored.size();
    if (all_swept) read_rest();
    const double spent = std::chrono::duration<double>(time_.elapsed()).count();
    const bool over = budget_left() <= 0;
    progress_.set("seconds", progress_.seconds() + spent);
    if (all_swept && progress_.pending().empty()) return finish();
    if (!over) return false;
    give_up_rest(restored);
    return finish();
  }

  double budget_left() const {
    return static_cast<double>(context_.settings.integer("verification_budget_seconds")) -
           progress_.seconds() - std::chrono::duration<double>(time_.elapsed()).count();
  }

  // One pass over a database, the source's at the same time.
  void sweep_database(const ManifestDatabase& database) {
    const std::string& name = database.contents.name;
    const auto most = std::chrono::duration<double>(time_.left()).count() * 0.8;
    const std::chrono::seconds budget(
        std::max<std::int64_t>(1, static_cast<std::int64_t>(std::min(most, budget_left()))));
    const auto sweep_in = [&](const db::ConnectOptions& access) {
      return sweep(context_.databases, access, name, depth_, budget, context_.clock);
    };
    std::future<Sweep> from_source;
    if (source_ && in_origin(name))
      from_source = std::async(std::launch::async, [&] { return sweep_in(*source_); });
    const Sweep restored = sweep_in(access_);
    if (from_source.valid()) source_read_ = from_source.get().read;
    for (const auto& [table, contents] : restored.read) {
      if (!expected_.contains(table)) continue;
      if (const db::Fingerprint* origin = origin_of(table))
        judge(table, contents, *origin);
      else
        progress_.add_pending(table);
    }
    for (const TableName& table : restored.left)
      if (expected_.contains(table)) progress_.add_pending(table);
  }

  bool in_origin(const std::string& database) const {
    return std::any_of(expected_.begin(), expected_.end(),
                       [&](const auto& entry) { return entry.first.database == database; });
  }

  // The contents that a restored table must have; null when the source's were not read.
  const db::Fingerprint* origin_of(const TableName& table) const {
    if (!source_) return &*expected_.at(table);
    const auto found = source_read_.find(table);
    return found == source_read_.end() ? nullptr : &found->second;
  }

  // The tables that no sweep had the time for, or could not read.
  void read_rest() {
    const std::vector<TableName> names = progress_.pending();
    ReadingPlan plan{.places = {access_}, .depth = depth_, .deadline = time_.begin_until()};
    if (source_) plan.places.push_back(*source_);
    const double most =
        std::chrono::duration<double>(time_.left()).count() / static_cast<double>(plan.places.size());
    const auto longest = static_cast<std::int64_t>(std::min(most, std::max(budget_left(), 1.0)));
    for (db::ConnectOptions& place : plan.places)
      place.statement_timeout = std::chrono::seconds(std::max<std::int64_t>(longest, 1));
    const auto readings = read_tables(context_.databases, context_.clock, names, plan);
    for (std::size_t i = 0; i < readings.size(); ++i) judge_reading(names[i], readings[i]);
    progress_.drop_pending(readings.size());
  }

  void give_up_rest(const std::vector<ManifestDatabase>& restored) {
    const std::string why =
        fmt::format("not reached within {} s", context_.settings.integer("verification_budget_seconds"));
    for (const TableName& name : progress_.pending()) progress_.unread(name, why);
    progress_.drop_pending(progress_.pending().size());
    for (const TableName& name : readable_tables(contents_in(restored)))
      if (expected_.contains(name) && !progress_.has_swept(name.database)) progress_.unread(name, why);
  }

  bool finish() {
    progress_.set("finished", true);
    return true;
  }

  // What needs no reading: structure, and tables that are on one side only.
  void begin(const std::vector<ManifestDatabase>& origin, const std::vector<ManifestDatabase>& restored,
             const std::vector<TableName>& restored_tables) {
    for (const std::string& text : structural_differences(origin, restored)) progress_.differs(text);
    for (const TableName& name : restored_tables)
      if (!expected_.contains(name) && !beforehand_.contains(name))
        progress_.differs(name.text() + ": not in the origin");
    for (const auto& [name, contents] : expected_)
      if (!std::binary_search(restored_tables.begin(), restored_tables.end(), name))
        progress_.differs(name.text() + ": missing");
    for (const auto& [name, why] : beforehand_) progress_.unread(name, why);
    progress_.set("tables", expected_.size() + beforehand_.size());
    progress_.set("depth", depth_ == Depth::kChecksums ? "checksums" : "rows");
    progress_.set("started_at", format_iso_millis(context_.clock.now()));
    progress_.set("swept", Json::array());
  }

  void judge_reading(const TableName& name, const std::vector<TableReading>& readings) {
    for (const TableReading& reading : readings) {
      if (reading.contents) continue;
      if (reading.damaged)
        progress_.differs(fmt::format("{}: cannot be read: {}", name.text(), reading.problem));
      else
        progress_.unread(name, reading.problem);
      return;
    }
    judge(name, *readings[0].contents, readings.size() > 1 ? *readings[1].contents : *expected_.at(name));
  }

  void judge(const TableName& name, const db::Fingerprint& restored, const db::Fingerprint& origin) {
    progress_.count("handled");
    progress_.count("rows", restored.rows);
    if (const auto differs = difference(restored, origin)) {
      progress_.differs(fmt::format("{}: {}", name.text(), *differs));
    } else {
      progress_.count("tables_equal");
      progress_.count("rows_equal", restored.rows);
    }
  }

  StepContext& context_;
  const db::ConnectOptions& access_;
  const CallTime time_;
  Progress progress_;
  Depth depth_ = Depth::kChecksums;
  std::optional<db::ConnectOptions> source_;
  std::map<TableName, db::Fingerprint> source_read_;  // of the database that was swept last
  // Tables of the origin; without contents when they are read from the source.
  std::map<TableName, std::optional<db::Fingerprint>> expected_;
  std::map<TableName, std::string> beforehand_;  // in the manifest, which could not read them
};

const Json& progress_of(const StepContext& context, const char* origin) {
  return member_or_null(member_or_null(context.operation.get("state"), "comparison"), origin);
}

StepResult wait(const StepContext& context, const char* origin, const char* next_step) {
  const Json& progress = progress_of(context, origin);
  return {.message = fmt::format("Compared {} of {} tables with the {}", int_or(progress, "handled", 0),
                                 int_or(progress, "tables", 0), origin),
          .fields = {{"tables_compared", int_or(progress, "handled", 0)},
                     {"tables_total", int_or(progress, "tables", 0)}},
          .next_step = next_step,
          .retry_after = 1};
}

std::string first_of(const Json& list, std::size_t most) {
  std::vector<std::string> texts;
  for (const Json& text : list)
    if (texts.size() < most) texts.push_back(text.get<std::string>());
  return join(texts, "; ");
}

Check check_of(const Json& progress, const std::string& origin, const std::string& name) {
  const std::int64_t differences = int_or(progress, "differences", 0);
  const std::int64_t unread = int_or(progress, "unread", 0);
  const std::int64_t equal = int_or(progress, "tables_equal", 0);
  if (differences > 0)
    return failed(name,
                  fmt::format("{} differences from the {}: {}", differences, origin,
                              first_of(member_or_null(progress, "first_differences"), kDifferencesTold)));
  const std::string equals =
      fmt::format("{} tables with {} rows equal the {}'s ({})", equal,
                  with_thousands(static_cast<std::uint64_t>(int_or(progress, "rows_equal", 0))), origin,
                  string_or(progress, "depth", ""));
  if (unread == 0) return passed(name, equals);
  const std::string missed = fmt::format("{} tables were not compared: {}", unread,
                                         first_of(member_or_null(progress, "first_unread"), kUnreadKept));
  // Nothing compared is no proof.
  if (equal == 0) return failed(name, missed);
  return {name, Outcome::kPartial, equals + "; " + missed};
}

bool compare_with_manifest(StepContext& context, const db::ConnectOptions& access) {
  Json& state = context.operation.state()["comparison"];
  std::string uri = string_or(state, "manifest_uri", "");
  if (uri.empty()) uri = manifest_uri(context);
  state["manifest_uri"] = uri;
  const Manifest manifest = load_manifest(context.api, context.names.region, uri);
  const bool done = Comparing(context, access, kManifest).with_manifest(manifest);
  state["manifest"]["taken_at"] = manifest.taken_at;
  return done;
}

bool compare_with_source(StepContext& context, const db::ConnectOptions& access, const std::string& mode) {
  const db::ConnectOptions source = source_access(context);
  return Comparing(context, access, kSource)
      .with_source(source, mode == "checksums" ? Depth::kChecksums : Depth::kRows);
}

bool is_finished(const StepContext& context, const char* origin) {
  return bool_or(progress_of(context, origin), "finished", false);
}

}  // namespace

std::optional<StepResult> compare_contents(StepContext& context, const db::ConnectOptions& access,
                                           const char* next_step) {
  if (context.settings.has("verification_manifest") && !is_finished(context, kManifest))
    if (!compare_with_manifest(context, access)) return wait(context, kManifest, next_step);
  const std::string mode = context.settings.text("compare_with_source");
  if (!mode.empty() && mode != "none" && !is_finished(context, kSource))
    if (!compare_with_source(context, access, mode)) return wait(context, kSource, next_step);
  return std::nullopt;
}

std::vector<Check> comparison_checks(const StepContext& context) {
  std::vector<Check> checks;
  for (const char* origin : {kManifest, kSource})
    if (is_finished(context, origin))
      checks.push_back(check_of(progress_of(context, origin), origin, std::string("equals_") + origin));
  return checks;
}

Json comparison_summary(const StepContext& context) {
  Json summary{{"compared_with_source", is_finished(context, kSource)},
               {"compared_with_manifest", is_finished(context, kManifest)}};
  // Where both were asked for, the source is what stands now.
  for (const char* origin : {kManifest, kSource}) {
    const Json& progress = progress_of(context, origin);
    if (!is_finished(context, origin)) continue;
    summary["rows_checked"] = int_or(progress, "rows", 0);
    summary["tables_equal"] = int_or(progress, "tables_equal", 0);
    summary["rows_equal"] = int_or(progress, "rows_equal", 0);
    summary["tables_not_compared"] = int_or(progress, "unread", 0);
    summary["comparison_seconds"] = member_or_null(progress, "seconds");
  }
  if (summary["compared_with_manifest"].get<bool>())
    summary["manifest"] =
        member_or_null(member_or_null(context.operation.get("state"), "comparison"), "manifest_uri");
  return summary;
}

std::string manifest_uri(StepContext& context) {
  const std::string given = context.settings.text("verification_manifest");
  if (given != "auto") return given;
  const Json& details = context.operation.get("snapshot_details");
  const std::string arn = string_or(details, "snapshot_arn", "");
  const std::string name = string_or(details, "snapshot_name", "");
  if (!arn.empty()) {
    const auto snapshot = context.source_rds().find_snapshot(arn);
    if (snapshot)
      if (const auto tag = snapshot->tags.find(kManifestTag); tag != snapshot->tags.end()) return tag->second;
    const std::string bucket = context.settings.has("script_bucket") ? context.settings.text("script_bucket")
                                                                     : context.settings.text("log_bucket");
    const S3Place place{bucket, manifest_key(name, arn)};
    try {
      if (!bucket.empty()) {
        context.api.call("s3", context.names.region, "HeadObject",
                         {{"Bucket", place.bucket}, {"Key", place.key}});
        return place.uri();
      }
    } catch (const aws::ServiceError& e) {
      // HEAD has no body, so what is not there has no code but its status.
      if (e.details().status != 404 && e.details().status != 403) throw;
    }
  }
  throw Error(
      "ManifestNotFound",
      fmt::format(
          "verification_manifest is auto, but snapshot {} has no tag {} and no manifest in its place.", name,
          kManifestTag),
      fmt::format("Take one while the source runs: `aurora-restore snapshots manifest --snapshot {}`.",
                  name));
}

}  // namespace aurora::restore
