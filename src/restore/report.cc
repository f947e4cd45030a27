#include "restore/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/dates.h"
#include "base/text.h"
#include "restore/pipeline.h"
#include "restore/prices.h"

namespace aurora::restore {
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kTrailMax = 2000;

const Json& at(const Json& object, std::initializer_list<std::string_view> path) {
  const Json* found = &object;
  for (const std::string_view key : path) found = &member_or_null(*found, key);
  return *found;
}

std::string text_at(const Json& object, std::initializer_list<std::string_view> path) {
  const Json& value = at(object, path);
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : dump_json(value);
}

// The first that says something.
std::string first_of(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts)
    if (!text.empty()) return text;
  return "";
}

Json seconds_between(const std::string& from, const std::string& to) {
  const auto begin = parse_iso(from);
  const auto end = parse_iso(to);
  if (!begin || !end) return nullptr;
  return std::round(std::chrono::duration<double>(*end - *begin).count() * 1000) / 1000;
}

// Sounds like a secret and is not the name of one.
bool is_secret_name(const std::string& name) {
  const std::string lower = to_lower(name);
  for (const char* end : {"_id", "_arn", "_name", "_secret"})
    if (lower.ends_with(end)) return false;
  for (const char* part : {"password", "secret", "token", "credential"})
    if (lower.find(part) != std::string::npos) return true;
  return false;
}

Json masked(const std::string& name, const Json& value) {
  if (value.is_string() && is_secret_name(name)) return "(not shown)";
  if (value.is_object()) {
    Json copy = Json::object();
    for (const auto& [key, member] : value.items()) copy[key] = masked(key, member);
    return copy;
  }
  if (value.is_array()) {
    Json copy = Json::array();
    for (const Json& element : value) copy.push_back(masked(name, element));
    return copy;
  }
  return value;
}

std::string headline_of(const std::string& status, const std::string& target, const std::string& step) {
  const std::string onto = target.empty() ? "" : " " + target;
  if (status == kCompleted) return "Restored" + onto;
  if (status == kInProgress)
    return fmt::format("The restore of{} is in progress", target.empty() ? " it" : onto);
  if (status == kCancelled)
    return fmt::format("The restore of{} was cancelled", target.empty() ? " it" : onto);
  return step.empty() ? "The restore failed"
                      : fmt::format("The restore failed: {}", to_lower(step_title_of(step)));
}

Json outcome_of(const ReportInput& input) {
  const Json& state = input.state;
  const Json& error = at(state, {"error"});
  const std::string step = first_of({text_at(error, {"step"}), text_at(state, {"state", "failed_step"})});
  std::string status = text_at(state, {"status"});
  if (status.empty()) status = input.execution.is_object() ? text_at(input.execution, {"status"}) : "UNKNOWN";
  Json outcome{{"status", status},
               {"headline", headline_of(status, text_at(state, {"parameters", "target_cluster_id"}), step)}};
  if (error.is_object() && !error.empty() && status != kCompleted)
    outcome["error"] = {{"name", first_of({text_at(error, {"name"}), text_at(error, {"code"})})},
                        {"message", text_at(error, {"message"})},
                        {"hint", text_at(error, {"hint"})},
                        {"step", step}};
  for (const char* key : {"what_stands", "next_command"})
    if (const std::string text = text_at(state, {"rollback", key}); !text.empty()) outcome[key] = text;
  return outcome;
}

Json times_of(const ReportInput& input) {
  std::string start = text_at(input.state, {"start_time"});
  std::string end = text_at(input.state, {"end_time"});
  const auto instant = [](const Json& event) {
    const std::string key = text_at(event, {"timestamp"});
    return key.substr(0, key.rfind('-'));
  };
  if (start.empty() && !input.audit.empty()) start = instant(input.audit.front());
  if (end.empty() && input.state.empty() && !input.audit.empty()) end = instant(input.audit.back());
  const std::string until = end.empty() ? format_iso_millis(input.made_at) : end;
  return {{"started_at", start},
          {"ended_at", end.empty() ? Json(nullptr) : Json(end)},
          {"seconds", seconds_between(start, until)}};
}

Json source_of(const Json& state) {
  Json source = at(state, {"snapshot_details"});
  if (!source.is_object()) source = Json::object();
  for (const char* key : {"snapshot_name", "source_region", "source_cluster_id", "restore_to_time"})
    if (!source.contains(key))
      if (const std::string text = text_at(state, {"parameters", key}); !text.empty()) source[key] = text;
  return source;
}

Json target_of(const Json& state) {
  Json target = at(state, {"restore_details"});
  if (!target.is_object()) target = Json::object();
  for (const char* key :
       {"target_cluster_id", "target_region", "db_instance_class", "reader_count", "replace_strategy"})
    if (!target.contains(key) && !at(state, {"parameters", key}).is_null())
      target[key] = at(state, {"parameters", key});
  return target;
}

