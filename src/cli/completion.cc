#include "cli/completion.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/text.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/help.h"

namespace aurora::cli {
namespace {

std::vector<DeclaredOption> global_options(const Command& command) {
  CollectingBinder binder;
  GlobalOptions globals;
  bind_global_options(binder, globals, manages_endpoint(command.text.path));
  std::vector<DeclaredOption> options = binder.take();
  options.push_back({.names = {"-h", "--help"}, .value_name = "", .help = "This help", .choices = {}});
  return options;
}

std::vector<DeclaredOption> options_of(const Command& command) {
  std::vector<DeclaredOption> options = declared_options(command);
  for (DeclaredOption& option : global_options(command)) options.push_back(std::move(option));
  return options;
}

std::vector<std::string> first_words() {
  std::vector<std::string> words;
  std::set<std::string> seen;
  for (const Command& command : commands()) {
    const std::string word = command.text.path.substr(0, command.text.path.find(' '));
    if (seen.insert(word).second) words.push_back(word);
  }
  return words;
}

// Everything that another word of a command may follow: "local", "local fault".
std::vector<std::string> groups() {
  std::vector<std::string> found;
  std::set<std::string> seen;
  for (const Command& command : commands()) {
    const std::string& path = command.text.path;
    for (std::size_t space = path.find(' '); space != std::string::npos; space = path.find(' ', space + 1))
      if (seen.insert(path.substr(0, space)).second) found.push_back(path.substr(0, space));
  }
  return found;
}

std::string next_words(const std::string& group) {
  std::vector<std::string> words;
  std::set<std::string> seen;
  for (const Command& command : commands()) {
    if (!command.text.path.starts_with(group + " ")) continue;
    const std::string rest = command.text.path.substr(group.size() + 1);
    const std::string word = rest.substr(0, rest.find(' '));
    if (seen.insert(word).second) words.push_back(word);
  }
  return join(words, " ");
}

std::string first_sentence(const std::string& help) {
  return help.substr(0, help.find_first_of(":;("));
}

// One line of a case statement for each command: its words, and the values of options with choices.
std::string bash_cases() {
  std::string text;
  for (const Command& command : commands()) {
    std::vector<std::string> words;
    std::vector<std::string> values;
    if (is_group(command.text.path)) words.push_back(next_words(command.text.path));
    for (const DeclaredOption& option : options_of(command)) {
      if (option.argument) {
        words.insert(words.end(), option.choices.begin(), option.choices.end());
        continue;
      }
      words.insert(words.end(), option.names.begin(), option.names.end());
      if (!option.choices.empty())
        values.push_back(
            fmt::format("{}) words='{}' ;;", join(option.names, "|"), join(option.choices, " ")));
    }
    text += fmt::format("    '{}')\n      words='{}'\n", command.text.path, join(words, " "));
    if (!values.empty()) text += fmt::format("      case \"$previous\" in {} esac\n", join(values, " "));
    text += "      ;;\n";
  }
  return text;
}

std::string bash_function() {
  std::string offers;
  std::string deeper;
  for (const std::string& group : groups()) {
    if (find_command(group) == nullptr)
      offers += fmt::format("    '{}') words='{}' ;;\n", group, next_words(group));
    deeper += fmt::format("           '{}') path=\"$path ${{COMP_WORDS[i]}}\" ;;\n", group);
  }
  return "_aurora_restore() {\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\" path='' "
         "words='' i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case \"${COMP_WORDS[i]}\" in\n"
         "      -*) ;;\n"
         "      *) case \"$path\" in\n"
         "           '') path=\"${COMP_WORDS[i]}\" ;;\n" +
         deeper +
         "         esac ;;\n"
         "    esac\n"
         "  done\n"
         "  case \"$path\" in\n" +
         fmt::format("    '') words='{}' ;;\n", join(first_words(), " ")) + offers + bash_cases() +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n";
}

std::string fish_quote(const std::string& text) {
  return "'" + replace_all(replace_all(text, "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_condition(const std::string& path) {
  std::string condition;
  for (const std::string& word : split(path, ' '))
    condition += fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", word);
  return condition;
}

std::string fish_option(const std::string& path, const DeclaredOption& option) {
  std::string line = fmt::format("complete -c aurora-restore -n {}", fish_quote(fish_condition(path)));
  if (option.argument) {
    if (option.choices.empty()) return "";
    return fmt::format("{} -a {} -d {}\n", line, fish_quote(join(option.choices, " ")),
                       fish_quote(first_sentence(option.help)));
  }
  for (const std::string& name : option.names)
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!option.value_name.empty()) line += " -r";
  if (!option.choices.empty()) line += " -f -a " + fish_quote(join(option.choices, " "));
  return line + " -d " + fish_quote(first_sentence(option.help)) + "\n";
}

}  // namespace

std::string bash_completion() {
  return "# bash completion for aurora-restore; source it, or put it into /etc/bash_completion.d\n" +
         bash_function() + "complete -o default -F _aurora_restore aurora-restore\n";
}

// zsh runs bash's function through its own compatibility layer.
std::string zsh_completion() {
  return "#compdef aurora-restore\n# zsh completion for aurora-restore: source <(aurora-restore completion "
         "zsh)\n"
         "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n" +
         bash_function() + "complete -o default -F _aurora_restore aurora-restore\n";
}

std::string fish_completion() {
  std::string text =
      "# fish completion for aurora-restore; put it into ~/.config/fish/completions/aurora-restore.fish\n";
  std::set<std::string> seen;
  for (const Command& command : commands()) {
    std::string path;
    for (const std::string& word : split(command.text.path, ' ')) {
      const std::string parent = std::exchange(path, path.empty() ? word : path + " " + word);
      if (!seen.insert(path).second) continue;
      const std::string condition =
          parent.empty() ? "__fish_use_subcommand" : fish_quote(fish_condition(parent));
      text += fmt::format("complete -c aurora-restore -f -n {} -a {} -d {}\n", condition, word,
                          fish_quote(path == command.text.path ? command.text.summary : group_summary(path)));
    }
  }
  for (const Command& command : commands())
    for (const DeclaredOption& option : options_of(command)) text += fish_option(command.text.path, option);
  return text;
}

}  // namespace aurora::cli
