#include "cli/request_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/dates.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/text.h"
#include "cli/request_file.h"
#include "cli/uploads.h"
#include "restore/request.h"

namespace aurora::cli {
namespace {

using restore::SettingType;

const std::map<std::string_view, std::string_view>& short_names() {
  static const std::map<std::string_view, std::string_view> kNames{
      {"snapshot_name", "--snapshot"},
      {"source_cluster_id", "--source-cluster"},
      {"target_cluster_id", "--target-cluster"},
      {"db_subnet_group_name", "--subnet-group"},
      {"subnet_ids", "--subnet"},
      {"vpc_security_group_ids", "--security-group"},
      {"db_instance_class", "--instance-class"},
      {"reader_count", "--readers"},
      {"db_cluster_parameter_group_name", "--cluster-parameter-group"},
      {"db_parameter_group_name", "--parameter-group"},
      {"kms_key_id", "--kms-key"},
      {"delete_cluster_if_exists", "--replace"},
  };
  return kNames;
}

// What an option of the command line would put into the shell's history or what only a schedule needs
// is given by --input.
bool has_option(const restore::Setting& setting) {
  return setting.type != SettingType::kUsers && setting.name != "scheduled_time" &&
         setting.name != "scheduler_role_arn";
}

std::string option_names(const restore::Setting& setting) {
  std::string names;
  if (const auto found = short_names().find(setting.name); found != short_names().end())
    names = std::string(found->second) + ",";
  const std::string long_name = "--" + replace_all(std::string(setting.name), "_", "-");
  return names == long_name + "," ? long_name : names + long_name;
}

std::string option_help(const restore::Setting& setting) {
  std::string help(setting.meaning);
  if (!help.empty() && help.back() == '.') help.pop_back();
  return setting.fallback.empty() ? help : fmt::format("{} (default {})", help, setting.fallback);
}

std::string value_name(const restore::Setting& setting) {
  for (const auto& [end, name] :
       {std::pair("_region", "REGION"), std::pair("_date", "DATE"), std::pair("_arn", "ARN"),
        std::pair("_url", "URL"), std::pair("_version", "VERSION")})
    if (setting.name.ends_with(end)) return name;
  return setting.type == SettingType::kInteger      ? "N"
         : setting.type == SettingType::kStringList ? "ID,..."
                                                    : "NAME";
}

Json read_input(Context& context, const std::string& input) {
  if (input.empty()) return Json::object();
  if (input == "-") return parse_json(context.terminal.read_input(), "standard input (--input -)");
  if (input.front() == '@') return parse_json(read_file(input.substr(1)), fmt::format("--input {}", input));
  return parse_json(input, "--input");
}

// Text that is JSON of another type than a string is that type: true, 3306, ["a","b"].
Json value_of(const std::string& text) {
  Json parsed = Json::parse(text, nullptr, false);
  return parsed.is_discarded() ? Json(text) : parsed;
}

// Ways to say one thing, of which a stronger source replaces all that a weaker one chose.
const std::vector<std::vector<std::string_view>>& alternatives() {
  static const std::vector<std::vector<std::string_view>> kAlternatives{
      {"snapshot_name", "snapshot_date", "restore_to_time", "use_latest_restorable_time"},
      {"db_subnet_group_name", "subnet_ids"}};
  return kAlternatives;
}

void forget_spellings(Json& request, const restore::Setting& setting) {
  request.erase(std::string(setting.name));
  for (const std::string_view alias : setting.aliases) request.erase(std::string(alias));
}

// Takes out what a value for `name` from a stronger source replaces, whatever its spelling. A template keeps
// the date that it is resolved against.
void forget(Json& request, const std::string& name, const Json& value) {
  const restore::Setting* setting = restore::find_setting(name);
  if (setting == nullptr) return;
  forget_spellings(request, *setting);
  const bool is_template = setting->name == "snapshot_name" && value.is_string() &&
                           value.get_ref<const std::string&>().find('{') != std::string::npos;
  for (const auto& group : alternatives()) {
    if (std::find(group.begin(), group.end(), setting->name) == group.end()) continue;
    for (const std::string_view other : group)
      if (!(is_template && other == "snapshot_date"))
        forget_spellings(request, *restore::find_setting(other));
  }
}

// Puts the fields of a stronger source above those of a weaker one; what is said twice within one source
// stays for the check to find.
void overlay(Json& request, const Json& stronger) {
  for (const auto& [name, value] : stronger.items()) forget(request, name, value);
  request.update(stronger);
}

Json fields_of_sets(const std::vector<std::string>& sets) {
  Json fields = Json::object();
  for (const std::string& set : sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error("InvalidInput", fmt::format("--set {}: allowed is key=value", set),
                  "For example --set deletion_protection=true");
    const std::string key = set.substr(0, equals);
    const std::string text = set.substr(equals + 1);
    const restore::Setting* setting = restore::find_setting(key);
    fields[key] = setting != nullptr && setting->type == SettingType::kString ? Json(text) : value_of(text);
  }
  return fields;
}

Json fields_of_options(const RequestOptions& options) {
  Json fields = Json::object();
  for (const auto& [name, text] : options.texts)
    if (!text.empty()) fields[name] = text;
  for (const auto& [name, list] : options.lists)
    if (!list.empty()) fields[name] = list;
  for (const auto& [name, flag] : options.flags)
    if (flag) fields[name] = true;
  return fields;
}

// A finding in the file says where; the others are about what was typed.
void place_findings(std::vector<restore::Finding>& findings, const RequestFile& file, const Json& request) {
  for (restore::Finding& finding : findings) finding = file.placed(std::move(finding), request);
}

}  // namespace

void bind_request_options(Binder& binder, RequestOptions& options) {
  for (const restore::Setting& setting : restore::settings()) {
    if (!has_option(setting)) continue;
    const std::string name(setting.name);
    switch (setting.type) {
      case SettingType::kBoolean:
        // A setting that is on by default needs a value to be turned off.
        if (setting.fallback == "true")
          binder.option(option_names(setting), "true|false", options.texts[name], option_help(setting),
                        {"true", "false"});
        else
          binder.flag(option_names(setting), options.flags[name], option_help(setting));
        break;
      case SettingType::kStringList:
        binder.list(option_names(setting), value_name(setting), options.lists[name], option_help(setting),
                    true);
        break;
      default:
        binder.option(option_names(setting), value_name(setting), options.texts[name], option_help(setting),
                      {});
    }
  }
  binder.option("-f,--file", "FILE", options.file,
                "The request as a file, YAML or JSON, or - for standard input; `init` writes one");
  binder.option("--input", "JSON", options.input, "The request as JSON text, @FILE, or - for standard input");
  binder.list("--set", "KEY=VALUE", options.sets, "Any field of the request; later ones win", false);
}

Json build_request(Context& context, const RequestOptions& options) {
  if (options.file == "-" && options.input == "-")
    throw Error("UsageError", "standard input can be read once, and --file and --input both name it",
                "Give one of the two by its name.");
  const RequestFile file = options.file.empty() ? RequestFile{} : read_request_file(context, options.file);
  const Json input = read_input(context, options.input);
  if (!input.is_object())
    throw Error("InvalidInput", "--input must be a JSON object",
                "For example --input '{\"snapshot_date\": \"today\"}'");
  Json request = file.request;
  overlay(request, input);
  overlay(request, fields_of_options(options));
  overlay(request, fields_of_sets(options.sets));
  std::vector<restore::Finding> findings = restore::validate_request(request);
  place_findings(findings, file, request);
  restore::throw_if_any(findings);
  // Numbers and booleans leave in their own types, under their canonical names.
  Json canonical = restore::canonical_settings(request, "the request", findings);
  findings = check_local_files(canonical);
  place_findings(findings, file, request);
  restore::throw_if_any(findings);
  return canonical;
}

std::string new_operation_id(const Clock& clock) {
  return fmt::format("restore-{}-{}", format_strftime(clock.now(), "%Y%m%d-%H%M%S"), random_hex(4));
}

}  // namespace aurora::cli
