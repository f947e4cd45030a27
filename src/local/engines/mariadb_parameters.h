// Aurora MySQL's parameters as MariaDB knows them.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::local::engines {

struct MariaDbSetting {
  std::string option;    // in the option file
  std::string variable;  // for SET GLOBAL; empty when it needs a restart
  std::string value;
};

// The parameters of a group that MariaDB has, in its own names and values.
std::vector<MariaDbSetting> mariadb_settings(const std::map<std::string, std::string>& parameters);
// Those that stay in the group only, because MariaDB has nothing like them or does not know the value.
std::vector<std::string> parameters_left_out(const std::map<std::string, std::string>& parameters);
// Variables that a group may change while the server runs, for those it does not set any more.
std::vector<std::string> changeable_variables();

}  // namespace aurora::local::engines
