#include "cli/request_input.h"

#include <fmt/format.h>

#include "base/dates.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/text.h"
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

void apply_sets(const std::vector<std::string>& sets, Json& request) {
  for (const std::string& set : sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error("InvalidInput", fmt::format("--set {}: allowed is key=value", set),
                  "For example --set deletion_protection=true");
    const std::string key = set.substr(0, equals);
    const std::string text = set.substr(equals + 1);
    const restore::Setting* setting = restore::find_setting(key);
    request[key] = setting != nullptr && setting->type == SettingType::kString ? Json(text) : value_of(text);
  }
}

// The same setting under another spelling in --input gives way to the option.
void put(Json& request, const std::string& name, Json value) {
  if (const restore::Setting* setting = restore::find_setting(name))
    for (const std::string_view alias : setting->aliases) request.erase(std::string(alias));
  request[name] = std::move(value);
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
  binder.option("--input", "JSON", options.input, "The request as JSON text, @FILE, or - for standard input");
  binder.list("--set", "KEY=VALUE", options.sets, "Any field of the request; later ones win", false);
}

Json build_request(Context& context, const RequestOptions& options) {
  Json request = read_input(context, options.input);
  if (!request.is_object())
    throw Error("InvalidInput", "--input must be a JSON object",
                "For example --input '{\"snapshot_date\": \"today\"}'");
  for (const auto& [name, text] : options.texts)
    if (!text.empty()) put(request, name, text);
  for (const auto& [name, list] : options.lists)
    if (!list.empty()) put(request, name, list);
  for (const auto& [name, flag] : options.flags)
    if (flag) put(request, name, true);
  apply_sets(options.sets, request);
  std::vector<restore::Finding> findings = restore::validate_request(request);
  restore::throw_if_any(findings);
  // Numbers and booleans leave in their own types, under their canonical names.
  Json canonical = restore::canonical_settings(request, "the request", findings);
  restore::throw_if_any(check_local_files(canonical));
  return canonical;
}

std::string new_operation_id(const Clock& clock) {
  return fmt::format("restore-{}-{}", format_strftime(clock.now(), "%Y%m%d-%H%M%S"), random_hex(4));
}

}  // namespace aurora::cli
