#include "local/rds/tags.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "local/rds/groups.h"
#include "local/service.h"

namespace aurora::local::rds {
namespace {

constexpr std::size_t kTagsMax = 50;

void refuse_reserved(const std::string& key) {
  const std::string lower = to_lower(key);
  if (lower.starts_with("aws:") || lower.starts_with("rds:"))
    throw invalid_value(
        fmt::format("Tag keys cannot start with the reserved prefix {}: {}", lower.substr(0, 4), key));
}

void check_tag(const Json& tag) {
  const std::string key = string_or(tag, "Key", "");
  const std::string value = string_or(tag, "Value", "");
  if (key.empty() || key.size() > 128 || value.size() > 256)
    throw invalid_value(fmt::format("Tag keys have 1 to 128 characters and values up to 256: '{}'.", key));
  refuse_reserved(key);
}

Json checked(const Json& tags) {
  Json result = Json::array();
  for (const Json& tag : tags) {
    check_tag(tag);
    result.push_back({{"Key", tag.at("Key")}, {"Value", string_or(tag, "Value", "")}});
  }
  return result;
}

std::optional<Kind> kind_of_arn(const Arn& arn) {
  for (const Kind kind : {Kind::kCluster, Kind::kInstance, Kind::kSnapshot, Kind::kSubnetGroup,
                          Kind::kClusterParameterGroup, Kind::kParameterGroup})
    if (arn.type == arn_type(kind)) return kind;
  return std::nullopt;
}

Resource named_resource(Context& context) {
  const std::string name = required(context, "ResourceName");
  const std::optional<Arn> arn = parse_arn(name);
  if (!arn)
    throw invalid_value(
        fmt::format("The specified resource name does not match an RDS resource in this region: {}", name));
  const std::optional<Kind> kind = kind_of_arn(*arn);
  if (!kind || arn->region != context.region)
    throw invalid_value(
        fmt::format("The specified resource name does not match an RDS resource in this region: {}", name));
  if (std::optional<Resource> built_in = default_group(context, *kind, arn->id)) return *built_in;
  return need(context, *kind, arn->id);
}

}  // namespace

Json merged_tags(Json tags, const Json& more) {
  for (const Json& tag : more) {
    const auto same = std::find_if(tags.begin(), tags.end(),
                                   [&](const Json& old) { return old.at("Key") == tag.at("Key"); });
    if (same != tags.end())
      *same = tag;
    else
      tags.push_back(tag);
  }
  if (tags.size() > kTagsMax) throw invalid_value("A resource has 50 tags at most.");
  return tags;
}

Json copied_tags(const Json& tags) {
  for (const Json& tag : tags) refuse_reserved(string_or(tag, "Key", ""));
  return tags;
}

Json tags_of_input(const Context& context) {
  Json tags = merged_tags(Json::array(), checked(member_or_null(context.input, "Tags")));
  for (const Json& specification : member_or_null(context.input, "TagSpecifications"))
    tags = merged_tags(std::move(tags), checked(member_or_null(specification, "Tags")));
  return tags;
}

Json add_tags_to_resource(Context& context) {
  Resource resource = named_resource(context);
  Json& tags = resource.body["TagList"];
  tags = merged_tags(tags.is_null() ? Json::array() : tags, tags_of_input(context));
  context.records.put(resource);
  return Json::object();
}

Json remove_tags_from_resource(Context& context) {
  Resource resource = named_resource(context);
  const Json& keys = member_or_null(context.input, "TagKeys");
  Json kept = Json::array();
  for (const Json& tag : resource.body["TagList"])
    if (std::find(keys.begin(), keys.end(), tag.at("Key")) == keys.end()) kept.push_back(tag);
  resource.body["TagList"] = kept;
  context.records.put(resource);
  return Json::object();
}

Json list_tags_for_resource(Context& context) {
  const Resource resource = named_resource(context);
  const Json& tags = member_or_null(resource.body, "TagList");
  return {{"TagList", tags.is_null() ? Json::array() : tags}};
}

}  // namespace aurora::local::rds
