// What Parameter Store lists: descriptions, history, filters, tags.
#include <fmt/format.h>

#include "base/text.h"
#include "local/ssm.h"

namespace aurora::local {
namespace {

bool matches(const std::string& option, const std::string& value, const std::string& wanted) {
  if (option == "BeginsWith") return value.starts_with(wanted);
  if (option == "Contains") return value.find(wanted) != std::string::npos;
  return value == wanted;
}

bool below(const std::string& name, std::string path, bool recursive) {
  if (!path.ends_with("/")) path += "/";
  return name.starts_with(path) && (recursive || name.find('/', path.size()) == std::string::npos);
}

// The texts of a parameter that a filter looks at; nothing for a key that AWS does not know either.
std::optional<std::vector<std::string>> values_of(const std::string& key, const std::string& name,
                                                  const Json& document) {
  const Json& latest = document.at("versions").back();
  if (key == "Name") return {{name}};
  if (key == "Type") return {{string_or(latest, "type", "")}};
  if (key == "KeyId") return {{string_or(latest, "key_id", "")}};
  if (key == "Tier") return {{string_or(latest, "tier", "")}};
  if (key == "DataType") return {{string_or(latest, "data_type", "")}};
  if (key == "Label") {
    std::vector<std::string> labels;
    for (const Json& version : document.at("versions"))
      for (const Json& label : version.at("labels")) labels.push_back(label.get<std::string>());
    return labels;
  }
  if (key.starts_with("tag:")) {
    const Json& tags = document.at("tags");
    if (!tags.contains(key.substr(4))) return std::vector<std::string>{};
    return {{tags.at(key.substr(4)).get<std::string>()}};
  }
  return std::nullopt;
}

bool passes(const Json& filter, const std::string& name, const Json& document) {
  const std::string key = string_or(filter, "Key", "");
  const std::string option = string_or(filter, "Option", key == "Path" ? "OneLevel" : "Equals");
  const Json& wanted = member_or_null(filter, "Values");
  if (key == "Path")
    return std::any_of(wanted.begin(), wanted.end(), [&](const Json& path) {
      return below(name, path.get<std::string>(), option == "Recursive");
    });
  const auto values = values_of(key, name, document);
  if (!values)
    throw aws::ServiceError("InvalidFilterKey",
                            fmt::format("The following filter key is not valid: {}.", key));
  if (wanted.empty()) return !values->empty();
  for (const Json& one : wanted)
    for (const std::string& value : *values) {
      // The leading slash of a name may be left out in a filter.
      const std::string text = one.get<std::string>();
      if (matches(option, value, text) || (key == "Name" && matches(option, value, "/" + text))) return true;
    }
  return false;
}

}  // namespace

bool passes_parameter_filters(const Call& call, const std::string& name, const Json& document) {
  for (const Json& filter : member_or_null(call.input, "ParameterFilters"))
    if (!passes(filter, name, document)) return false;
  // The older form: names begin with the values, other keys equal one of them.
  for (const Json& filter : member_or_null(call.input, "Filters")) {
    Json as_new = filter;
    if (string_or(filter, "Key", "") == "Name") as_new["Option"] = "BeginsWith";
    if (!passes(as_new, name, document)) return false;
  }
  return true;
}

Json Ssm::describe_parameters(const Call& call) {
  const std::lock_guard lock(mutex_);
  auto all = parameters_.list(call.region);
  std::erase_if(
      all, [&](const auto& entry) { return !passes_parameter_filters(call, entry.name, entry.document); });
  const auto [page, next] = take_page(call, {"MaxResults", "NextToken", 50, 50}, std::move(all),
                                      [](const Documents::Entry& entry) { return entry.name; });
  Json answer = {{"Parameters", Json::array()}};
  for (const auto& [name, document] : page) {
    const Json& latest = document.at("versions").back();
    Json shown = {{"Name", name},
                  {"ARN", parameter_arn(call.region, name)},
                  {"Type", latest.at("type")},
                  {"LastModifiedDate", latest.at("date")},
                  {"LastModifiedUser", fmt::format("arn:aws:iam::{}:root", kAccountId)},
                  {"Version", latest.at("version")},
                  {"Tier", latest.at("tier")},
                  {"Policies", Json::array()},
                  {"DataType", latest.at("data_type")}};
    for (const char* member : {"Description", "AllowedPattern"})
      if (latest.contains(member)) shown[member] = latest.at(member);
    if (latest.contains("key_id")) shown["KeyId"] = latest.at("key_id");
    answer["Parameters"].push_back(std::move(shown));
  }
  if (!next.empty()) answer["NextToken"] = next;
  return answer;
}

Json Ssm::get_parameter_history(const Call& call) {
  const std::string name = required(call, "Name");
  std::vector<Json> versions;
  {
    const std::lock_guard lock(mutex_);
    Json found = document(call, name).second;
    for (Json& version : found["versions"]) versions.push_back(std::move(version));
  }
  const auto number = [](const Json& version) {
    return fmt::format("{:012}", version.at("version").get<std::int64_t>());
  };
  const auto [page, next] = take_page(call, {"MaxResults", "NextToken", 50, 50}, std::move(versions), number);
  Json answer = {{"Parameters", Json::array()}};
  for (const Json& version : page) {
    Json shown = {{"Name", name},
                  {"Type", version.at("type")},
                  {"LastModifiedDate", version.at("date")},
                  {"LastModifiedUser", fmt::format("arn:aws:iam::{}:root", kAccountId)},
                  {"Value", value_of(call, version, name)},
                  {"Version", version.at("version")},
                  {"Labels", version.at("labels")},
                  {"Tier", version.at("tier")},
                  {"Policies", Json::array()},
                  {"DataType", version.at("data_type")}};
    if (version.contains("key_id")) shown["KeyId"] = version.at("key_id");
    answer["Parameters"].push_back(std::move(shown));
  }
  if (!next.empty()) answer["NextToken"] = next;
  return answer;
}

Json Ssm::add_tags_to_resource(const Call& call) {
  const std::lock_guard lock(mutex_);
  const std::string name = required(call, "ResourceId");
  auto found = parameters_.get(call.region, name);
  if (!found) throw aws::ServiceError("InvalidResourceId", "The resource ID isn't valid.");
  add_tags((*found)["tags"], member_or_null(call.input, "Tags"));
  parameters_.put(call.region, name, *found);
  return Json::object();
}

Json Ssm::remove_tags_from_resource(const Call& call) {
  const std::lock_guard lock(mutex_);
  const std::string name = required(call, "ResourceId");
  auto found = parameters_.get(call.region, name);
  if (!found) throw aws::ServiceError("InvalidResourceId", "The resource ID isn't valid.");
  remove_tags((*found)["tags"], member_or_null(call.input, "TagKeys"));
  parameters_.put(call.region, name, *found);
  return Json::object();
}

Json Ssm::list_tags_for_resource(const Call& call) {
  const std::lock_guard lock(mutex_);
  const auto found = parameters_.get(call.region, required(call, "ResourceId"));
  if (!found) throw aws::ServiceError("InvalidResourceId", "The resource ID isn't valid.");
  return {{"TagList", tag_list(found->at("tags"))}};
}

}  // namespace aurora::local
