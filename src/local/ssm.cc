#include "local/ssm.h"

#include <fmt/format.h>

#include <regex>

#include "base/dates.h"
#include "base/text.h"

namespace aurora::local {
namespace {

constexpr std::size_t kVersionsMax = 100;
constexpr std::size_t kStandardValueMax = 4096;
constexpr std::size_t kAdvancedValueMax = 8192;
constexpr std::size_t kDepthMax = 15;

// A parameter's ARN stands for its name; the ARN of "a" and that of "/a" are the same, so the one with a
// path is meant when there are more parts.
std::string name_of(const std::string& reference) {
  if (!reference.starts_with("arn:")) return reference;
  const std::string rest = arn_part(reference, 5).substr(std::string_view("parameter").size());
  return rest.find('/', 1) == std::string::npos ? rest.substr(1) : rest;
}

void check_name(const Call& call, const std::string& name) {
  static const std::regex kAllowed("[A-Za-z0-9_.\\-/]{1,2048}");
  if (!std::regex_match(name, kAllowed))
    throw invalid_parameter(
        call,
        "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, "
        "it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of "
        "letters, numbers and the following 3 symbols .-_");
  if (name.find('/') != std::string::npos && !name.starts_with("/"))
    throw invalid_parameter(call, "Parameter name must be a fully qualified name.");
  const std::string first = to_lower(name.starts_with("/") ? name.substr(1) : name);
  if (first.starts_with("aws") || first.starts_with("ssm"))
    throw aws::ServiceError("AccessDeniedException",
                            fmt::format("No access to reserved parameter name: {}.", name));
  if (split(name, '/').size() - 1 > kDepthMax)
    throw aws::ServiceError("HierarchyLevelLimitExceededException",
                            "The parameter name has more than 15 levels of hierarchy.");
}

void check_value(const Call& call, const std::string& value, const std::string& tier) {
  const bool advanced = tier == "Advanced";
  if (value.size() > (advanced ? kAdvancedValueMax : kStandardValueMax))
    throw invalid_parameter(
        call,
        advanced ? "Advanced tier parameters support a maximum parameter value of 8192 characters."
                 : "Standard tier parameters support a maximum parameter value of 4096 characters. To create "
                   "a larger parameter value, upgrade the parameter to use the advanced-parameter tier.");
  const std::string pattern = text_or(call, "AllowedPattern");
  if (pattern.empty()) return;
  try {
    if (!std::regex_match(value, std::regex(pattern)))
      throw aws::ServiceError(
          "ParameterPatternMismatchException",
          fmt::format("Parameter value, cannot be validated against allowedPattern: {}", pattern));
  } catch (const std::regex_error&) {
    throw aws::ServiceError("InvalidAllowedPatternException",
                            fmt::format("The AllowedPattern {} is no regular expression.", pattern));
  }
}

// Intelligent-Tiering takes the tier that the value needs.
std::string tier_of(const Call& call, const std::string& value) {
  const std::string tier = text_or(call, "Tier", "Standard");
  if (tier != "Intelligent-Tiering") return tier;
  return value.size() > kStandardValueMax ? "Advanced" : "Standard";
}

void check_tags_of_new_only(const Call& call) {
  if (!bool_or(call.input, "Overwrite", false) || member_or_null(call.input, "Tags").empty()) return;
  throw invalid_parameter(
      call,
      "Invalid request: tags and overwrite can't be used together. To create a parameter with "
      "tags, please remove overwrite flag. To update tags for an existing parameter, please use "
      "AddTagsToResource or RemoveTagsFromResource.");
}

Json& latest(Json& document) {
  return document.at("versions").back();
}

// The oldest version makes room, unless a label says that somebody still wants it.
void drop_oldest(const std::string& name, Json& versions) {
  if (versions.size() < kVersionsMax) return;
  if (!versions.front().at("labels").empty())
    throw aws::ServiceError("ParameterMaxVersionLimitExceeded",
                            fmt::format("The oldest version of {} has a label and cannot be dropped.", name));
  versions.erase(versions.begin());
}

}  // namespace

std::string parameter_arn(const std::string& region, const std::string& name) {
  return make_arn("ssm", region, name.starts_with("/") ? "parameter" + name : "parameter/" + name);
}

Ssm::Ssm(const std::filesystem::path& directory, Clock& clock, Router& router)
    : clock_(clock),
      envelope_(router),
      database_(open_store(directory, "ssm", {Documents::schema("parameters")})),
      parameters_(database_, "parameters") {}

Json Ssm::handle(const Call& call) {
  static const Handlers<Ssm> kHandlers = {
      {"PutParameter", &Ssm::put_parameter},
      {"GetParameter", &Ssm::get_parameter},
      {"GetParameters", &Ssm::get_parameters},
      {"GetParametersByPath", &Ssm::get_parameters_by_path},
      {"GetParameterHistory", &Ssm::get_parameter_history},
      {"DescribeParameters", &Ssm::describe_parameters},
      {"DeleteParameter", &Ssm::delete_parameter},
      {"DeleteParameters", &Ssm::delete_parameters},
      {"LabelParameterVersion", &Ssm::label_parameter_version},
      {"AddTagsToResource", &Ssm::add_tags_to_resource},
      {"RemoveTagsFromResource", &Ssm::remove_tags_from_resource},
      {"ListTagsForResource", &Ssm::list_tags_for_resource},
  };
  return dispatch(*this, kHandlers, call);
}

void Ssm::check_replacement(const Call& call, const std::string& name, Json& version) {
  const auto known = parameters_.get(call.region, name);
  if (!known) {
    if (version.at("type") == "")
      throw invalid_parameter(call, "A parameter type is required when you create a parameter.");
    return;
  }
  if (!bool_or(call.input, "Overwrite", false))
    throw aws::ServiceError(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the "
        "request to true.");
  const Json& before = known->at("versions").back();
  if (version.at("type") == "") version["type"] = before.at("type");
  if (version.at("type") != before.at("type"))
    throw aws::ServiceError("HierarchyTypeMismatchException",
                            fmt::format("The parameter {} is a {}; its type cannot change.", name,
                                        before.at("type").get<std::string>()));
  if (!version.contains("key_id") && before.contains("key_id")) version["key_id"] = before.at("key_id");
}

void Ssm::add_value(const Call& call, const std::string& name, Json& version) const {
  const std::string value = required(call, "Value");
  if (version.at("type") != "SecureString") {
    version["value"] = value;
    return;
  }
  if (!version.contains("key_id")) version["key_id"] = "alias/aws/ssm";
  try {
    version["sealed"] = envelope_.seal(call.region, version.at("key_id").get<std::string>(), value,
                                       parameter_arn(call.region, name));
  } catch (const aws::ServiceError& error) {
    throw aws::ServiceError("InvalidKeyId", error.message());
  }
}

Json Ssm::put_parameter(const Call& call) {
  const std::string name = name_of(required(call, "Name"));
  const std::string value = required(call, "Value");
  const std::string tier = tier_of(call, value);
  check_name(call, name);
  check_value(call, value, tier);
  check_tags_of_new_only(call);
  Json version = {{"type", text_or(call, "Type")},
                  {"tier", tier},
                  {"labels", Json::array()},
                  {"date", format_iso_millis(clock_.now())},
                  {"data_type", text_or(call, "DataType", "text")}};
  for (const char* member : {"Description", "AllowedPattern"})
    if (call.input.contains(member)) version[member] = call.input.at(member);
  if (call.input.contains("KeyId")) version["key_id"] = call.input.at("KeyId");
  {
    const std::lock_guard lock(mutex_);
    check_replacement(call, name, version);
  }
  add_value(call, name, version);

  // Another call may have come in between: the rules are checked again with the lock that stays.
  const std::lock_guard lock(mutex_);
  check_replacement(call, name, version);
  Json document = parameters_.get(call.region, name)
                      .value_or(Json{{"versions", Json::array()}, {"tags", Json::object()}});
  Json& versions = document["versions"];
  drop_oldest(name, versions);
  const std::int64_t number = versions.empty() ? 1 : versions.back().at("version").get<std::int64_t>() + 1;
  version["version"] = number;
  versions.push_back(std::move(version));
  add_tags(document["tags"], member_or_null(call.input, "Tags"));
  parameters_.put(call.region, name, document);
  return {{"Version", number}, {"Tier", tier}};
}

std::pair<std::string, Json> Ssm::document(const Call& call, const std::string& reference) {
  std::string name = name_of(reference);
  auto found = parameters_.get(call.region, name);
  if (!found && reference.starts_with("arn:")) {
    name = "/" + name;
    found = parameters_.get(call.region, name);
  }
  if (!found) throw aws::ServiceError("ParameterNotFound", "");
  return {name, std::move(*found)};
}

Ssm::Found Ssm::find(const Call& call, const std::string& reference) {
  // A selector follows the last colon after the name: "name:3", "name:label".
  const auto colon = reference.find(':', reference.starts_with("arn:") ? reference.find('/') : 0);
  const std::string selector = colon == std::string::npos ? "" : reference.substr(colon);
  auto [name, found] = document(call, reference.substr(0, colon));
  if (selector.empty()) return {latest(found), selector, name};
  const std::string wanted = selector.substr(1);
  for (Json& version : found["versions"]) {
    const Json& labels = version.at("labels");
    if (std::to_string(version.at("version").get<std::int64_t>()) == wanted ||
        std::find(labels.begin(), labels.end(), wanted) != labels.end())
      return {std::move(version), selector, name};
  }
  throw aws::ServiceError(
      "ParameterVersionNotFound",
      fmt::format("Systems Manager could not find version {} of {}. Verify the version and try again.",
                  wanted, name));
}

std::string Ssm::value_of(const Call& call, const Json& version, const std::string& name) const {
  if (version.at("type") != "SecureString") return version.at("value").get<std::string>();
  const std::string sealed = version.at("sealed").get<std::string>();
  if (!bool_or(call.input, "WithDecryption", false)) return sealed;
  try {
    return envelope_.open(call.region, sealed, parameter_arn(call.region, name));
  } catch (const aws::ServiceError& error) {
    throw aws::ServiceError("InvalidKeyId", error.message());
  }
}

Json Ssm::shown(const Call& call, const Found& found) const {
  Json parameter = {{"Name", found.name},
                    {"Type", found.version.at("type")},
                    {"Value", value_of(call, found.version, found.name)},
                    {"Version", found.version.at("version")},
                    {"LastModifiedDate", found.version.at("date")},
                    {"ARN", parameter_arn(call.region, found.name)},
                    {"DataType", found.version.at("data_type")}};
  if (!found.selector.empty()) parameter["Selector"] = found.selector;
  return parameter;
}

Json Ssm::get_parameter(const Call& call) {
  Found found;
  {
    const std::lock_guard lock(mutex_);
    found = find(call, required(call, "Name"));
  }
  return {{"Parameter", shown(call, found)}};
}

Json Ssm::get_parameters(const Call& call) {
  const Json& names = member_or_null(call.input, "Names");
  if (names.empty() || names.size() > 10)
    throw invalid_parameter(call, "Names must have between 1 and 10 members.");
  std::vector<Found> all;
  Json invalid = Json::array();
  {
    const std::lock_guard lock(mutex_);
    for (const Json& name : names) {
      try {
        all.push_back(find(call, name.get<std::string>()));
      } catch (const aws::ServiceError&) {
        invalid.push_back(name);  // the answer's own way to say which were not found
      }
    }
  }
  Json parameters = Json::array();
  for (const Found& found : all) parameters.push_back(shown(call, found));
  return {{"Parameters", std::move(parameters)}, {"InvalidParameters", std::move(invalid)}};
}

Json Ssm::get_parameters_by_path(const Call& call) {
  std::string path = required(call, "Path");
  if (!path.starts_with("/"))
    throw invalid_parameter(
        call,
        "The parameter doesn't meet the parameter name requirements. The parameter name must begin "
        "with a forward slash \"/\".");
  if (int_or(call.input, "MaxResults", 10) > 10)
    throw invalid_parameter(call, "MaxResults must have value less than or equal to 10.");
  if (!path.ends_with("/")) path += "/";
  std::vector<Found> all;
  {
    const std::lock_guard lock(mutex_);
    const bool recursive = bool_or(call.input, "Recursive", false);
    for (auto& [name, found] : parameters_.list(call.region, path)) {
      if (!recursive && name.find('/', path.size()) != std::string::npos) continue;
      if (passes_parameter_filters(call, name, found)) all.push_back({latest(found), "", name});
    }
  }
  const auto [page, next] = take_page(call, {"MaxResults", "NextToken", 10, 10}, std::move(all),
                                      [](const Found& found) { return found.name; });
  Json answer = {{"Parameters", Json::array()}};
  for (const Found& found : page) answer["Parameters"].push_back(shown(call, found));
  if (!next.empty()) answer["NextToken"] = next;
  return answer;
}

Json Ssm::delete_parameter(const Call& call) {
  const std::lock_guard lock(mutex_);
  if (!parameters_.erase(call.region, name_of(required(call, "Name"))))
    throw aws::ServiceError("ParameterNotFound", "");
  return Json::object();
}

Json Ssm::delete_parameters(const Call& call) {
  const std::lock_guard lock(mutex_);
  Json answer = {{"DeletedParameters", Json::array()}, {"InvalidParameters", Json::array()}};
  WriteTransaction transaction(database_);
  for (const Json& name : member_or_null(call.input, "Names")) {
    const bool was_there = parameters_.erase(call.region, name_of(name.get<std::string>()));
    answer[was_there ? "DeletedParameters" : "InvalidParameters"].push_back(name);
  }
  transaction.commit();
  return answer;
}

Json Ssm::label_parameter_version(const Call& call) {
  const std::lock_guard lock(mutex_);
  auto [name, found] = document(call, required(call, "Name"));
  const std::int64_t number =
      int_or(call.input, "ParameterVersion", latest(found).at("version").get<std::int64_t>());
  const Json& labels = member_or_null(call.input, "Labels");
  bool known = false;
  for (Json& version : found["versions"]) {
    Json& there = version["labels"];
    // A label is on one version at a time: it moves.
    for (const Json& label : labels) there.erase(std::remove(there.begin(), there.end(), label), there.end());
    if (version.at("version") != number) continue;
    known = true;
    for (const Json& label : labels) there.push_back(label);
    if (there.size() > 10)
      throw aws::ServiceError("ParameterVersionLabelLimitExceeded", "A version can have at most 10 labels.");
  }
  if (!known)
    throw aws::ServiceError("ParameterVersionNotFound",
                            fmt::format("Systems Manager could not find version {} of {}.", number, name));
  parameters_.put(call.region, name, found);
  return {{"InvalidLabels", Json::array()}, {"ParameterVersion", number}};
}

}  // namespace aurora::local
