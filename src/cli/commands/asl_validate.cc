#include <fmt/format.h>

#include "cli/app.h"
#include "cli/commands/commands.h"
#include "cli/context.h"
#include "cli/machine/findings.h"
#include "cli/output.h"

namespace aurora::cli {
namespace {

struct AslValidateOptions {
  std::vector<std::string> files;
  OutputOptions output;
};

void bind_asl_validate(Binder& binder, AslValidateOptions& options) {
  binder.arguments("FILE...", options.files, "Definitions; - for standard input", true);
  bind_output(binder, options.output, "One array of all files with their findings");
}

std::string count_text(const std::vector<Finding>& findings) {
  return findings.size() == 1 ? "1 finding" : fmt::format("{} findings", findings.size());
}

void print_table(Context& context, const Document& document, const std::vector<Finding>& findings) {
  const Style style(context.terminal.out_traits());
  context.terminal.out(findings_text(document, findings, style));
  if (!has_errors(findings))
    context.terminal.out(fmt::format("{} {} is valid\n", style.ok(), document.name));
  else if (style.traits().tty)
    context.terminal.out(fmt::format("{} {}: {}\n", style.bad(), document.name, count_text(findings)));
}

ExitCode run_asl_validate(Context& context, const AslValidateOptions& options) {
  bool all_valid = true;
  std::vector<Json> results;
  for (const std::string& file : options.files) {
    try {
      const Document document = read_document(context, file);
      const std::vector<Finding> findings = findings_of(document);
      all_valid = all_valid && !has_errors(findings);
      if (!options.output.is_table())
        results.push_back(findings_json(document, findings));
      else
        print_table(context, document, findings);
    } catch (const Error& error) {
      if (error.name() != "FileNotUsable") throw;
      all_valid = false;
      if (!options.output.is_table())
        results.push_back({{"file", file}, {"result", "FAIL"}, {"error", error.message()}});
      else
        print_error(context, error);
    }
  }
  // One array, as `aws` tools give it, whatever the number of files.
  if (options.output.json || options.output.format == "json")
    context.terminal.out(dump_json_pretty(Json(results)) + "\n");
  else if (!options.output.is_table())
    print_rows(context, options.output, results);
  return all_valid ? ExitCode::kDone : ExitCode::kBadInput;
}

}  // namespace

Command asl_validate_command() {
  return make_command<AslValidateOptions>(
      {.path = "asl validate",
       .summary = "Check definitions of state machines",
       .description =
           "Says what ValidateStateMachineDefinition of AWS says (code, message, location), and where "
           "that is in the file. Nothing is sent anywhere. Ends with 2 when a file is not valid.",
       .examples = {{"{} asl validate infrastructure/step_functions_definition.json", "one file"},
                    {"{} asl validate machines/*.json --output json | jq '.[] | select(.result != \"OK\")'",
                     "what is wrong, for a script"},
                    {"jq .definition deployed.json -r | {} asl validate -", "from standard input"}},
       .lists = true},
      bind_asl_validate, run_asl_validate);
}

}  // namespace aurora::cli