// The state's steps in the order in which they began. How often a step looked stands in the trail, as far as
// each look brought news.
Json timeline_of(const ReportInput& input) {
  if (input.timeline) return *input.timeline;
  Json steps = Json::array();
  for (const auto& [name, step] : at(input.state, {"steps"}).items()) {
    const std::string from = text_at(step, {"started_at"});
    const std::string to = text_at(step, {"finished_at"});
    const auto looks =
        std::count_if(input.audit.begin(), input.audit.end(), [&name = name](const Json& event) {
          return text_at(event, {"step"}) == name && text_at(event, {"status"}) == "waiting";
        });
    Json row{{"step", name},
             {"title", step_title_of(name)},
             {"status", text_at(step, {"status"})},
             {"started_at", from},
             {"finished_at", to.empty() ? Json(nullptr) : Json(to)},
             {"seconds", seconds_between(from, to)},
             {"looks", looks + 1},
             {"message", text_at(step, {"message"})}};
    steps.push_back(std::move(row));
  }
  std::stable_sort(steps.begin(), steps.end(), [](const Json& a, const Json& b) {
    return text_at(a, {"started_at"}) < text_at(b, {"started_at"});
  });
  return steps;
}

Json users_of(const Json& state, const char* key) {
  Json names = Json::array();
  for (const Json& user : at(state, {"state", key}))
    if (const std::string name = user.is_string() ? user.get<std::string>() : text_at(user, {"username"});
        !name.empty())
      names.push_back(name);
  return names;
}

Json changes_of(const ReportInput& input) {
  const Json& state = input.state;
  const Json& known = at(state, {"state"});
  const std::string region = first_of({text_at(state, {"parameters", "target_region"}), input.region});
  const std::string cluster = first_of({text_at(state, {"restore_details", "target_cluster_id"}),
                                        text_at(state, {"parameters", "target_cluster_id"})});
  Json created = Json::array();
  Json removed = Json::array();
  const auto add = [&](Json& list, const char* kind, const std::string& identifier, const std::string& note) {
    if (!identifier.empty())
      list.push_back({{"kind", kind}, {"identifier", identifier}, {"region", region}, {"note", note}});
  };
  const Json& cleaned = at(state, {"cleanup_results"});
  if (bool_or(known, "copy_begun", false)) {
    add(created, "snapshot", text_at(known, {"target_snapshot"}), "the copy");
    if (bool_or(cleaned, "snapshot_deleted", false))
      add(removed, "snapshot", text_at(known, {"target_snapshot"}), "the copy, not needed any more");
  }
  add(created, "subnet group", text_at(known, {"subnet_group_made"}), "for the subnets that were asked for");
  if (bool_or(known, "cluster_restored", false)) add(created, "cluster", cluster, "the restored cluster");
  for (const Json& instance : at(known, {"instances"}))
    if (instance.is_string()) add(created, "instance", instance, "");
  const std::string retired = text_at(known, {"retired_cluster_id"});
  if (!retired.empty())
    add(bool_or(cleaned, "retired_cluster_deleted", false) ? removed : created, "cluster", retired,
        "the old cluster, renamed");
  add(removed, "cluster", text_at(known, {"deleted_cluster"}), "the old cluster");
  add(created, "snapshot", text_at(known, {"final_snapshot"}), "of the old cluster, to stay");
  Json changes{
      {"created", created}, {"removed", removed}, {"users_removed", users_of(state, "users_removed")}};
  changes["rolled_back"] =
      at(state, {"rollback", "done"}).is_array() ? at(state, {"rollback", "done"}) : Json::array();
  changes["tagged_now"] = input.tagged ? *input.tagged : Json(nullptr);
  return changes;
}

Json configuration_of(const Json& state) {
  Json rows = Json::array();
  const Json& sources = at(state, {"parameter_sources"});
  for (const auto& [name, value] : at(state, {"parameters"}).items())
    rows.push_back({{"name", name},
                    {"value", masked(name, value)},
                    {"source", string_or(sources, name, sources.is_object() ? "default" : "")}});
  return rows;
}

Json notifications_of(const std::vector<Json>& audit) {
  Json rows = Json::array();
  for (const Json& event : audit) {
    const Json& details = at(event, {"details"});
    Json row{{"at", text_at(event, {"timestamp"})}, {"step", text_at(event, {"step"})}};
    for (const char* key : {"sns_message_id", "sqs_message_id", "notification_failures"})
      if (const Json& value = member_or_null(details, key); !value.is_null()) row[key] = value;
    if (row.size() > 2) rows.push_back(std::move(row));
  }
  return rows;
}

