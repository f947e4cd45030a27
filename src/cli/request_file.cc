#include "cli/request_file.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/files.h"
#include "cli/uploads.h"

namespace aurora::cli {
namespace {

using restore::SettingType;

// The field that a finding is about: "db_users", or the second of "target_cluster and target_cluster_id".
std::string field_of(const restore::Finding& finding) {
  const std::size_t last = finding.field.rfind(" and ");
  return last == std::string::npos ? finding.field : finding.field.substr(last + 5);
}

class Typed {
 public:
  explicit Typed(const YamlDocument& document) : document_(document) {}

  // `value`, or what was typed where a plain scalar was read as a number or a boolean.
  Json text(const std::string& pointer, const Json& value) const {
    const auto found = document_.typed.find(pointer);
    return found == document_.typed.end() || value.is_null() ? value : Json(found->second);
  }
  Json texts(const std::string& pointer, Json values) const {
    if (!values.is_structured()) return text(pointer, values);
    for (const auto& [key, value] : values.items())
      value = text((Json::json_pointer(pointer) / key).to_string(), value);
    return values;
  }

 private:
  const YamlDocument& document_;
};

Json with_typed_texts(const YamlDocument& document) {
  Json request = document.value;
  const Typed typed(document);
  for (const auto& [key, value] : request.items()) {
    const restore::Setting* setting = restore::find_setting(key);
    if (setting == nullptr) continue;
    const std::string pointer = (Json::json_pointer() / key).to_string();
    if (setting->type == SettingType::kString) value = typed.text(pointer, value);
    if (setting->type == SettingType::kStringList || setting->type == SettingType::kMap)
      value = typed.texts(pointer, value);
  }
  return request;
}

}  // namespace

restore::Finding RequestFile::placed(restore::Finding finding, const Json& final_request) const {
  const std::string field = field_of(finding);
  const auto found = positions.find(field);
  if (found == positions.end() || member_or_null(final_request, field) != member_or_null(request, field))
    return finding;
  finding.field = fmt::format("{}:{}:{}: {}", name, found->second.line, found->second.column, finding.field);
  return finding;
}

RequestFile read_request_file(Context& context, const std::string& path) {
  const bool standard_input = path == "-";
  RequestFile file;
  file.name = standard_input ? "standard input" : path;
  const YamlDocument document =
      parse_yaml(standard_input ? context.terminal.read_input() : read_file(path), file.name);
  // A file in which everything is commented out asks for nothing.
  if (document.value.is_null()) return file;
  if (!document.value.is_object())
    throw Error("InvalidInput",
                fmt::format("{} holds no fields of a restore; nothing was created or changed", file.name),
                fmt::format("Lines such as \"snapshot_date: latest\"; `{} init` writes a file to begin with.",
                            context.program));
  file.request = with_typed_texts(document);
  if (!standard_input) resolve_local_files(file.request, std::filesystem::path(path).parent_path());
  for (const auto& [key, value] : file.request.items()) {
    const auto found = document.positions.find((Json::json_pointer() / key).to_string());
    if (found != document.positions.end()) file.positions[key] = found->second;
  }
  return file;
}

}  // namespace aurora::cli
