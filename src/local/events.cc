#include "local/events.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/ids.h"
#include "base/text.h"
#include "local/event_delivery.h"
#include "local/events_pattern.h"
#include "local/events_schedule.h"

namespace aurora::local {
namespace {

constexpr std::size_t kTargetsMax = 5;
constexpr std::size_t kEntriesMax = 10;

aws::ServiceError validation(const std::string& message) {
  return {"ValidationException", message};
}

void refuse_other_buses(const Call& call) {
  const std::string bus = text_or(call, "EventBusName", "default");
  if (bus != "default" && !bus.ends_with(":event-bus/default"))
    throw aws::ServiceError("ResourceNotFoundException", fmt::format("Event bus {} does not exist.", bus));
}

std::string rule_arn(const std::string& region, const std::string& name) {
  return make_arn("events", region, "rule/" + name);
}

Json pattern_of(const std::string& text) {
  const Json pattern = parse_json_or_discard(text);
  if (pattern.is_discarded())
    throw aws::ServiceError("InvalidEventPatternException",
                            "Event pattern is not valid. Reason: it is no JSON.");
  check_event_pattern(pattern);
  return pattern;
}

void refuse_unknown_service(const Json& target) {
  if (!deliverable_service(string_or(target, "Arn", "")).empty()) return;
  throw validation(fmt::format(
      "Target {} is of no service that this endpoint sends events to: states, lambda, sns and sqs are.",
      string_or(target, "Arn", "")));
}

void check_target(const Json& target) {
  refuse_unknown_service(target);
  if (target.contains("InputTransformer"))
    throw validation("InputTransformer is not carried by this endpoint; use Input or InputPath.");
  if (target.contains("Input") && target.contains("InputPath"))
    throw validation("Only one of Input, InputPath, or InputTransformer must be provided for target " +
                     string_or(target, "Id", "") + ".");
  if (target.contains("Input") && parse_json_or_discard(string_or(target, "Input", "")).is_discarded())
    throw validation(fmt::format("Input of target {} is no JSON.", string_or(target, "Id", "")));
  const std::string path = string_or(target, "InputPath", "$");
  if (!path.starts_with("$")) throw validation(fmt::format("InputPath {} is no JSON path.", path));
}

// What "$.detail.name" means in the event: a path of plain members. Null when it leads nowhere.
Json at_path(const Json& event, const std::string& path) {
  const Json* here = &event;
  for (const std::string& part : split(path.substr(1), '.')) {
    if (part.empty()) continue;
    if (!here->is_object() || !here->contains(part)) return nullptr;
    here = &(*here)[part];
  }
  return *here;
}

std::string input_of(const Json& target, const Json& event) {
  if (target.contains("Input")) return string_or(target, "Input", "{}");
  return dump_json(at_path(event, string_or(target, "InputPath", "$")));
}

// Whether a field of a pattern can hold for `value`; one that is no list of plain values is left to
// matches_event().
bool allows(const Json& field, std::string_view value) {
  const bool plain =
      field.is_array() && std::ranges::all_of(field, [](const Json& each) { return each.is_string(); });
  return !plain || std::ranges::find(field, Json(value)) != field.end();
}

Json shown(const std::string& region, const Json& rule, const std::string& name) {
  Json answer{{"Name", name},
              {"Arn", rule_arn(region, name)},
              {"State", string_or(rule, "State", "ENABLED")},
              {"EventBusName", "default"}};
  for (const char* member : {"EventPattern", "ScheduleExpression", "Description", "RoleArn"})
    if (rule.contains(member)) answer[member] = rule[member];
  return answer;
}

}  // namespace

Events::Events(const std::filesystem::path& directory, Clock& clock, Router& router, Log log)
    : clock_(clock),
      router_(router),
      log_(std::move(log)),
      database_(open_store(directory, "events", {Documents::schema("rules"), RunLog::schema()})),
      rules_(database_, "rules"),
      runs_(database_),
      timekeeper_(clock, log_, [this] { return run_due(); }) {}

Json Events::handle(const Call& call) {
  static const Handlers<Events> kHandlers = {
      {"PutRule", &Events::put_rule},
      {"DescribeRule", &Events::describe_rule},
      {"ListRules", &Events::list_rules},
      {"DeleteRule", &Events::delete_rule},
      {"EnableRule", &Events::enable_rule},
      {"DisableRule", &Events::disable_rule},
      {"PutTargets", &Events::put_targets},
      {"RemoveTargets", &Events::remove_targets},
      {"ListTargetsByRule", &Events::list_targets_by_rule},
      {"PutEvents", &Events::put_events},
      {"TestEventPattern", &Events::test_event_pattern},
      {"TagResource", &Events::tag_resource},
      {"UntagResource", &Events::untag_resource},
      {"ListTagsForResource", &Events::list_tags_for_resource},
  };
  return dispatch(*this, kHandlers, call);
}

Json Events::find_rule(const Call& call, const std::string& name) const {
  const std::optional<Json> rule = rules_.get(call.region, name);
  if (!rule)
    throw aws::ServiceError("ResourceNotFoundException",
                            fmt::format("Rule {} does not exist on EventBus default.", name));
  return *rule;
}

void Events::put(const std::string& region, const std::string& name, const Json& rule) {
  rules_.put(region, name, rule);
  active_.erase(region);
}

Json Events::put_rule(const Call& call) {
  refuse_other_buses(call);
  const std::string name = required(call, "Name");
  const std::string pattern = text_or(call, "EventPattern");
  const std::string schedule = text_or(call, "ScheduleExpression");
  if (pattern.empty() && schedule.empty())
    throw validation("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  if (!pattern.empty()) pattern_of(pattern);
  if (!schedule.empty()) check_rule_schedule(schedule);
  const std::lock_guard lock(mutex_);
  Json rule =
      rules_.get(call.region, name).value_or(Json{{"targets", Json::array()}, {"tags", Json::object()}});
  if (string_or(rule, "ScheduleExpression", "") != schedule) rule.erase("next");
  for (const char* member : {"EventPattern", "ScheduleExpression", "Description", "RoleArn", "State"}) {
    rule.erase(member);
    if (!text_or(call, member).empty()) rule[member] = call.input[member];
  }
  add_tags(rule["tags"], member_or_null(call.input, "Tags"));
  arm(rule);
  put(call.region, name, rule);
  timekeeper_.wake();
  return {{"RuleArn", rule_arn(call.region, name)}};
}

Json Events::describe_rule(const Call& call) {
  refuse_other_buses(call);
  const std::string name = required(call, "Name");
  const std::lock_guard lock(mutex_);
  return shown(call.region, find_rule(call, name), name);
}

Json Events::list_rules(const Call& call) {
  refuse_other_buses(call);
  const std::lock_guard lock(mutex_);
  const auto [page, next] =
      take_page(call, {"Limit", "NextToken", 100, 100}, rules_.list(call.region, text_or(call, "NamePrefix")),
                [](const Documents::Entry& entry) { return entry.name; });
  Json answer{{"Rules", Json::array()}};
  for (const Documents::Entry& entry : page)
    answer["Rules"].push_back(shown(call.region, entry.document, entry.name));
  if (!next.empty()) answer["NextToken"] = next;
  return answer;
}

Json Events::delete_rule(const Call& call) {
  refuse_other_buses(call);
  const std::string name = required(call, "Name");
  const std::lock_guard lock(mutex_);
  const std::optional<Json> rule = rules_.get(call.region, name);
  if (rule && !(*rule)["targets"].empty()) throw validation("Rule can't be deleted since it has targets.");
  rules_.erase(call.region, name);
  runs_.forget(call.region, name);
  active_.erase(call.region);
  return Json::object();
}

Json Events::set_state(const Call& call, const char* state) {
  refuse_other_buses(call);
  const std::string name = required(call, "Name");
  const std::lock_guard lock(mutex_);
  Json rule = find_rule(call, name);
  rule["State"] = state;
  arm(rule);
  put(call.region, name, rule);
  timekeeper_.wake();
  return Json::object();
}

Json Events::enable_rule(const Call& call) {
  return set_state(call, "ENABLED");
}
Json Events::disable_rule(const Call& call) {
  return set_state(call, "DISABLED");
}

Json Events::put_targets(const Call& call) {
  refuse_other_buses(call);
  const std::string name = required(call, "Rule");
  for (const Json& target : member_or_null(call.input, "Targets")) check_target(target);
  const std::lock_guard lock(mutex_);
  Json rule = find_rule(call, name);
  Json& targets = rule["targets"];
  for (const Json& target : member_or_null(call.input, "Targets")) {
    const auto same = std::find_if(targets.begin(), targets.end(),
                                   [&](const Json& each) { return each["Id"] == target["Id"]; });
    if (same != targets.end())
      *same = target;
    else
      targets.push_back(target);
  }
  if (targets.size() > kTargetsMax)
    throw aws::ServiceError("LimitExceededException",
                            "The requested resource exceeds the maximum number allowed.");
  put(call.region, name, rule);
  return {{"FailedEntryCount", 0}, {"FailedEntries", Json::array()}};
}

Json Events::remove_targets(const Call& call) {
  refuse_other_buses(call);
  const std::string name = required(call, "Rule");
  const std::lock_guard lock(mutex_);
  Json rule = find_rule(call, name);
  const Json& ids = member_or_null(call.input, "Ids");
  Json kept = Json::array();
  for (const Json& target : rule["targets"])
    if (std::find(ids.begin(), ids.end(), target["Id"]) == ids.end()) kept.push_back(target);
  rule["targets"] = kept;
  put(call.region, name, rule);
  return {{"FailedEntryCount", 0}, {"FailedEntries", Json::array()}};
}

Json Events::list_targets_by_rule(const Call& call) {
  refuse_other_buses(call);
  const std::lock_guard lock(mutex_);
  return {{"Targets", find_rule(call, required(call, "Rule"))["targets"]}};
}

Json Events::put_events(const Call& call) {
  const Json& entries = member_or_null(call.input, "Entries");
  if (entries.empty() || entries.size() > kEntriesMax)
    throw validation(fmt::format("PutEvents takes 1 to {} entries.", kEntriesMax));
  Json answers = Json::array();
  std::int64_t failed = 0;
  for (const Json& entry : entries) {
    const Json detail = parse_json_or_discard(string_or(entry, "Detail", ""));
    if (!detail.is_object() || string_or(entry, "Source", "").empty() ||
        string_or(entry, "DetailType", "").empty()) {
      answers.push_back({{"ErrorCode", detail.is_object() ? "InvalidArgument" : "MalformedDetail"},
                         {"ErrorMessage", detail.is_object() ? "Source and DetailType are required."
                                                             : "Detail is malformed."}});
      ++failed;
      continue;
    }
    const std::string id = new_uuid();
    deliver(call.region, {{"version", "0"},
                          {"id", id},
                          {"detail-type", entry["DetailType"]},
                          {"source", entry["Source"]},
                          {"account", kAccountId},
                          {"time", string_or(entry, "Time", format_iso_seconds(clock_.now()))},
                          {"region", call.region},
                          {"resources", entry.contains("Resources") ? entry["Resources"] : Json::array()},
                          {"detail", detail}});
    answers.push_back({{"EventId", id}});
  }
  return {{"FailedEntryCount", failed}, {"Entries", answers}};
}

Json Events::test_event_pattern(const Call& call) {
  const Json event = parse_json_or_discard(required(call, "Event"));
  if (!event.is_object()) throw validation("Parameter Event is not valid.");
  return {{"Result", matches_event(pattern_of(required(call, "EventPattern")), event)}};
}

Json Events::tag_resource(const Call& call) {
  const std::string name =
      arn_part(required(call, "ResourceARN"), 5).substr(std::string_view("rule/").size());
  const std::lock_guard lock(mutex_);
  Json rule = find_rule(call, name);
  add_tags(rule["tags"], member_or_null(call.input, "Tags"));
  put(call.region, name, rule);
  return Json::object();
}

Json Events::untag_resource(const Call& call) {
  const std::string name =
      arn_part(required(call, "ResourceARN"), 5).substr(std::string_view("rule/").size());
  const std::lock_guard lock(mutex_);
  Json rule = find_rule(call, name);
  remove_tags(rule["tags"], member_or_null(call.input, "TagKeys"));
  put(call.region, name, rule);
  return Json::object();
}

Json Events::list_tags_for_resource(const Call& call) {
  const std::string name =
      arn_part(required(call, "ResourceARN"), 5).substr(std::string_view("rule/").size());
  const std::lock_guard lock(mutex_);
  return {{"Tags", tag_list(find_rule(call, name)["tags"])}};
}

// ---- delivery

const std::vector<Events::Active>& Events::active(const std::string& region) {
  const auto known = active_.find(region);
  if (known != active_.end()) return known->second;
  std::vector<Active> rules;
  for (Documents::Entry& rule : rules_.list(region)) {
    if (string_or(rule.document, "State", "ENABLED") != "ENABLED" || rule.document["targets"].empty() ||
        !rule.document.contains("EventPattern"))
      continue;
    Json pattern = Json::parse(string_or(rule.document, "EventPattern", "{}"));
    rules.push_back({std::move(rule), std::move(pattern)});
  }
  return active_[region] = std::move(rules);
}

bool Events::may_want(const std::string& region, std::string_view status) {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(active(region), [&](const Active& each) {
    return allows(member_or_null(each.pattern, "source"), "aws.states") &&
           allows(member_or_null(member_or_null(each.pattern, "detail"), "status"), status);
  });
}

bool Events::wants(const std::string& region, const Json& event) {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(active(region),
                             [&](const Active& each) { return matches_event(each.pattern, event); });
}

void Events::deliver(const std::string& region, const Json& event) {
  std::vector<Documents::Entry> rules;
  {
    const std::lock_guard lock(mutex_);
    for (const Active& each : active(region))
      if (matches_event(each.pattern, event)) rules.push_back(each.rule);
  }
  for (const Documents::Entry& rule : rules) send_to_targets(region, rule, event);
}

std::optional<aws::ServiceError> Events::send_to_targets(const std::string& region,
                                                         const Documents::Entry& rule, const Json& event) {
  std::optional<aws::ServiceError> refusal;
  for (const Json& target : rule.document["targets"]) {
    try {
      send(region, target, event);
    } catch (const aws::ServiceError& e) {
      if (e.is("ServiceUnavailable")) throw;
      log_.warning("A rule's target refused an event",
                   {{"rule", rule.name}, {"target", string_or(target, "Arn", "")}, {"reason", e.what()}});
      if (!refusal) refusal = e;
    }
  }
  return refusal;
}

// An execution is named after the event, so that an event that is delivered twice starts one.
void Events::send(const std::string& region, const Json& target, const Json& event) {
  local::deliver(router_,
                 {.region = region,
                  .arn = string_or(target, "Arn", ""),
                  .input = input_of(target, event),
                  .name = string_or(event, "id", ""),
                  .message_group = string_or(member_or_null(target, "SqsParameters"), "MessageGroupId", "")});
}

}  // namespace aurora::local
