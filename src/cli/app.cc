#include "cli/app.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.h"
#include "cli/command.h"
#include "cli/error_catalog.h"
#include "cli/help.h"
#include "cli/world.h"

namespace aurora::cli {
namespace {

[[noreturn]] void usage_error(const std::string& message, const std::string& hint) {
  throw Error("UsageError", message, hint);
}

// Declares on a CLI11 application.
class ParsingBinder final : public Binder {
 public:
  explicit ParsingBinder(CLI::App& app) : app_(app) {}

  void flag(std::string_view names, bool& target, std::string_view /*help*/) override {
    app_.add_flag(std::string(names), target);
  }
  void option(std::string_view names, std::string_view /*value_name*/, std::string& target,
              std::string_view /*help*/, std::vector<std::string> choices) override {
    restrict(app_.add_option(std::string(names), target), std::move(choices));
  }
  void number(std::string_view names, std::string_view /*value_name*/, int& target, int least, int most,
              std::string_view /*help*/) override {
    app_.add_option(std::string(names), target)->check([least, most](const std::string& text) {
      int value = 0;
      const bool number = CLI::detail::lexical_cast(text, value);
      return number && value >= least && value <= most
                 ? std::string()
                 : fmt::format("\"{}\" is not allowed; give a whole number from {} to {}", text, least, most);
    });
  }
  void list(std::string_view names, std::string_view /*value_name*/, std::vector<std::string>& target,
            std::string_view /*help*/, bool split_commas) override {
    CLI::Option* option = app_.add_option(std::string(names), target)->allow_extra_args(false);
    if (split_commas) option->delimiter(',');
    restrict(option, {});
  }
  void argument(std::string_view name, std::string& target, std::string_view /*help*/, bool required,
                std::vector<std::string> choices) override {
    CLI::Option* option = app_.add_option(std::string(name), target);
    restrict(option, std::move(choices));
    // CLI11 would report a missing argument before --help and unknown options are looked at.
    if (required) required_.emplace_back(option, name);
  }
  void arguments(std::string_view name, std::vector<std::string>& targets, std::string_view /*help*/,
                 bool required) override {
    CLI::Option* option = app_.add_option(std::string(name.substr(0, name.find('.'))), targets);
    restrict(option, {});
    if (required) required_.emplace_back(option, name);
  }

  void check_required(const std::string& help_line) const {
    for (const auto& [option, name] : required_)
      if (option->count() == 0) usage_error(fmt::format("{} is missing", name), help_line);
  }

 private:
  static void restrict(CLI::Option* option, std::vector<std::string> choices) {
    option->multi_option_policy(option->get_items_expected_max() > 1 ? CLI::MultiOptionPolicy::TakeAll
                                                                     : CLI::MultiOptionPolicy::Throw);
    option->check([choices = std::move(choices)](const std::string& text) -> std::string {
      if (text.empty()) return "the value is empty; is a variable not set?";
      if (choices.empty() || std::find(choices.begin(), choices.end(), text) != choices.end()) return "";
      const auto near = nearest(text, choices);
      return fmt::format("\"{}\" is not allowed; give one of {}{}", text, join(choices, ", "),
                         near ? fmt::format(" (did you mean {}?)", *near) : "");
    });
  }

  CLI::App& app_;
  std::vector<std::pair<CLI::Option*, std::string>> required_;
};

struct Words {
  std::string path;                    // of the command; empty when there is none
  std::vector<std::string> remaining;  // everything else, in order
};

std::vector<DeclaredOption> global_declarations(bool of_endpoint) {
  CollectingBinder binder;
  GlobalOptions globals;
  bind_global_options(binder, globals, of_endpoint);
  return binder.take();
}

// True when `argument` is a global option whose value is the next argument.
bool takes_next(const std::string& argument) {
  for (const DeclaredOption& option : global_declarations(true))
    if (!option.value_name.empty() &&
        std::find(option.names.begin(), option.names.end(), argument) != option.names.end())
      return true;
  return false;
}

// The command's path is the first words that are not options; global options may stand before it.
Words find_words(const std::vector<std::string>& arguments) {
  Words words;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    // Some groups are commands themselves: "logs OPERATION" beside "logs query".
    const bool open = words.path.empty() ||
                      (is_group(words.path) &&
                       (find_command(words.path) == nullptr || find_command(words.path + " " + argument)));
    if (!open || argument.starts_with("-")) {
      words.remaining.push_back(argument);
      if (open && takes_next(argument) && i + 1 < arguments.size()) words.remaining.push_back(arguments[++i]);
    } else {
      words.path += (words.path.empty() ? "" : " ") + argument;
    }
  }
  return words;
}

[[noreturn]] void unknown_command(const Context& context, const std::string& path) {
  std::vector<std::string> paths;
  for (const Command& command : commands()) {
    paths.push_back(command.text.path);
    if (const std::size_t space = command.text.path.find(' '); space != std::string::npos)
      paths.push_back(command.text.path.substr(0, space));
  }
  const auto near = nearest(path, paths);
  usage_error(fmt::format("there is no command \"{}\"", path),
              near ? fmt::format("Did you mean: {} {}", context.program, *near)
                   : fmt::format("`{} --help` lists the commands.", context.program));
}

bool wants_help(const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(),
                     [](const std::string& a) { return a == "--help" || a == "-h"; });
}

