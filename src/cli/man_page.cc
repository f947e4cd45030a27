#include "cli/man_page.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/help.h"

namespace aurora::cli {
namespace {

constexpr char kProgram[] = "aurora-restore";

// Variables of this program's own; AWS's are its SDKs' everywhere.
constexpr std::pair<std::string_view, std::string_view> kVariables[] = {
    {"ENVIRONMENT", "The environment, when --env does not name one."},
    {"AURORA_LOCAL_DATA", "The local endpoint's data directory."},
    {"AWS_ENDPOINT_URL", "The endpoint to talk to, as for every AWS client."},
    {"AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, ...", "Credentials and Region, as for every AWS client."},
    {"TZ", "The zone in which a terminal shows times; files and pipes get UTC."},
    {"NO_COLOR, CLICOLOR_FORCE", "Turn colours off, or on in a pipe."}};

constexpr std::pair<std::string_view, std::string_view> kFiles[] = {
    {"/var/lib/aurora-restore", "Data of root's local endpoint."},
    {"~/.local/share/aurora-restore", "Data of anybody else's local endpoint."},
    {"restore.yaml", "What init writes and run -f reads."}};

std::string section(std::string_view title) {
  return fmt::format(".SH {}\n", title);
}

std::string paragraphs(const std::string& text) {
  std::string roff;
  for (const std::string& paragraph : split(text, '\n'))
    if (!paragraph.empty()) roff += (roff.empty() ? "" : ".PP\n") + roff_text(paragraph) + "\n";
  return roff;
}

std::string tagged(std::string_view tag, std::string_view text) {
  return fmt::format(".TP\n.B {}\n{}\n", roff_text(tag), roff_text(text));
}

std::string option_entry(const DeclaredOption& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names) names.push_back("\\fB" + roff_text(name) + "\\fR");
  std::string tag = join(names, ", ");
  if (!option.value_name.empty() && !option.argument) tag += " \\fI" + roff_text(option.value_name) + "\\fR";
  std::string help = option.help;
  if (!option.choices.empty()) help += fmt::format(" ({})", join(option.choices, ", "));
  return fmt::format(".TP\n{}\n{}\n", tag, roff_text(help));
}

std::string examples(const CommandText& text) {
  std::string roff;
  for (const auto& [line, what] : text.examples)
    roff += fmt::format(".PP\n{}:\n.PP\n.RS 4\n.nf\n{}\n.fi\n.RE\n", roff_text(what),
                        roff_text(replace_all(line, "{}", kProgram)));
  return roff;
}

std::string command_entry(const Command& command) {
  std::string roff = fmt::format(".SS \"{}\"\n", roff_text(command.text.path));
  roff += fmt::format("\\fB{} {}\\fR\n.PP\n{}.\n", kProgram, roff_text(usage_of(command)),
                      roff_text(command.text.summary));
  if (const std::string text = paragraphs(command.text.description); !text.empty()) roff += ".PP\n" + text;
  for (const DeclaredOption& option : declared_options(command)) roff += option_entry(option);
  return roff + examples(command.text);
}

std::string global_options() {
  CollectingBinder binder;
  GlobalOptions globals;
  bind_global_options(binder, globals, true);
  std::string roff;
  for (const DeclaredOption& option : binder.take()) roff += option_entry(option);
  return roff + tagged("-h, --help", "The help.");
}

}  // namespace

std::string roff_text(std::string_view text) {
  std::string roff;
  for (const char c : text) {
    if (c == '\\')
      roff += "\\e";
    else if (c == '-')
      roff += "\\-";
    else if (c == '\'')
      roff += "\\(aq";
    else if (c == '"')
      roff += "\\(dq";
    else if (c == '`')
      roff += "\\(ga";
    else if (c == '~')
      roff += "\\(ti";
    else if (c == '^')
      roff += "\\(ha";
    else
      roff += c;
  }
  return roff.starts_with('.') ? "\\&" + roff : roff;
}

std::string man_page(const std::string& version) {
  std::string roff = fmt::format(".TH AURORA\\-RESTORE 1 \"\" \"aurora\\-restore {}\" \"User Commands\"\n",
                                 roff_text(version));
  // Long options and examples are not broken in their middle, and lines are not stretched.
  roff += ".nh\n.ad l\n";
  roff += section("NAME") +
          "aurora\\-restore \\- restore Amazon Aurora clusters, and prove that the data is there\n";
  roff += section("SYNOPSIS") + ".B aurora\\-restore\n.I COMMAND\n.RI [ options ]\n";
  roff += section("DESCRIPTION") +
          paragraphs(
              "Restores an Amazon Aurora cluster from a snapshot, across Regions, under a target's name, and "
              "proves that the data is there. Without an AWS account it does the same on this machine, with "
              "real servers.\nData goes to standard output, notes, progress and errors to standard error.");
  roff += section("COMMANDS");
  for (const Command& command : commands()) roff += command_entry(command);
  roff += section("\"OPTIONS OF EVERY COMMAND\"") + global_options();
  roff += section("\"EXIT STATUS\"");
  for (const ExitCodeRow& row : exit_code_table())
    roff += tagged(std::to_string(static_cast<int>(row.code)), row.meaning);
  roff += section("ENVIRONMENT");
  for (const auto& [name, meaning] : kVariables) roff += tagged(name, meaning);
  roff += section("FILES");
  for (const auto& [name, meaning] : kFiles) roff += tagged(name, meaning);
  return roff;
}

}  // namespace aurora::cli
