#include "base/text.h"
#include "cli/commands/config_commands.h"
#include "cli/output.h"
#include "restore/deployment_variables.h"
#include "restore/settings.h"

namespace aurora::cli {
namespace {

struct ConfigSettingsOptions {
  bool deployment = false;
  OutputOptions output;
};

void bind_config_settings(Binder& binder, ConfigSettingsOptions& options) {
  binder.flag("--deployment", options.deployment,
              "Instead of settings, the variables that name and configure the pipeline's parts");
  bind_output(binder, options.output, "One setting a line");
}

std::vector<Json> setting_rows() {
  std::vector<Json> rows;
  for (const restore::Setting& setting : restore::settings()) {
    const Json fallback = setting.fallback.empty() ? Json(nullptr) : Json::parse(setting.fallback);
    rows.push_back({{"setting", setting.name},
                    {"type", restore::name_of(setting.type)},
                    {"aliases", setting.aliases},
                    {"variables", setting.environment},
                    {"default", fallback},
                    {"meaning", setting.meaning}});
  }
  return rows;
}

std::vector<Json> deployment_rows() {
  std::vector<Json> rows;
  for (const restore::DeploymentVariable& variable : restore::deployment_variables())
    rows.push_back(
        {{"variable", variable.name}, {"default", variable.fallback}, {"meaning", variable.meaning}});
  return rows;
}

std::string cell_of(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_array()) return join(value.get<std::vector<std::string>>(), ", ");
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

ExitCode run_config_settings(Context& context, const ConfigSettingsOptions& options) {
  const std::vector<Json> rows = options.deployment ? deployment_rows() : setting_rows();
  if (!options.output.is_table()) {
    print_rows(context, options.output, rows);
    return ExitCode::kDone;
  }
  std::vector<Table::Column> columns;
  for (const auto& [title, value] : rows.front().items()) columns.push_back({to_upper(title)});
  Table table(std::move(columns));
  for (const Json& row : rows) {
    std::vector<std::string> cells;
    for (const auto& [title, value] : row.items()) cells.push_back(cell_of(value));
    table.add(std::move(cells));
  }
  context.terminal.out(table.text(Style(context.terminal.out_traits())));
  return ExitCode::kDone;
}

}  // namespace

Command config_settings_command() {
  return make_command<ConfigSettingsOptions>(
      {.path = "config settings",
       .summary = "List every setting there is: type, spellings, variables, default",
       .description = "Needs no endpoint and no AWS.",
       .examples = {{"{} config settings", "for people"},
                    {"{} config settings --output json | jq -r .variables[]",
                     "every variable that sets one"}},
       .lists = true},
      bind_config_settings, run_config_settings);
}

}  // namespace aurora::cli