Json errors_of(const std::vector<Json>& audit) {
  Json rows = Json::array();
  for (const Json& event : audit) {
    const std::string status = text_at(event, {"status"});
    if (status != "failed" && status != "warning") continue;
    const Json& details = at(event, {"details"});
    rows.push_back({{"at", text_at(event, {"timestamp"})},
                    {"step", text_at(event, {"step"})},
                    {"status", status},
                    {"name", text_at(details, {"error"})},
                    {"message", text_at(details, {"message"})},
                    {"hint", first_of({text_at(details, {"hint"}), text_at(details, {"reason"})})}});
  }
  return rows;
}

Json cost_of(const Json& state) {
  const auto gib = static_cast<double>(int_or(at(state, {"snapshot_details"}), "allocated_storage_gib", 0));
  const std::string instance_class = text_at(state, {"parameters", "db_instance_class"});
  const auto instances = 1 + int_or(at(state, {"parameters"}), "reader_count", 0);
  Json cost{
      {"currency", "USD"},
      {"prices_as_of", kPricesAsOf},
      {"note", "Estimated from on-demand list prices of us-east-1; backups, I/O and transfer not counted."},
      {"storage_per_month", gib * kStorageGibMonth}};
  const auto hour = instance_class == "db.serverless" ? std::nullopt : instance_hour(instance_class);
  cost["instances_per_month"] =
      hour ? Json(*hour * kHoursPerMonth * static_cast<double>(instances)) : Json(nullptr);
  const bool copied = bool_or(at(state, {"state"}), "copy_begun", false);
  cost["copy_per_month_while_kept"] = copied ? gib * kSnapshotGibMonth : 0.0;
  return cost;
}

Json identifiers_of(const ReportInput& input) {
  const Json& state = input.state;
  Json identifiers{{"operation_id", input.operation_id}};
  const std::pair<const char*, std::string> known[] = {
      {"run_id", text_at(state, {"state", "run_id"})},
      {"execution_arn",
       first_of({text_at(state, {"execution_arn"}), text_at(input.execution, {"executionArn"})})},
      {"source_snapshot_arn", first_of({text_at(state, {"state", "source_snapshot_arn"}),
                                        text_at(state, {"snapshot_details", "snapshot_arn"})})},
      {"target_snapshot", text_at(state, {"state", "target_snapshot"})},
      {"cluster_arn", text_at(state, {"restore_details", "cluster_arn"})},
      {"cluster_resource_id", text_at(state, {"restore_details", "cluster_resource_id"})}};
  for (const auto& [name, text] : known)
    if (!text.empty()) identifiers[name] = text;
  return identifiers;
}

Json trail_of(const std::vector<Json>& audit) {
  Json rows = Json::array();
  for (const Json& event : audit) {
    if (rows.size() == kTrailMax) break;
    rows.push_back({{"at", text_at(event, {"timestamp"})},
                    {"step", text_at(event, {"step"})},
                    {"status", text_at(event, {"status"})},
                    {"message", text_at(event, {"details", "message"})}});
  }
  return rows;
}

}  // namespace

std::string step_title_of(const std::string& step) {
  static const std::map<std::string, std::string> kTitles{
      {"snapshot_check", "Check the snapshot"},
      {"copy_snapshot", "Copy the snapshot"},
      {"check_copy_status", "Wait for the copy"},
      {"delete_rds", "Make room for the target"},
      {"restore_snapshot", "Restore the cluster"},
      {"check_restore_status", "Wait for the cluster"},
      {"setup_db_users", "Set up users"},
      {"verify_restore", "Verify the data"},
      {"notify_completion", "Notify"},
      {"cleanup", "Clean up"},
      {"handle_failure", "Roll back"},
  };
  const auto found = kTitles.find(step);
  return found == kTitles.end() ? step : found->second;
}

Json make_report(const ReportInput& input) {
  const Json& verification = at(input.state, {"verification"});
  return {{"report_version", kVersion},
          {"made_at", format_iso_millis(input.made_at)},
          {"operation_id", input.operation_id},
          {"environment", input.environment},
          {"region", input.region},
          {"outcome", outcome_of(input)},
          {"times", times_of(input)},
          {"source", source_of(input.state)},
          {"target", target_of(input.state)},
          {"timeline", timeline_of(input)},
          {"verification", verification.is_object() ? verification : Json::object()},
          {"users", users_of(input.state, "users_created")},
          {"changes", changes_of(input)},
          {"configuration", configuration_of(input.state)},
          {"notifications", notifications_of(input.audit)},
          {"errors", errors_of(input.audit)},
          {"cost", cost_of(input.state)},
          {"identifiers", identifiers_of(input)},
          {"trail", trail_of(input.audit)}};
}

}  // namespace aurora::restore
