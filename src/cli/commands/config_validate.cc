#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "cli/commands/config_commands.h"
#include "cli/configuration_check.h"
#include "cli/configuration_view.h"
#include "cli/output.h"

namespace aurora::cli {
namespace {

struct ConfigValidateOptions {
  std::string file;
  OutputOptions output;
};

void bind_config_validate(Binder& binder, ConfigValidateOptions& options) {
  binder.argument("FILE", options.file, "JSON or YAML; the environment's SSM parameters when absent", false);
  bind_output(binder, options.output, "One finding a line");
}

struct Text {
  std::string name;
  std::string text;
  ConfigurationFormat format = ConfigurationFormat::kJson;
};

std::vector<Text> texts_to_check(Context& context, const std::string& file) {
  if (!file.empty()) {
    const auto text = context.host.read_file(file);
    if (!text) throw Error("FileNotUsable", fmt::format("{} cannot be read", file), "See that it is there.");
    return {{file, *text,
             to_lower(file).ends_with(".json") ? ConfigurationFormat::kJson : ConfigurationFormat::kYaml}};
  }
  World world = open_world(context);
  std::vector<Text> texts;
  for (auto& [name, text] : read_parameters(world)) texts.push_back({name, text});
  if (texts.empty())
    context.terminal.err(fmt::format("Neither {} nor {} is there: defaults and inputs are all there is.\n",
                                     world.names.config_parameter(), world.names.db_users_parameter()));
  return texts;
}

std::string place_text(const Json& row) {
  std::string place = row["where"].get<std::string>();
  if (!row["line"].is_null())
    place += fmt::format(":{}:{}", row["line"].get<int>(), row["column"].get<int>());
  return place;
}

ExitCode run_config_validate(Context& context, const ConfigValidateOptions& options) {
  std::vector<Json> rows;
  const std::vector<Text> texts = texts_to_check(context, options.file);
  for (const Text& text : texts) {
    for (const PlacedFinding& finding : check_configuration(text.text, text.format))
      rows.push_back({{"where", text.name},
                      {"line", finding.line == 0 ? Json(nullptr) : Json(finding.line)},
                      {"column", finding.line == 0 ? Json(nullptr) : Json(finding.column)},
                      {"field", finding.field},
                      {"finding", finding.message}});
    for (const std::string& user : users_with_passwords(text.text))
      context.terminal.err(
          fmt::format("{}: user {} has its password in plain text; a secret that "
                      "password_secret_id names is safer.\n",
                      text.name, user));
  }
  if (!options.output.is_table()) {
    print_rows(context, options.output, rows);
  } else {
    for (const Json& row : rows)
      context.terminal.out(fmt::format("{}: {}\n", place_text(row), row["finding"].get<std::string>()));
    if (rows.empty())
      for (const Text& text : texts) context.terminal.out(fmt::format("{}: good\n", text.name));
  }
  return rows.empty() ? ExitCode::kDone : ExitCode::kBadInput;
}

}  // namespace

Command config_validate_command() {
  return make_command<ConfigValidateOptions>(
      {.path = "config validate",
       .summary = "Check the environment's SSM parameters, or a file, and tell every finding with its place",
       .description = "Unknown fields with the nearest known name, wrong types, values that are not allowed, "
                      "spellings that contradict each other. Changes nothing. Exits with 2 when something is "
                      "wrong.",
       .examples = {{"{} config validate", "both parameters of this environment"},
                    {"{} config validate restore.yaml", "a file, before it is put there"}},
       .lists = true},
      bind_config_validate, run_config_validate);
}

}  // namespace aurora::cli
