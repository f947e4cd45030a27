#include "local/scheduler.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "local/scheduler/rules.h"

namespace aurora::local {
namespace {

using scheduler::kDefaultGroup;

constexpr std::string_view kGroupResource = "schedule-group/";

std::string group_arn(const std::string& region, const std::string& name) {
  return make_arn("scheduler", region, fmt::format("{}{}", kGroupResource, name));
}

Json shown_group(const std::string& region, const std::string& name, const Json& group) {
  Json shown{{"Arn", group_arn(region, name)}, {"Name", name}, {"State", "ACTIVE"}};
  for (const char* member : {"CreationDate", "LastModificationDate"})
    if (group.contains(member)) shown[member] = group[member];
  return shown;
}

}  // namespace

Scheduler::Scheduler(const std::filesystem::path& directory, Clock& clock, Router& router, Log log)
    : clock_(clock),
      router_(router),
      log_(std::move(log)),
      database_(open_store(directory, "scheduler",
                           {Documents::schema("groups"), Documents::schema("schedules"),
                            Documents::schema("invocations"), RunLog::schema()})),
      groups_(database_, "groups"),
      schedules_(database_, "schedules"),
      invocations_(database_, "invocations"),
      runs_(database_),
      timekeeper_(clock, log_, [this] { return run_due(); }) {}

Json Scheduler::handle(const Call& call) {
  static const Handlers<Scheduler> kHandlers = {
      {"CreateScheduleGroup", &Scheduler::create_schedule_group},
      {"GetScheduleGroup", &Scheduler::get_schedule_group},
      {"DeleteScheduleGroup", &Scheduler::delete_schedule_group},
      {"ListScheduleGroups", &Scheduler::list_schedule_groups},
      {"CreateSchedule", &Scheduler::create_schedule},
      {"GetSchedule", &Scheduler::get_schedule},
      {"UpdateSchedule", &Scheduler::update_schedule},
      {"DeleteSchedule", &Scheduler::delete_schedule},
      {"ListSchedules", &Scheduler::list_schedules},
      {"TagResource", &Scheduler::tag_resource},
      {"UntagResource", &Scheduler::untag_resource},
      {"ListTagsForResource", &Scheduler::list_tags_for_resource},
  };
  return dispatch(*this, kHandlers, call);
}

Json Scheduler::find_group(const std::string& region, const std::string& name) const {
  if (const std::optional<Json> group = groups_.get(region, name)) return *group;
  if (name == kDefaultGroup) return {{"tags", Json::object()}};
  throw aws::ServiceError("ResourceNotFoundException", fmt::format("Schedule group {} does not exist.", name),
                          404);
}

Json Scheduler::create_schedule_group(const Call& call) {
  const std::string name = required(call, "Name");
  scheduler::check_name(name, "name");
  const std::string token = text_or(call, "ClientToken");
  const std::lock_guard lock(mutex_);
  const std::optional<Json> there = groups_.get(call.region, name);
  const bool repeated = there && !token.empty() && string_or(*there, "ClientToken", "") == token;
  if ((there && !repeated) || name == kDefaultGroup)
    throw aws::ServiceError("ConflictException", fmt::format("Schedule group {} already exists.", name), 409);
  if (!repeated) {
    const std::string now = format_iso_millis(clock_.now());
    Json group{{"CreationDate", now}, {"LastModificationDate", now}, {"ClientToken", token}};
    add_tags(group["tags"], member_or_null(call.input, "Tags"));
    groups_.put(call.region, name, group);
  }
  return {{"ScheduleGroupArn", group_arn(call.region, name)}};
}

Json Scheduler::get_schedule_group(const Call& call) {
  const std::string name = required(call, "Name");
  const std::lock_guard lock(mutex_);
  return shown_group(call.region, name, find_group(call.region, name));
}

Json Scheduler::delete_schedule_group(const Call& call) {
  const std::string name = required(call, "Name");
  if (name == kDefaultGroup)
    throw aws::ServiceError("ValidationException", "Deleting the default schedule group is not allowed.");
  const std::lock_guard lock(mutex_);
  find_group(call.region, name);
  WriteTransaction transaction(database_);
  for (const Documents::Entry& schedule : schedules_.list(call.region, name + "/"))
    forget_schedule(call.region, schedule.name);
  groups_.erase(call.region, name);
  transaction.commit();
  return Json::object();
}

Json Scheduler::list_schedule_groups(const Call& call) {
  const std::string prefix = text_or(call, "NamePrefix");
  const std::lock_guard lock(mutex_);
  std::vector<Documents::Entry> groups = groups_.list(call.region, prefix);
  if (std::string_view(kDefaultGroup).starts_with(prefix)) {
    const auto after =
        std::ranges::lower_bound(groups, std::string(kDefaultGroup), {}, &Documents::Entry::name);
    if (after == groups.end() || after->name != kDefaultGroup)
      groups.insert(after, {kDefaultGroup, Json::object()});
  }
  const auto [page, next] = take_page(call, {"MaxResults", "NextToken", 100, 100}, std::move(groups),
                                      [](const Documents::Entry& entry) { return entry.name; });
  Json answer{{"ScheduleGroups", Json::array()}};
  for (const Documents::Entry& group : page)
    answer["ScheduleGroups"].push_back(shown_group(call.region, group.name, group.document));
  if (!next.empty()) answer["NextToken"] = next;
  return answer;
}

// Schedules have no tags, their groups have.
Documents::Entry Scheduler::tagged_group(const Call& call) const {
  const std::string resource = arn_part(required(call, "ResourceArn"), 5);
  if (!resource.starts_with(kGroupResource))
    throw aws::ServiceError("ValidationException", "Only schedule groups can have tags.");
  const std::string name = resource.substr(kGroupResource.size());
  return {name, find_group(call.region, name)};
}

Json Scheduler::tag_resource(const Call& call) {
  const std::lock_guard lock(mutex_);
  auto [name, group] = tagged_group(call);
  add_tags(group["tags"], member_or_null(call.input, "Tags"));
  groups_.put(call.region, name, group);
  return Json::object();
}

Json Scheduler::untag_resource(const Call& call) {
  const std::lock_guard lock(mutex_);
  auto [name, group] = tagged_group(call);
  remove_tags(group["tags"], member_or_null(call.input, "TagKeys"));
  groups_.put(call.region, name, group);
  return Json::object();
}

Json Scheduler::list_tags_for_resource(const Call& call) {
  const std::lock_guard lock(mutex_);
  return {{"Tags", tag_list(tagged_group(call).document["tags"])}};
}

}  // namespace aurora::local
