#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/doctor/diagnosis.h"
#include "cli/output.h"

namespace aurora::cli {
namespace {

struct DoctorOptions {
  OutputOptions output;
};

void bind_doctor(Binder& binder, DoctorOptions& options) {
  bind_output(binder, options.output, "One check a line");
}

Json to_json(const Diagnosis& diagnosis) {
  return {{"group", diagnosis.group},
          {"check", diagnosis.check},
          {"health", name_of(diagnosis.health)},
          {"found", diagnosis.found},
          {"mend", diagnosis.mend}};
}

std::string sign_of(Health health, const Style& style) {
  switch (health) {
    case Health::kOk:
      return style.ok();
    case Health::kWarning:
      return style.warn();
    case Health::kFailed:
      return style.bad();
    case Health::kNotLookedAt:
      break;
  }
  return style.dim("-");
}

std::string wrapped(const std::string& text, std::size_t indent, const Style& style) {
  const auto width = static_cast<std::size_t>(style.traits().width);
  return style.traits().tty && width > indent + 20 ? wrap_words(text, width - indent, indent) : text;
}

std::string report_text(const std::vector<Diagnosis>& found, const Style& style) {
  std::size_t names = 0;
  for (const Diagnosis& diagnosis : found) names = std::max(names, diagnosis.check.size());
  const std::size_t indent = names + 6;
  std::string text;
  std::string group;
  for (const Diagnosis& diagnosis : found) {
    if (diagnosis.group != group) text += (group.empty() ? "" : "\n") + style.bold(diagnosis.group) + "\n";
    group = diagnosis.group;
    const bool skipped = diagnosis.health == Health::kNotLookedAt;
    const std::string told = wrapped((skipped ? "not looked at: " : "") + diagnosis.found, indent, style);
    text += fmt::format("  {} {}  {}\n", sign_of(diagnosis.health, style), pad_right(diagnosis.check, names),
                        skipped ? style.dim(told) : told);
    // A command stays on one line, to be copied.
    if (!diagnosis.mend.empty())
      text += std::string(indent, ' ') + style.cyan(style.arrow() + " " + diagnosis.mend) + "\n";
  }
  return text;
}

std::size_t count(const std::vector<Diagnosis>& found, Health health) {
  return static_cast<std::size_t>(std::count_if(
      found.begin(), found.end(), [&](const Diagnosis& diagnosis) { return diagnosis.health == health; }));
}

ExitCode run_doctor(Context& context, const DoctorOptions& options) {
  const std::vector<Diagnosis> found = examine(context, all_checks());
  const std::size_t failed = count(found, Health::kFailed);
  if (options.output.is_table()) {
    context.terminal.out(report_text(found, Style(context.terminal.out_traits())));
    context.terminal.err(fmt::format("\n{} ok, {} to be warned of, {} failed, {} not looked at.\n",
                                     count(found, Health::kOk), count(found, Health::kWarning), failed,
                                     count(found, Health::kNotLookedAt)));
  } else {
    std::vector<Json> rows;
    for (const Diagnosis& diagnosis : found) rows.push_back(to_json(diagnosis));
    print_rows(context, options.output, rows);
  }
  return failed == 0 ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace

Command doctor_command() {
  return make_command<DoctorOptions>(
      {.path = "doctor",
       .summary = "Show what is installed, reachable and allowed, and how to mend what is not",
       .description =
           "Looks at this machine, at the connection and credentials, at the pipeline's tables, functions, "
           "state machine and rules, and at what the environment's configuration names: secrets, key, subnet "
           "group, topic, queue and buckets. Changes nothing. Says what it could not look at. The exit code "
           "is 1 when something failed; warnings leave it 0.",
       .examples = {{"{} doctor", "the endpoint on this machine and what it needs"},
                    {"{} doctor --env prod --region eu-central-1", "an environment on AWS"},
                    {"{} doctor --json | jq -r 'select(.health == \"failed\").mend'", "only what to do"}},
       .lists = true},
      bind_doctor, run_doctor);
}

}  // namespace aurora::cli
