// The configuration of the environment as its functions see it: their own variables, SSM, defaults; each
// value with where it came from.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "cli/world.h"
#include "restore/configuration.h"

namespace aurora::cli {

struct ConfigurationView {
  restore::Configuration settings;
  // The variable or SSM parameter that gave a setting, by the setting's name.
  std::map<std::string, std::string> from;
  // What is wrong with variables and parameters, in words.
  std::vector<std::string> findings;
};

// Reads the variables of the function snapshot_check and both parameters. What cannot be read is a finding.
ConfigurationView read_configuration(World& world);

// The texts of the parameters that are there, by name.
std::map<std::string, std::string> read_parameters(World& world);

}  // namespace aurora::cli
