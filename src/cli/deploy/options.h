// What `deploy` and its subcommands are told on the command line.
#pragma once
#include <string>
#include <vector>

#include "cli/output.h"

namespace aurora::cli {

struct DeployOptions {
  std::string package;
  std::string architecture;
  std::string bucket;
  std::vector<std::string> parameters;
  std::string parameters_file;
  std::string template_file;
  std::vector<std::string> tags;
  std::string stack;
  std::string role_arn;
  bool check = false;
  bool dry_run = false;
  bool yes = false;
  bool allow_replacement = false;
  bool continue_rollback = false;
  bool protect = false;
  OutputOptions output;
};

}  // namespace aurora::cli