[[noreturn]] void unexpected(const Command& command, const std::string& word, const std::string& help_line) {
  if (!word.starts_with("-") || word == "-")
    usage_error(fmt::format("{} does not take \"{}\"", command.text.path, word), help_line);
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string> names;
  std::vector<DeclaredOption> options = declared_options(command);
  for (const DeclaredOption& option : global_declarations(manages_endpoint(command.text.path)))
    options.push_back(option);
  for (const DeclaredOption& option : options)
    if (!option.argument) names.insert(names.end(), option.names.begin(), option.names.end());
  const auto near = nearest(name, names);
  usage_error(fmt::format("{} has no option {}{}", command.text.path, name,
                          near ? fmt::format("; did you mean {}?", *near) : ""),
              help_line);
}

void parse(Context& context, const Command& command, Invocation& invocation,
           std::vector<std::string> arguments) {
  const std::string help_line = fmt::format("`{} {} --help` shows how.", context.program, command.text.path);
  CLI::App app;
  app.set_help_flag("");
  app.allow_extras();
  ParsingBinder binder(app);
  bind_global_options(binder, context.globals, manages_endpoint(command.text.path));
  invocation.bind(binder);
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    usage_error(error.what(), help_line);
  }
  const std::vector<std::string> extras = app.remaining();
  if (!extras.empty()) unexpected(command, extras.front(), help_line);
  binder.check_required(help_line);
}

ExitCode run_words(Context& context, const Words& words) {
  const Style style(context.terminal.out_traits());
  const bool help = wants_help(words.remaining);
  if (words.path.empty()) {
    const auto& rest = words.remaining;
    if (std::find(rest.begin(), rest.end(), "--version") != rest.end()) {
      context.terminal.out(fmt::format("aurora-restore {}\n", context.version));
      return ExitCode::kDone;
    }
    if (!help && !rest.empty())
      usage_error("a command is missing", fmt::format("`{} --help` lists the commands.", context.program));
    context.terminal.out(overview_help(short_name(context.program), style));
    return help || rest.empty() ? ExitCode::kDone : ExitCode::kBadInput;
  }
  const Command* command = find_command(words.path);
  if (command == nullptr && is_group(words.path)) {
    context.terminal.out(group_help(short_name(context.program), words.path, style));
    return help ? ExitCode::kDone : ExitCode::kBadInput;
  }
  if (command == nullptr) unknown_command(context, words.path);
  if (help) {
    context.terminal.out(command_help(short_name(context.program), *command, style));
    return ExitCode::kDone;
  }
  const std::unique_ptr<Invocation> invocation = command->make();
  parse(context, *command, *invocation, words.remaining);
  return invocation->run(context);
}

// Whoever works on this machine can start what does not answer.
Error explained(Context& context, const aws::Unreachable& error) {
  if (chosen_environment(context) != kLocalEnvironment) return error;
  return {error.name(), error.message(),
          fmt::format("Is the endpoint running? `{} local status` says so, `{} local start` starts it.",
                      context.program, context.program)};
}

// What to do next, as it is to be typed; from the table of errors where whoever threw it did not say.
std::string hint_of(const Context& context, const Error& error) {
  if (!error.hint().empty()) return with_typed_commands(context, error.hint());
  const ErrorEntry* known = find_error(error.name());
  if (known != nullptr) return with_typed_commands(context, known->what_to_do);
  return "The service's API reference explains this code; --debug shows which call it answered.";
}

}  // namespace

void print_error(Context& context, const Error& error) {
  const Style style(context.terminal.err_traits());
  const std::string hint = hint_of(context, error);
  std::string text = fmt::format("{} {}\n", style.red(style.bold(error.name() + ":")), error.message());
  if (!hint.empty()) text += style.dim("  " + replace_all(hint, "\n", "\n  ")) + "\n";
  context.terminal.err(text);
}

ExitCode run_command_line(Context& context, const std::vector<std::string>& arguments) {
  try {
    return run_words(context, find_words(arguments));
  } catch (const aws::Unreachable& error) {
    print_error(context, explained(context, error));
    return exit_code_of_error(error.name());
  } catch (const Error& error) {
    if (error.name() != "OutputClosed") print_error(context, error);
    return exit_code_of_error(error.name());
  } catch (const std::exception& error) {
    print_error(context, Error("InternalError", error.what(),
                               "This is a defect of aurora-restore; please report it."));
    return ExitCode::kFailed;
  }
}

}  // namespace aurora::cli
