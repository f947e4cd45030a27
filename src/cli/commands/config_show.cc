#include <fmt/format.h>

#include "cli/commands/config_commands.h"
#include "cli/configuration_view.h"
#include "cli/operations.h"
#include "cli/output.h"
#include "restore/configuration_sources.h"

namespace aurora::cli {
namespace {

struct ConfigShowOptions {
  std::string operation_id;
  bool all = false;
  OutputOptions output;
};

void bind_config_show(Binder& binder, ConfigShowOptions& options) {
  binder.argument("OPERATION", options.operation_id, "Show what this operation used instead", false);
  binder.flag("--all", options.all, "Settings that have no value, too");
  bind_output(binder, options.output, "One setting a line");
}

Json row_of(const restore::Setting& setting, const Json& value, const std::string& source,
            const std::string& from) {
  return {{"setting", setting.name},
          {"value", restore::shown_value(setting, value)},
          {"source", value.is_null() ? Json(nullptr) : Json(source)},
          {"from", from.empty() ? Json(nullptr) : Json(from)}};
}

std::vector<Json> rows_of_environment(Context& context, World& world) {
  const ConfigurationView view = read_configuration(world);
  for (const std::string& finding : view.findings) context.terminal.err(finding + "\n");
  std::vector<Json> rows;
  for (const restore::Setting& setting : restore::settings()) {
    const std::string name(setting.name);
    const auto source = view.settings.source(name);
    const auto from = view.from.find(name);
    rows.push_back(row_of(setting, view.settings.value(name),
                          source ? std::string(restore::name_of(*source)) : "",
                          from == view.from.end() ? "" : from->second));
  }
  return rows;
}

// As its first step wrote them down. Users stay in their parameter, since they may hold passwords.
std::vector<Json> rows_of_operation(Context& context, World& world, const std::string& id) {
  const Operation operation = find_operation(context, world, id);
  const Json state = operation.state.value_or(Json::object());
  const Json& values = member_or_null(state, "parameters");
  const Json& sources = member_or_null(state, "parameter_sources");
  std::vector<Json> rows;
  for (const restore::Setting& setting : restore::settings()) {
    const std::string recorded = string_or(sources, setting.name, "default");
    const std::size_t space = recorded.find(' ');
    const std::string source = recorded.substr(0, space);
    std::string from = space == std::string::npos ? "" : recorded.substr(space + 1);
    if (source == "ssm")
      from = setting.name == "db_users" ? world.names.db_users_parameter() : world.names.config_parameter();
    Json value = member_or_null(values, setting.name);
    if (value.is_null() && source == "ssm") value = "(kept in the parameter)";
    rows.push_back(row_of(setting, value, source, from));
  }
  return rows;
}

std::string cell_of(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

ExitCode run_config_show(Context& context, const ConfigShowOptions& options) {
  World world = open_world(context);
  std::vector<Json> rows = options.operation_id.empty()
                               ? rows_of_environment(context, world)
                               : rows_of_operation(context, world, options.operation_id);
  if (!options.all) std::erase_if(rows, [](const Json& row) { return row["value"].is_null(); });
  if (!options.output.is_table()) {
    print_rows(context, options.output, rows);
    return ExitCode::kDone;
  }
  Table table({{"SETTING"}, {"SOURCE"}, {"FROM"}, {"VALUE"}});
  for (const Json& row : rows)
    table.add({cell_of(row["setting"]), cell_of(row["source"]), cell_of(row["from"]), cell_of(row["value"])});
  context.terminal.out(table.text(Style(context.terminal.out_traits())));
  return ExitCode::kDone;
}

}  // namespace

Command config_show_command() {
  return make_command<ConfigShowOptions>(
      {.path = "config show",
       .summary = "Show every setting, and where its value came from",
       .description =
           "As a restore of this environment would find them: variables of the functions, then SSM "
           "parameters, then defaults; what an input gives goes before them all. With OPERATION, "
           "what that operation used. Passwords are masked.",
       .examples = {{"{} config show", "what the next restore would use"},
                    {"{} config show restore-20261121-065209-3f2a", "what that one used"},
                    {"{} config show --output json | jq -r 'select(.source == \"ssm\") | .setting'",
                     "what the SSM parameters set"}},
       .lists = true},
      bind_config_show, run_config_show);
}

}  // namespace aurora::cli
