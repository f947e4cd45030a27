#include "cli/command.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/commands/config_commands.h"
#include "cli/commands/deploy_commands.h"

namespace aurora::cli {

void CollectingBinder::flag(std::string_view names, bool& /*target*/, std::string_view help) {
  options_.push_back(
      {.names = split(names, ','), .value_name = "", .help = std::string(help), .choices = {}});
}

void CollectingBinder::option(std::string_view names, std::string_view value_name, std::string& /*target*/,
                              std::string_view help, std::vector<std::string> choices) {
  options_.push_back({.names = split(names, ','),
                      .value_name = std::string(value_name),
                      .help = std::string(help),
                      .choices = std::move(choices)});
}

void CollectingBinder::number(std::string_view names, std::string_view value_name, int& target, int /*least*/,
                              int /*most*/, std::string_view help) {
  std::string text(help);
  if (target != 0) text += fmt::format(" (default {})", target);
  options_.push_back(
      {.names = split(names, ','), .value_name = std::string(value_name), .help = text, .choices = {}});
}

void CollectingBinder::list(std::string_view names, std::string_view value_name,
                            std::vector<std::string>& /*target*/, std::string_view help,
                            bool /*split_commas*/) {
  options_.push_back({.names = split(names, ','),
                      .value_name = std::string(value_name),
                      .help = std::string(help),
                      .choices = {},
                      .repeats = true});
}

void CollectingBinder::argument(std::string_view name, std::string& /*target*/, std::string_view help,
                                bool required, std::vector<std::string> choices) {
  options_.push_back({.names = {std::string(name)},
                      .value_name = std::string(name),
                      .help = std::string(help),
                      .choices = std::move(choices),
                      .argument = true,
                      .required = required});
}

void CollectingBinder::arguments(std::string_view name, std::vector<std::string>& /*targets*/,
                                 std::string_view help, bool required) {
  options_.push_back({.names = {std::string(name)},
                      .value_name = std::string(name),
                      .help = std::string(help),
                      .choices = {},
                      .argument = true,
                      .required = required,
                      .repeats = true});
}

std::vector<DeclaredOption> declared_options(const Command& command) {
  CollectingBinder binder;
  command.make()->bind(binder);
  return binder.take();
}

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands{
      run_command(),
      start_command(),
      watch_command(),
      init_command(),
      plan_command(),
      status_command(),
      list_command(),
      history_command(),
      audit_command(),
      logs_command(),
      logs_query_command(),
      report_command(),
      cost_command(),
      cancel_command(),
      resume_command(),
      mark_failed_command(),
      archive_command(),
      export_command(),
      import_command(),
      orphans_command(),
      invoke_command(),
      snapshots_command(),
      secret_command(),
      config_show_command(),
      config_settings_command(),
      config_validate_command(),
      notify_test_command(),
      schedule_add_command(),
      schedule_list_command(),
      schedule_remove_command(),
      schedule_run_now_command(),
      schedule_pause_command(),
      schedule_resume_command(),
      batch_run_command(),
      batch_status_command(),
      deploy_command(),
      deploy_status_command(),
      deploy_policy_command(),
      destroy_command(),
      local_start_command(),
      local_stop_command(),
      local_status_command(),
      local_env_command(),
      local_reset_command(),
      local_seed_command(),
      local_fault_add_command(),
      local_fault_list_command(),
      local_fault_remove_command(),
      asl_validate_command(),
      asl_run_command(),
      asl_graph_command(),
      doctor_command(),
      explain_command(),
      man_command(),
      version_command(),
      completion_command(),
      help_command(),
  };
  return kCommands;
}

const Command* find_command(std::string_view path) {
  for (const Command& command : commands())
    if (command.text.path == path) return &command;
  return nullptr;
}

}  // namespace aurora::cli
