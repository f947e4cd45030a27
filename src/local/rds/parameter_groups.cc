#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "local/rds/catalog.h"
#include "local/rds/clusters.h"
#include "local/rds/groups.h"
#include "local/rds/paging.h"
#include "local/rds/parameters.h"
#include "local/rds/quotas.h"
#include "local/rds/tags.h"

namespace aurora::local::rds {
namespace {

// The two kinds of groups differ in nothing but names.
struct Names {
  Kind kind;
  const char* name;  // DBClusterParameterGroupName
  const char* arn;
  const char* object;  // DBClusterParameterGroup
  const char* list;
  const char* source;  // of copies
  const char* target;
  const char* target_description;
};

constexpr Names kCluster{Kind::kClusterParameterGroup,
                         "DBClusterParameterGroupName",
                         "DBClusterParameterGroupArn",
                         "DBClusterParameterGroup",
                         "DBClusterParameterGroups",
                         "SourceDBClusterParameterGroupIdentifier",
                         "TargetDBClusterParameterGroupIdentifier",
                         "TargetDBClusterParameterGroupDescription"};
constexpr Names kInstance{Kind::kParameterGroup,
                          "DBParameterGroupName",
                          "DBParameterGroupArn",
                          "DBParameterGroup",
                          "DBParameterGroups",
                          "SourceDBParameterGroupIdentifier",
                          "TargetDBParameterGroupIdentifier",
                          "TargetDBParameterGroupDescription"};

const Names& names_of(Kind kind) {
  return kind == Kind::kParameterGroup ? kInstance : kCluster;
}
bool for_cluster(const Names& names) {
  return names.kind == Kind::kClusterParameterGroup;
}
std::string family_of(const Resource& group) {
  return group.body.at("DBParameterGroupFamily").get<std::string>();
}

Resource make_group(const Names& names, const std::string& region, const std::string& id,
                    const std::string& family, const std::string& description) {
  Resource group{.kind = names.kind,
                 .region = region,
                 .id = id,
                 .resource = new_resource_id("pg-"),
                 .body = Json::object(),
                 .internal = Json::object()};
  group.body = {{names.name, id},
                {"DBParameterGroupFamily", family},
                {"Description", description},
                {names.arn, arn_of(names.kind, region, id)}};
  group.internal["values"] = Json::object();
  return group;
}

Json shown(const Resource& group) {
  Json body = group.body;
  body.erase("TagList");
  return body;
}

Resource default_parameter_group(Context& context, Kind kind, const std::string& family) {
  const std::string id = "default." + family;
  if (auto kept = context.records.find(kind, context.region, id)) return *kept;
  Resource group = make_group(names_of(kind), context.region, id, family,
                              fmt::format("Default {} parameter group for {}",
                                          kind == Kind::kParameterGroup ? "instance" : "cluster", family));
  context.records.put(group);
  return group;
}

// A default group's id holds a dot, which no other group's may.
Resource need_group(Context& context, const Names& names, const std::string& identifier) {
  const std::string id = local_id(identifier, names.kind, context.region);
  if (auto built_in = default_group(context, names.kind, id)) return *built_in;
  if (auto found = context.records.find(names.kind, context.region, id)) return *found;
  // DescribeDBClusterParameterGroups and its like report the code of instances' groups.
  throw fault("DBParameterGroupNotFound", fmt::format("{} not found: {}", names.object, identifier), 404);
}

Resource need_own_group(Context& context, const Names& names) {
  Resource group = need_group(context, names, required(context, names.name));
  if (group.id.starts_with("default."))
    throw invalid_value(
        fmt::format("The parameter group {} is a default one and cannot be changed.", group.id));
  return group;
}

void check_group_quota(Context& context, const Names& names) {
  if (own_parameter_groups(context, names.kind) >= kParameterGroupsMax)
    throw fault("DBParameterGroupQuotaExceeded", "Cannot create more than 50 parameter groups");
}

Json create(Context& context, const Names& names) {
  const std::string id = checked_identifier(required(context, names.name), names.name, 255);
  const std::string family = required(context, "DBParameterGroupFamily");
  const std::string description = required(context, "Description");
  const std::vector<std::string> known = families();
  if (std::find(known.begin(), known.end(), family) == known.end())
    throw invalid_value(
        fmt::format("ParameterGroupFamily {} is not a valid parameter group family. Known are: {}", family,
                    join(known, ", ")));
  if (context.records.find(names.kind, context.region, id))
    throw fault("DBParameterGroupAlreadyExists", fmt::format("Parameter group {} already exists", id));
  check_group_quota(context, names);
  Resource group = make_group(names, context.region, id, family, description);
  group.body["TagList"] = tags_of_input(context);
  context.records.put(group);
  return {{names.object, shown(group)}};
}

Json describe_groups(Context& context, const Names& names) {
  for (const std::string& family : families()) default_parameter_group(context, names.kind, family);
  const Filters filters(context, {});
  if (const auto name = optional_text(context, names.name))
    return {{names.list, {shown(need_group(context, names, *name))}}};
  std::vector<Item> items;
  for (const Resource& group : context.records.list(names.kind, context.region))
    items.emplace_back(group.id, shown(group));
  return page_of(context, names.list, std::move(items));
}

Json describe_parameters(Context& context, const Names& names) {
  const Resource group = need_group(context, names, required(context, names.name));
  const std::string source = optional_text(context, "Source").value_or("");
  std::vector<Item> items;
  for (const ParameterSpec* spec : parameter_specs(family_of(group), for_cluster(names))) {
    Json shown_parameter = describe_parameter(*spec, member_or_null(group.internal.at("values"), spec->name));
    if (source.empty() || shown_parameter.at("Source") == source)
      items.emplace_back(spec->name, std::move(shown_parameter));
  }
  return page_of(context, "Parameters", std::move(items));
}

const ParameterSpec& checked_spec(const Names& names, const Resource& group, const Json& parameter) {
  const std::string name = string_or(parameter, "ParameterName", "");
  const ParameterSpec* spec = find_parameter(family_of(group), for_cluster(names), name);
  if (!spec) throw invalid_value(fmt::format("Could not find parameter with name: {}", name));
  const std::string method = string_or(parameter, "ApplyMethod", "immediate");
  if (method == "immediate" && !spec->dynamic)
    throw invalid_combination(fmt::format("cannot use immediate apply method for static parameter {}", name));
  return *spec;
}

// Running members take dynamic values over at once; what waits for a reboot is shown on each of them.
void spread(Context& context, const Resource& group, bool reboot_needed) {
  for (Resource& cluster : context.records.list(Kind::kCluster, context.region)) {
    if (string_or(cluster.body, "DBClusterParameterGroup", "") != group.id) continue;
    if (reboot_needed) {
      for (Json& member : cluster.body["DBClusterMembers"])
        member["DBClusterParameterGroupStatus"] = "pending-reboot";
      context.records.put(cluster);
    } else if (!cluster.body.at("DBClusterMembers").empty()) {
      enqueue(context,
              {.work = "ReloadParameters", .resource = cluster.resource, .holds = {cluster.resource}});
    }
  }
}

void spread_to_instances(Context& context, const Resource& group, bool reboot_needed) {
  for (Resource& instance : context.records.list(Kind::kInstance, context.region)) {
    Json& memberships = instance.body["DBParameterGroups"];
    if (memberships.empty() || memberships[0].at("DBParameterGroupName") != group.id) continue;
    if (reboot_needed) {
      memberships[0]["ParameterApplyStatus"] = "pending-reboot";
      context.records.put(instance);
      continue;
    }
    if (const auto cluster = cluster_of(context, instance))
      enqueue(context,
              {.work = "ReloadParameters", .resource = cluster->resource, .holds = {cluster->resource}});
  }
}

Json store(Context& context, const Names& names, const Resource& group, bool reboot_needed) {
  context.records.put(group);
  if (for_cluster(names))
    spread(context, group, reboot_needed);
  else
    spread_to_instances(context, group, reboot_needed);
  return {{names.name, group.id}};
}

Json modify(Context& context, const Names& names) {
  Resource group = need_own_group(context, names);
  const Json& parameters = member_or_null(context.input, "Parameters");
  if (parameters.empty()) throw missing("Parameters");
  if (parameters.size() > 20) throw invalid_value("A call changes 20 parameters at most.");
  bool reboot_needed = false;
  for (const Json& parameter : parameters) {
    const ParameterSpec& spec = checked_spec(names, group, parameter);
    const std::string value = string_or(parameter, "ParameterValue", "");
    check_parameter_value(spec, value);
    group.internal["values"][spec.name] = value;
    reboot_needed = reboot_needed || string_or(parameter, "ApplyMethod", "") == "pending-reboot";
  }
  return store(context, names, group, reboot_needed);
}

Json reset(Context& context, const Names& names) {
  Resource group = need_own_group(context, names);
  bool reboot_needed = false;
  if (bool_or(context.input, "ResetAllParameters", false)) {
    group.internal["values"] = Json::object();
    reboot_needed = true;
  }
  for (const Json& parameter : member_or_null(context.input, "Parameters")) {
    const ParameterSpec& spec = checked_spec(names, group, parameter);
    group.internal["values"].erase(spec.name);
    reboot_needed = reboot_needed || string_or(parameter, "ApplyMethod", "") == "pending-reboot";
  }
  return store(context, names, group, reboot_needed);
}

bool is_used(Context& context, const Resource& group) {
  for (const Resource& cluster : context.records.list(Kind::kCluster, context.region))
    if (string_or(cluster.body, "DBClusterParameterGroup", "") == group.id &&
        group.kind == Kind::kClusterParameterGroup)
      return true;
  for (const Resource& instance : context.records.list(Kind::kInstance, context.region))
    for (const Json& membership : member_or_null(instance.body, "DBParameterGroups"))
      if (group.kind == Kind::kParameterGroup && membership.at("DBParameterGroupName") == group.id)
        return true;
  return false;
}

Json erase(Context& context, const Names& names) {
  const Resource group = need_own_group(context, names);
  if (is_used(context, group))
    throw invalid_state(names.kind,
                        fmt::format("One or more databases are still members of this parameter group {}, so "
                                    "the group cannot be deleted",
                                    group.id));
  context.records.erase(group.resource);
  return Json::object();
}

Json copy(Context& context, const Names& names) {
  const Resource source = need_group(context, names, required(context, names.source));
  const std::string id = checked_identifier(required(context, names.target), names.target, 255);
  if (context.records.find(names.kind, context.region, id))
    throw fault("DBParameterGroupAlreadyExists", fmt::format("Parameter group {} already exists", id));
  check_group_quota(context, names);
  Resource group =
      make_group(names, context.region, id, family_of(source), required(context, names.target_description));
  group.internal["values"] = source.internal.at("values");
  group.body["TagList"] = tags_of_input(context);
  context.records.put(group);
  return {{names.object, shown(group)}};
}

}  // namespace

std::optional<Resource> default_group(Context& context, Kind kind, std::string_view id) {
  if (kind != Kind::kClusterParameterGroup && kind != Kind::kParameterGroup) {
    if (kind != Kind::kSubnetGroup || id != "default") return std::nullopt;
    return default_subnet_group(context);
  }
  for (const std::string& family : families())
    if (id == "default." + family) return default_parameter_group(context, kind, family);
  return std::nullopt;
}

Resource parameter_group_for(Context& context, Kind kind, std::string_view member, std::string_view family) {
  const std::optional<std::string> name = optional_text(context, member);
  if (!name) return default_parameter_group(context, kind, std::string(family));
  const std::string id = local_id(*name, kind, context.region);
  std::optional<Resource> group = default_group(context, kind, id);
  if (!group) group = context.records.find(kind, context.region, id);
  if (!group) throw not_found(kind, *name);
  if (family_of(*group) != family)
    throw invalid_combination(fmt::format(
        "The Parameter Group {} with DBParameterGroupFamily {} cannot be used for this instance. Please "
        "use a Parameter Group with DBParameterGroupFamily {}",
        group->id, family_of(*group), family));
  return *std::move(group);
}

// One server stands for all instances: what the writer's group sets counts, over the cluster's.
std::map<std::string, std::string> parameters_for(Environment& environment, const Resource& cluster) {
  Json values = Json::object();
  const auto add = [&](Kind kind, const std::string& id) {
    if (const auto group = environment.records.find(kind, cluster.region, id))
      values.update(group->internal.at("values"));
  };
  add(Kind::kClusterParameterGroup, string_or(cluster.body, "DBClusterParameterGroup", ""));
  for (const Json& member : cluster.body.at("DBClusterMembers")) {
    if (!bool_or(member, "IsClusterWriter", false)) continue;
    const auto writer = environment.records.find(Kind::kInstance, cluster.region,
                                                 string_or(member, "DBInstanceIdentifier", ""));
    if (writer && !writer->body.at("DBParameterGroups").empty())
      add(Kind::kParameterGroup,
          string_or(writer->body.at("DBParameterGroups")[0], "DBParameterGroupName", ""));
  }
  return server_parameters(string_or(cluster.body, "Engine", ""), values);
}

Json create_db_cluster_parameter_group(Context& context) {
  return create(context, kCluster);
}
Json describe_db_cluster_parameter_groups(Context& context) {
  return describe_groups(context, kCluster);
}
Json describe_db_cluster_parameters(Context& context) {
  return describe_parameters(context, kCluster);
}
Json modify_db_cluster_parameter_group(Context& context) {
  return modify(context, kCluster);
}
Json reset_db_cluster_parameter_group(Context& context) {
  return reset(context, kCluster);
}
Json delete_db_cluster_parameter_group(Context& context) {
  return erase(context, kCluster);
}
Json copy_db_cluster_parameter_group(Context& context) {
  return copy(context, kCluster);
}

Json create_db_parameter_group(Context& context) {
  return create(context, kInstance);
}
Json describe_db_parameter_groups(Context& context) {
  return describe_groups(context, kInstance);
}
Json describe_db_parameters(Context& context) {
  return describe_parameters(context, kInstance);
}
Json modify_db_parameter_group(Context& context) {
  return modify(context, kInstance);
}
Json reset_db_parameter_group(Context& context) {
  return reset(context, kInstance);
}
Json delete_db_parameter_group(Context& context) {
  return erase(context, kInstance);
}
Json copy_db_parameter_group(Context& context) {
  return copy(context, kInstance);
}

}  // namespace aurora::local::rds
