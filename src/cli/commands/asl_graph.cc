#include <fmt/format.h>

#include "base/files.h"
#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/machine/findings.h"
#include "cli/machine/flow_svg.h"
#include "cli/machine/flow_text.h"
#include "cli/operations.h"

namespace aurora::cli {
namespace {

struct AslGraphOptions {
  std::string file;
  std::string execution;
  std::string format = "text";
  std::string out;
};

void bind_asl_graph(Binder& binder, AslGraphOptions& options) {
  binder.argument("FILE", options.file, "The definition; - for standard input", false);
  binder.option("--execution", "ARN|OPERATION", options.execution,
                "Draw the machine of this execution instead, and what it did in each state");
  binder.option("--format", "FORMAT", options.format, "text for a terminal, svg for a browser; default text",
                {"text", "svg"});
  binder.option("-o,--out", "FILE", options.out, "Write there instead of to standard output");
}

// What is drawn.
struct Subject {
  std::string title;
  Json definition;
  std::optional<Visits> visits;
};

Subject subject_of_execution(Context& context, const std::string& execution) {
  World world = open_world(context);
  const std::string arn =
      execution.starts_with("arn:") ? execution : find_operation(context, world, execution).execution_arn();
  if (arn.empty())
    throw Error("OperationNotFound",
                fmt::format("operation {} has no execution: its steps were invoked one by one", execution),
                fmt::format("`{}` shows what they did.", command_line(context, "audit " + execution)));
  // An execution is asked for where it runs.
  if (const std::vector<std::string> parts = split(arn, ':'); parts.size() > 3) world.names.region = parts[3];
  const Json machine = world.api->call("stepfunctions", world.region(), "DescribeStateMachineForExecution",
                                       {{"executionArn", arn}});
  return {.title = arn.substr(arn.rfind(':') + 1),
          .definition = parse_json(string_or(machine, "definition", ""), "the execution's definition"),
          .visits = visits_of(Operations(world).events(arn), context.clock.now())};
}

Subject subject_of(Context& context, const AslGraphOptions& options) {
  if (options.file.empty() == options.execution.empty())
    throw Error("UsageError", "give either a FILE or --execution",
                fmt::format("`{} asl graph --help` shows how.", context.program));
  if (!options.execution.empty()) return subject_of_execution(context, options.execution);
  const Document document = read_document(context, options.file);
  return {.title = document.name, .definition = valid_definition(document, false), .visits = std::nullopt};
}

ExitCode run_asl_graph(Context& context, const AslGraphOptions& options) {
  const Subject subject = subject_of(context, options);
  const Visits* visits = subject.visits ? &*subject.visits : nullptr;
  const Flow flow = read_flow(subject.definition);
  StreamTraits traits = context.terminal.out_traits();
  if (!options.out.empty()) traits = {.tty = false, .colour = false, .unicode = traits.unicode, .width = 0};
  const std::string drawing = options.format == "svg" ? flow_svg(flow, visits, subject.title)
                                                      : draw_flow(flow, visits, Style(traits));
  if (options.out.empty())
    context.terminal.out(drawing);
  else
    write_file(options.out, drawing);
  return ExitCode::kDone;
}

}  // namespace

Command asl_graph_command() {
  return make_command<AslGraphOptions>(
      {.path = "asl graph",
       .summary = "Draw a state machine, or what an execution did in it",
       .description = "As text, the main way runs from top to bottom; other branches are indented where they "
                      "leave it, and "
                      "handlers of failures stand below. As SVG, the picture is one file without scripts "
                      "that follows the "
                      "browser's light or dark theme; pointing at a state shows its details. --execution "
                      "colours the states: "
                      "succeeded, caught, failed, running, not reached, with counts and durations.",
       .examples = {{"{} asl graph infrastructure/step_functions_definition.json", "in the terminal"},
                    {"{} asl graph machine.json --format svg -o machine.svg", "for a browser"},
                    {"{} asl graph --execution restore-20261121-065209-3f2a", "what a restore did"}}},
      bind_asl_graph, run_asl_graph);
}

}  // namespace aurora::cli
