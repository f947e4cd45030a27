#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "base/dates.h"
#include "cli/app.h"
#include "cli/commands/commands.h"
#include "cli/machine/findings.h"
#include "cli/machine/narrative.h"
#include "cli/machine/rehearsal.h"

namespace aurora::cli {
namespace {

struct AslRunOptions {
  std::string file;
  std::string input = "{}";
  std::string mocks;
  std::string start_time;
  std::string seed;
  std::string output = "story";
};

void bind_asl_run(Binder& binder, AslRunOptions& options) {
  binder.argument("FILE", options.file, "The definition; - for standard input", true);
  binder.option("--input", "JSON", options.input,
                "The execution's input as JSON text, @FILE, or - for standard input; default {}");
  binder.option("--mocks", "FILE", options.mocks, "What the tasks answer, by the names of their states");
  binder.option("--start-time", "TIME", options.start_time,
                "When virtual time begins, as 2026-11-21T06:52:09Z; default now");
  binder.option(
      "--seed", "N", options.seed,
      "Draw delays with jitter, UUIDs and random numbers from this seed, the same for the same seed; "
      "without it, a delay with jitter is half of its limit");
  binder.option("--output", "FORMAT", options.output,
                "story for people, json for the events as AWS gives them; default story", {"story", "json"});
}

RehearsalOptions rehearsal_options(const Context& context, const AslRunOptions& options) {
  RehearsalOptions result{
      .name = options.file == "-" ? "rehearsal" : std::filesystem::path(options.file).stem().string(),
      .start_time = context.clock.now(),
      .seed = std::nullopt};
  if (!options.start_time.empty()) {
    const auto time = parse_iso(options.start_time);
    if (!time)
      throw Error("InvalidInput", fmt::format("--start-time {} is no time", options.start_time),
                  "For example --start-time 2026-11-21T06:52:09Z");
    result.start_time = *time;
  }
  if (!options.seed.empty()) {
    std::uint64_t seed = 0;
    const char* end = options.seed.data() + options.seed.size();
    if (const auto [at, problem] = std::from_chars(options.seed.data(), end, seed);
        problem != std::errc{} || at != end)
      throw Error("InvalidInput", fmt::format("--seed {} is no whole number", options.seed),
                  "For example --seed 42");
    result.seed = seed;
  }
  return result;
}

Json read_mocks(Context& context, const std::string& file) {
  if (file.empty()) return Json::object();
  return parse_json(read_document(context, file).text, fmt::format("--mocks {}", file));
}

void print_story(Context& context, const Rehearsal& rehearsal) {
  const Style style(context.terminal.out_traits());
  context.terminal.out(tell_execution(rehearsal.events, style));
  if (rehearsal.status == asl::ExecutionStatus::kSucceeded)
    context.terminal.out("\n" + dump_json_pretty(parse_json(rehearsal.output, "the output")) + "\n");
  else if (rehearsal.status == asl::ExecutionStatus::kRunning && !rehearsal.problem)
    context.terminal.out("\n" + style.red("It waits for ever:") +
                         " a task that never answers has no TimeoutSeconds.\n");
}

ExitCode run_asl_run(Context& context, const AslRunOptions& options) {
  const Document document = read_document(context, options.file);
  const Json definition = valid_definition(document, true);
  const Json input = parse_json(read_argument(context, options.input, "--input"), "--input");
  Mocks mocks = Mocks::parse(read_mocks(context, options.mocks), definition);
  const Rehearsal rehearsal = rehearse(definition, input, mocks, rehearsal_options(context, options));
  if (options.output == "json")
    context.terminal.out(dump_json_pretty(rehearsal_json(rehearsal)) + "\n");
  else
    print_story(context, rehearsal);
  if (rehearsal.problem) {
    print_error(context, *rehearsal.problem);
    return exit_code_of_error(rehearsal.problem->name());
  }
  for (const std::string& note : mocks.left_over()) context.terminal.err("Note: " + note + ".\n");
  return rehearsal.status == asl::ExecutionStatus::kSucceeded ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace

Command asl_run_command() {
  return make_command<AslRunOptions>(
      {.path = "asl run",
       .summary = "Rehearse a definition on virtual time, with mocked answers",
       .description =
           "Runs the state machine as Step Functions would, at once: waits, retries and timeouts take no "
           "time. "
           "Tasks call nothing; they get the answers of --mocks, in order. Ends with 0 when the execution "
           "succeeds, with 1 when it fails.\n"
           "A mocks file is a JSON object with a list of answers for each Task state: "
           "{\"Copy\": [{\"error\": \"Busy\"}, {\"output\": {\"done\": true}, \"after_seconds\": 3}]}. "
           "An answer may also be \"never\", and the state \"*\" stands for all that are not named.",
       .examples = {{"{} asl run machine.json --mocks mocks.json --input '{\"n\": 1}'", "tell what happens"},
                    {"{} asl run machine.json --mocks mocks.json --seed 7", "with delays drawn by chance"},
                    {"{} asl run machine.json --mocks mocks.json --output json | jq -r '.events[].type'",
                     "the bare event types"}}},
      bind_asl_run, run_asl_run);
}

}  // namespace aurora::cli
