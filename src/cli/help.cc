#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/context.h"

namespace aurora::cli {
namespace {

constexpr std::size_t kWidthMax = 100;
constexpr std::size_t kNamesWidthMax = 34;

std::size_t text_width(const Style& style) {
  return style.traits().tty
             ? std::min<std::size_t>(static_cast<std::size_t>(std::max(style.traits().width, 40)), kWidthMax)
             : kWidthMax;
}

std::string heading(const Style& style, std::string_view text) {
  return "\n" + style.bold(text) + "\n";
}

// Two columns, the second wrapped.
std::string two_columns(const std::vector<std::pair<std::string, std::string>>& rows, const Style& style) {
  std::size_t names = 0;
  for (const auto& row : rows)
    if (display_width(row.first) <= kNamesWidthMax) names = std::max(names, display_width(row.first));
  const std::size_t indent = names + 4;
  std::string text;
  for (const auto& [name, help] : rows) {
    text += "  " + style.cyan(name);
    const std::size_t used = display_width(name);
    text += used > names ? "\n" + std::string(indent, ' ') : std::string(names - used + 2, ' ');
    text += wrap_words(help, text_width(style) - indent, indent) + "\n";
  }
  return text;
}

std::string option_names(const DeclaredOption& option) {
  std::string names = join(option.names, ", ");
  if (!option.value_name.empty() && !option.argument) names += " " + option.value_name;
  return names;
}

std::string option_help(const DeclaredOption& option) {
  std::string help = option.help;
  if (!option.choices.empty()) help += fmt::format(" ({})", join(option.choices, ", "));
  return help;
}

std::string examples_text(const std::string& program,
                          const std::vector<std::pair<std::string, std::string>>& examples,
                          const Style& style) {
  std::string text = heading(style, "Examples");
  for (const auto& [line, what] : examples) {
    text += "  " + style.dim("# " + what) + "\n";
    text += fmt::format("  {}\n", replace_all(line, "{}", program));
  }
  return text;
}

std::string global_options_text(const Style& style, bool of_endpoint) {
  CollectingBinder binder;
  GlobalOptions globals;
  bind_global_options(binder, globals, of_endpoint);
  std::vector<std::pair<std::string, std::string>> rows;
  for (const DeclaredOption& option : binder.take())
    rows.emplace_back(option_names(option), option_help(option));
  rows.emplace_back("-h, --help", "This help");
  return heading(style, "Options of every command") + two_columns(rows, style);
}

std::string command_rows(std::string_view prefix, const Style& style) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Command& command : commands())
    if (command.text.path.starts_with(prefix)) rows.emplace_back(command.text.path, command.text.summary);
  return two_columns(rows, style);
}

}  // namespace

std::string usage_of(const Command& command) {
  std::string usage = command.text.path;
  for (const DeclaredOption& option : declared_options(command)) {
    if (!option.argument) continue;
    usage += option.required ? " " + option.value_name : fmt::format(" [{}]", option.value_name);
  }
  return usage + " [options]";
}

bool manages_endpoint(const std::string& path) {
  return path.starts_with("local");
}

void bind_global_options(Binder& binder, GlobalOptions& globals, bool of_endpoint) {
  binder.option("-e,--env", "NAME", globals.environment,
                "Which pipeline: local (an endpoint on this machine, started by itself), or the name of an "
                "environment on AWS; default $ENVIRONMENT, else local",
                {});
  binder.option("--region", "REGION", globals.region, "The Region that the pipeline is deployed in");
  binder.option("--endpoint-url", "URL", globals.endpoint_url,
                "Talk to this endpoint (default: AWS_ENDPOINT_URL, or AWS itself)");
  if (of_endpoint)
    binder.number("--port", "PORT", globals.port, 1, 65535,
                  "The local endpoint's port on 127.0.0.1, usually 4566");
  binder.option("--data", "DIRECTORY", globals.data,
                "The local endpoint's data directory (default: $AURORA_LOCAL_DATA, else "
                "/var/lib/aurora-restore for root and ~/.local/share/aurora-restore for others)");
  binder.flag("--debug", globals.debug, "Show the calls to AWS on standard error, without their contents");
}

std::string overview_help(const std::string& program, const Style& style) {
  std::string text =
      style.bold("aurora-restore") +
      " restores an Amazon Aurora cluster from a snapshot, across Regions, and proves that the\n"
      "data is there. Without an AWS account it does the same on this machine, with real servers.\n";
  text += heading(style, "Usage") + fmt::format("  {} COMMAND [options]\n", program);
  text += heading(style, "Commands") + command_rows("", style);
  text +=
      examples_text(program,
                    {{"{} local seed", "make a source cluster with data and a snapshot on this machine"},
                     {"{} run --snapshot-date today", "restore today's snapshot and follow every step"},
                     {"{} run --env prod --snapshot prod-snapshot-2026-11-20 --target-cluster prod-rehearsal",
                      "the same on AWS, in the environment prod"},
                     {"{} watch restore-20261121-065209-3f2a", "come back to a restore that runs"},
                     {"eval \"$({} local env)\" && aws rds describe-db-clusters",
                      "point any AWS client at the local endpoint"}},
                    style);
  text += global_options_text(style, false);
  text += heading(style, "Exit codes") + exit_codes_text();
  text += fmt::format("\n`{} help COMMAND` says more about each command.\n", program);
  return text;
}

std::string command_help(const std::string& program, const Command& command, const Style& style) {
  const std::size_t width = text_width(style);
  std::string text = command.text.summary + ".\n";
  text += heading(style, "Usage") + fmt::format("  {} {}\n", program, usage_of(command));
  if (!command.text.description.empty()) {
    text += "\n";
    for (const std::string& paragraph : split(command.text.description, '\n'))
      text += wrap_words(paragraph, width, 0) + "\n";
  }
  std::vector<std::pair<std::string, std::string>> arguments;
  std::vector<std::pair<std::string, std::string>> options;
  for (const DeclaredOption& option : declared_options(command))
    (option.argument ? arguments : options).emplace_back(option_names(option), option_help(option));
  if (!arguments.empty()) text += heading(style, "Arguments") + two_columns(arguments, style);
  if (!options.empty()) text += heading(style, "Options") + two_columns(options, style);
  if (!command.text.examples.empty()) text += examples_text(program, command.text.examples, style);
  return text + global_options_text(style, manages_endpoint(command.text.path)) +
         heading(style, "Exit codes") + exit_codes_text();
}

std::string group_help(const std::string& program, const std::string& group, const Style& style) {
  return heading(style, "Usage") + fmt::format("  {} {} COMMAND [options]\n", program, group) +
         heading(style, "Commands") + command_rows(group + " ", style) +
         fmt::format("\n`{} help {} COMMAND` says more about each command.\n", program, group);
}

std::string short_name(const std::string& program) {
  return program.substr(program.rfind('/') + 1);
}

bool is_group(const std::string& word) {
  return std::any_of(commands().begin(), commands().end(),
                     [&](const Command& command) { return command.text.path.starts_with(word + " "); });
}

std::string group_summary(const std::string& group) {
  if (group == "asl") return "Definitions of state machines: check, rehearse, draw";
  if (group == "local fault") return "Faults to rehearse: calls that fail or come late";
  return "The endpoint on this machine";
}

}  // namespace aurora::cli
