#include "local/engines/mariadb_parameters.h"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace aurora::local::engines {
namespace {

struct Mapping {
  const char* parameter;
  const char* option;
  const char* variable;  // empty: needs a restart
};

// Where no name differs, the parameter's own is MariaDB's option and variable.
constexpr Mapping kMappings[] = {
    {"autocommit", "autocommit", "autocommit"},
    {"binlog_row_image", "binlog_row_image", "binlog_row_image"},
    {"character_set_server", "character_set_server", "character_set_server"},
    {"collation_server", "collation_server", "collation_server"},
    {"connect_timeout", "connect_timeout", "connect_timeout"},
    {"event_scheduler", "event_scheduler", "event_scheduler"},
    {"general_log", "general_log", "general_log"},
    {"group_concat_max_len", "group_concat_max_len", "group_concat_max_len"},
    {"innodb_file_per_table", "innodb_file_per_table", "innodb_file_per_table"},
    {"innodb_ft_min_token_size", "innodb_ft_min_token_size", ""},
    {"innodb_lock_wait_timeout", "innodb_lock_wait_timeout", "innodb_lock_wait_timeout"},
    {"innodb_print_all_deadlocks", "innodb_print_all_deadlocks", "innodb_print_all_deadlocks"},
    {"interactive_timeout", "interactive_timeout", "interactive_timeout"},
    {"local_infile", "local_infile", "local_infile"},
    {"lock_wait_timeout", "lock_wait_timeout", "lock_wait_timeout"},
    {"log_bin_trust_function_creators", "log_bin_trust_function_creators", "log_bin_trust_function_creators"},
    {"log_output", "log_output", "log_output"},
    {"long_query_time", "long_query_time", "long_query_time"},
    {"lower_case_table_names", "lower_case_table_names", ""},
    {"max_allowed_packet", "max_allowed_packet", "max_allowed_packet"},
    {"max_connections", "max_connections", "max_connections"},
    {"max_heap_table_size", "max_heap_table_size", "max_heap_table_size"},
    {"net_read_timeout", "net_read_timeout", "net_read_timeout"},
    {"net_write_timeout", "net_write_timeout", "net_write_timeout"},
    {"performance_schema", "performance_schema", ""},
    {"require_secure_transport", "require_secure_transport", "require_secure_transport"},
    {"slow_query_log", "slow_query_log", "slow_query_log"},
    {"sort_buffer_size", "sort_buffer_size", "sort_buffer_size"},
    {"sql_mode", "sql_mode", "sql_mode"},
    {"time_zone", "default_time_zone", "time_zone"},
    {"tls_version", "tls_version", ""},
    {"tmp_table_size", "tmp_table_size", "tmp_table_size"},
    {"transaction_isolation", "transaction_isolation", "tx_isolation"},
    {"wait_timeout", "wait_timeout", "wait_timeout"},
};

// The zones of the system are loaded when a cluster is created.
bool is_known_zone(const std::string& zone) {
  return zone.starts_with('+') || zone.starts_with('-') || zone == "SYSTEM" ||
         (zone.find("..") == std::string::npos &&
          std::filesystem::is_regular_file(std::filesystem::path("/usr/share/zoneinfo") / zone));
}

// MySQL 8.0's collations are not MariaDB's; it refuses to start with one that it does not know.
bool is_known_value(const std::string& parameter, const std::string& value) {
  if (value.empty()) return false;
  if (parameter == "time_zone") return is_known_zone(value);
  if (parameter == "collation_server") return value.find("_0900_") == std::string::npos;
  return true;
}

std::optional<MariaDbSetting> setting_of(const std::string& parameter, const std::string& value) {
  const auto found = std::find_if(std::begin(kMappings), std::end(kMappings),
                                  [&](const Mapping& mapping) { return mapping.parameter == parameter; });
  if (found == std::end(kMappings) || !is_known_value(parameter, value)) return std::nullopt;
  return MariaDbSetting{found->option, found->variable, value};
}

}  // namespace

std::vector<MariaDbSetting> mariadb_settings(const std::map<std::string, std::string>& parameters) {
  std::vector<MariaDbSetting> settings;
  for (const auto& [name, value] : parameters)
    if (auto setting = setting_of(name, value)) settings.push_back(*std::move(setting));
  return settings;
}

std::vector<std::string> parameters_left_out(const std::map<std::string, std::string>& parameters) {
  std::vector<std::string> names;
  for (const auto& [name, value] : parameters)
    if (!value.empty() && !setting_of(name, value)) names.push_back(name);
  return names;
}

std::vector<std::string> changeable_variables() {
  std::vector<std::string> variables;
  for (const Mapping& mapping : kMappings)
    if (*mapping.variable) variables.emplace_back(mapping.variable);
  return variables;
}

}  // namespace aurora::local::engines
