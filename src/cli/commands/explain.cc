#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/error_catalog.h"
#include "cli/output.h"
#include "cli/world.h"

namespace aurora::cli {
namespace {

struct ExplainOptions {
  std::string name;
  OutputOptions output;
};

void bind_explain(Binder& binder, ExplainOptions& options) {
  binder.argument("ERROR-NAME", options.name,
                  "The error's name, as a message begins with it; all when absent", false);
  bind_output(binder, options.output, "One error a line");
}

Json to_json(const ErrorEntry& entry) {
  return {{"name", entry.name},
          {"meaning", entry.meaning},
          {"what_stands", entry.stands},
          {"retried", entry.retried},
          {"what_to_do", entry.what_to_do},
          {"exit_code", static_cast<int>(entry.exit_code)}};
}

std::string exit_code_text(ExitCode code) {
  for (const ExitCodeRow& row : exit_code_table())
    if (row.code == code) return fmt::format("{}: {}", static_cast<int>(code), row.meaning);
  return "";
}

std::string retried_text(const std::string& retried) {
  if (retried == "yes") return "yes, by the state machine, several times";
  return retried == "once" ? "once, by the step itself" : "no";
}

std::string one_text(Context& context, const ErrorEntry& entry) {
  const Style style(context.terminal.out_traits());
  // What is to be typed has this command's choice of environment and endpoint.
  const std::string what_to_do = with_typed_commands(context, entry.what_to_do);
  return label_lines({{"Error", style.bold(entry.name)},
                      {"Meaning", entry.meaning},
                      {"What stands", entry.stands},
                      {"Retried", retried_text(entry.retried)},
                      {"What to do", what_to_do},
                      {"Exit code", exit_code_text(entry.exit_code)}},
                     style);
}

void list_all(Context& context, const ExplainOptions& options) {
  if (!options.output.is_table()) {
    std::vector<Json> rows;
    for (const ErrorEntry& entry : error_catalog()) rows.push_back(to_json(entry));
    return print_rows(context, options.output, rows);
  }
  Table table({{"ERROR"}, {"EXIT", Table::Align::kRight}, {"RETRIED"}, {"MEANING"}});
  for (const ErrorEntry& entry : error_catalog())
    table.add({entry.name, std::to_string(static_cast<int>(entry.exit_code)), entry.retried, entry.meaning});
  context.terminal.out(table.text(Style(context.terminal.out_traits())));
}

[[noreturn]] void unknown(Context& context, const std::string& name) {
  std::vector<std::string> names;
  for (const ErrorEntry& entry : error_catalog()) names.push_back(entry.name);
  const auto near = nearest(name, names);
  throw Error("ErrorNotKnown", fmt::format("no error of the name {} is known here", name),
              near ? fmt::format("Did you mean {}? `{}` tells about it.", *near,
                                 command_line(context, "explain " + *near))
                   : fmt::format("`{}` lists all; other names are AWS's own, explained in the API reference "
                                 "of the service.",
                                 command_line(context, "explain")));
}

ExitCode run_explain(Context& context, const ExplainOptions& options) {
  if (options.name.empty()) {
    list_all(context, options);
    return ExitCode::kDone;
  }
  const ErrorEntry* entry = find_error(options.name);
  if (entry == nullptr) unknown(context, options.name);
  if (options.output.is_table())
    context.terminal.out(one_text(context, *entry));
  else
    print_one(context, options.output, to_json(*entry));
  return ExitCode::kDone;
}

}  // namespace

Command explain_command() {
  return make_command<ExplainOptions>(
      {.path = "explain",
       .summary = "Explain an error by its name, or list all",
       .description =
           "What it means, what stands when it occurs, whether the state machine tries again by itself, what "
           "to do, and the exit code. Knows the names of this program, of the pipeline's steps, of Step "
           "Functions and Lambda, and AWS's codes that steps pass on.",
       .examples = {{"{} explain TargetExists", "one error"},
                    {"{} explain DBClusterQuotaExceeded", "a code of AWS"},
                    {"{} explain --output json | jq -r 'select(.retried == \"yes\").name'",
                     "what passes by itself"}},
       .lists = true},
      bind_explain, run_explain);
}

}  // namespace aurora::cli
