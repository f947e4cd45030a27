#include <fmt/format.h>

#include <algorithm>

#include "base/files.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/lambda_call.h"
#include "cli/output.h"
#include "restore/step.h"

namespace aurora::cli {
namespace {

struct InvokeOptions {
  std::string step;
  std::string operation_id;
  std::string payload;
  OutputOptions output;
};

std::vector<std::string> step_names() {
  std::vector<std::string> names;
  for (const restore::Step& step : restore::all_steps()) names.emplace_back(step.name);
  return names;
}

void bind_invoke(Binder& binder, InvokeOptions& options) {
  std::vector<std::string> names = step_names();
  // The functions' names are written with hyphens, so both spellings are understood.
  for (const std::string& name : step_names())
    if (name.find('_') != std::string::npos) names.push_back(replace_all(name, "_", "-"));
  binder.argument("STEP", options.step, "The step", true, names);
  binder.option("--operation-id", "OPERATION", options.operation_id, "The operation that the step works on");
  binder.option("--payload", "JSON", options.payload,
                "The event as JSON text, @FILE, or - for standard input");
  bind_output(binder, options.output, "The answer as one line of JSON");
}

Json payload_of(Context& context, const InvokeOptions& options) {
  Json payload = Json::object();
  if (options.payload == "-") {
    payload = parse_json(context.terminal.read_input(), "standard input (--payload -)");
  } else if (options.payload.starts_with("@")) {
    payload = parse_json(read_file(options.payload.substr(1)), "--payload " + options.payload);
  } else if (!options.payload.empty()) {
    payload = parse_json(options.payload, "--payload");
  }
  if (!payload.is_object())
    throw Error("InvalidInput", "--payload must be a JSON object",
                "For example --payload '{\"operation_id\": \"op-1\"}'");
  if (!options.operation_id.empty()) payload["operation_id"] = options.operation_id;
  return payload;
}

std::string answer_lines(const Json& answer, const Style& style) {
  if (!answer.is_object()) return dump_json(answer) + "\n";
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& [name, value] : answer.items())
    lines.emplace_back(name, value.is_string() ? value.get<std::string>() : dump_json(value));
  return label_lines(lines, style);
}

ExitCode run_invoke(Context& context, const InvokeOptions& options) {
  const Json payload = payload_of(context, options);
  World world = open_world(context);
  const Json answer = invoke_step(world, replace_all(options.step, "-", "_"), payload);
  // What the function answers is JSON; unless asked otherwise it is shown as such.
  if (options.output.is_table() && options.output.format.empty())
    context.terminal.out(dump_json_pretty(answer) + "\n");
  else if (options.output.is_table())
    context.terminal.out(answer_lines(answer, Style(context.terminal.out_traits())));
  else
    print_one(context, options.output, answer);
  return ExitCode::kDone;
}

}  // namespace

Command invoke_command() {
  return make_command<InvokeOptions>(
      {.path = "invoke",
       .summary = "Invoke one function of the pipeline directly",
       .description =
           "Runs one step outside the state machine, as the sequence guide does, and prints its answer. A "
           "failed step is an error with its name, what happened and what to do. Without --output the answer "
           "is "
           "indented JSON.",
       .examples =
           {{"{} invoke snapshot_check --operation-id op-1 --payload '{\"target_date\": \"2026-11-21\"}'",
             "the first step of the guide"},
            {"{} invoke check_restore_status --operation-id op-1 | jq -r .cluster_status", "one look"}},
       .lists = true},
      bind_invoke, run_invoke);
}

}  // namespace aurora::cli
