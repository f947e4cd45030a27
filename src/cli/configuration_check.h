// What is wrong with a text that holds settings, with the place of each finding.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"

namespace aurora::cli {

struct PlacedFinding {
  int line = 0;  // 0: it has no place
  int column = 0;
  std::string field;
  std::string message;
};

enum class ConfigurationFormat { kJson, kYaml };

// Of an object of settings, or of a list of users. Findings stand in the order of the text.
std::vector<PlacedFinding> check_configuration(const std::string& text, ConfigurationFormat format);

// Users whose passwords stand in the text, by name; none where it cannot be read. They are taken, and better
// kept in Secrets Manager.
std::vector<std::string> users_with_passwords(const std::string& text);

}  // namespace aurora::cli
