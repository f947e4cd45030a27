#include "local/rds/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "local/rds/errors.h"

namespace aurora::local::rds {
namespace {

constexpr char kPg[] = "aurora-postgresql";
constexpr char kMy[] = "aurora-mysql";
constexpr char kMaxInt[] = "0-2147483647";

constexpr ParameterSpec kSpecs[] = {
    {kPg, "autovacuum", "1", "boolean", "0,1", true, false, "autovacuum", "Whether vacuum runs by itself."},
    {kPg, "autovacuum_naptime", "", "integer", "1-2147483", true, false, "autovacuum_naptime",
     "Seconds between two runs of autovacuum in one database."},
    {kPg, "default_transaction_isolation", "", "string",
     "read uncommitted,read committed,repeatable read,serializable", true, true,
     "default_transaction_isolation", "Isolation level of transactions that name none."},
    {kPg, "idle_in_transaction_session_timeout", "86400000", "integer", kMaxInt, true, true,
     "idle_in_transaction_session_timeout", "Milliseconds after which an idle transaction is ended."},
    {kPg, "lock_timeout", "", "integer", kMaxInt, true, true, "lock_timeout",
     "Milliseconds a statement may wait for a lock."},
    {kPg, "log_connections", "", "boolean", "0,1", true, true, "log_connections",
     "Whether each connection is logged."},
    {kPg, "log_disconnections", "", "boolean", "0,1", true, true, "log_disconnections",
     "Whether the end of each connection is logged."},
    {kPg, "log_lock_waits", "", "boolean", "0,1", true, true, "log_lock_waits",
     "Whether long waits for locks are logged."},
    {kPg, "log_min_duration_statement", "", "integer", "-1-2147483647", true, true,
     "log_min_duration_statement", "Statements that take as many milliseconds are logged."},
    {kPg, "log_statement", "", "string", "none,ddl,mod,all", true, true, "log_statement",
     "Which statements are logged."},
    {kPg, "maintenance_work_mem", "", "integer", "1024-2147483647", true, true, "maintenance_work_mem",
     "Kilobytes for maintenance such as building an index."},
    {kPg, "max_connections", "", "integer", "6-8388607", false, true, "max_connections",
     "Connections at one time."},
    {kPg, "max_locks_per_transaction", "64", "integer", "10-2147483647", false, false,
     "max_locks_per_transaction", "Locks per transaction on average."},
    {kPg, "max_parallel_workers_per_gather", "", "integer", "0-1024", true, true,
     "max_parallel_workers_per_gather", "Parallel workers of one plan node."},
    {kPg, "max_prepared_transactions", "0", "integer", "0-262143", false, false, "max_prepared_transactions",
     "Prepared transactions at one time."},
    {kPg, "random_page_cost", "", "float", "0-1.79769e+308", true, true, "random_page_cost",
     "The planner's cost of a page read out of order."},
    {kPg, "rds.force_ssl", "0", "boolean", "0,1", true, false, "rds.force_ssl",
     "Whether connections without TLS are refused."},
    {kPg, "rds.logical_replication", "0", "boolean", "0,1", false, false, "rds.logical_replication",
     "Whether logical decoding is possible."},
    {kPg, "search_path", "", "string", "", true, true, "search_path", "Schemas searched for plain names."},
    {kPg, "shared_preload_libraries", "", "list", "auto_explain,pg_stat_statements", false, true,
     "shared_preload_libraries", "Libraries loaded when the server starts."},
    {kPg, "statement_timeout", "", "integer", kMaxInt, true, true, "statement_timeout",
     "Milliseconds a statement may take."},
    {kPg, "timezone", "UTC", "string", "", true, false, "timezone", "Time zone of sessions that set none."},
    {kPg, "track_activity_query_size", "4096", "integer", "100-102400", false, true,
     "track_activity_query_size", "Bytes kept of each session's current statement."},
    {kPg, "track_functions", "", "string", "none,pl,all", true, true, "track_functions",
     "Which function calls are counted."},
    {kPg, "track_io_timing", "1", "boolean", "0,1", true, true, "track_io_timing",
     "Whether reads and writes are timed."},
    {kPg, "work_mem", "", "integer", "64-2147483647", true, true, "work_mem",
     "Kilobytes for each sort and hash."},
    {kMy, "autocommit", "1", "boolean", "0,1", true, true, "autocommit",
     "Whether each statement is a transaction."},
    {kMy, "binlog_format", "OFF", "string", "ROW,STATEMENT,MIXED,OFF", false, false, "binlog_format",
     "Format of the binary log."},
    {kMy, "character_set_server", "", "string", "utf8,utf8mb3,utf8mb4,latin1,ascii,binary", true, false,
     "character_set_server", "Character set of new databases."},
    {kMy, "collation_server", "", "string", "", true, false, "collation_server",
     "Collation of new databases."},
    {kMy, "event_scheduler", "OFF", "string", "ON,OFF", true, true, "event_scheduler",
     "Whether events of the databases run."},
    {kMy, "general_log", "0", "boolean", "0,1", true, true, "general_log",
     "Whether every statement is logged."},
    {kMy, "innodb_lock_wait_timeout", "", "integer", "1-1073741824", true, true, "innodb_lock_wait_timeout",
     "Seconds a transaction waits for a row lock."},
    {kMy, "long_query_time", "", "float", "0-31536000", true, true, "long_query_time",
     "Seconds after which a statement is slow."},
    {kMy, "lower_case_table_names", "0", "integer", "0,1", false, false, "lower_case_table_names",
     "Whether table names are compared without case; fixed when the cluster is created."},
    {kMy, "max_connections", "", "integer", "1-16000", true, true, "max_connections",
     "Connections at one time."},
    {kMy, "require_secure_transport", "OFF", "string", "ON,OFF", true, false, "require_secure_transport",
     "Whether connections without TLS are refused."},
    {kMy, "slow_query_log", "0", "boolean", "0,1", true, true, "slow_query_log",
     "Whether slow statements are logged."},
    {kMy, "sql_mode", "", "list", "", true, true, "sql_mode", "Rules for SQL and data."},
    {kMy, "time_zone", "UTC", "string", "", true, false, "time_zone", "Time zone of sessions that set none."},
    {kMy, "wait_timeout", "", "integer", "1-31536000", true, true, "wait_timeout",
     "Seconds after which an idle connection is closed."},
};

// "16-2147483647"; the lower bound may be negative.
bool in_range(std::string_view range, std::string_view value) {
  const std::size_t dash = range.find('-', 1);
  double low = 0;
  double high = 0;
  double number = 0;
  const auto parse = [](std::string_view text, double& into) {
    const auto result = std::from_chars(text.data(), text.data() + text.size(), into);
    return result.ec == std::errc() && result.ptr == text.data() + text.size();
  };
  return dash != std::string_view::npos && parse(range.substr(0, dash), low) &&
         parse(range.substr(dash + 1), high) && parse(value, number) && number >= low && number <= high;
}

bool is_one_of(std::string_view allowed, std::string_view value) {
  const std::vector<std::string> choices = split(allowed, ',');
  return std::find(choices.begin(), choices.end(), value) != choices.end();
}

bool is_allowed(const ParameterSpec& spec, std::string_view value) {
  // A value becomes a line of a configuration file.
  if (value.find_first_of("\r\n") != std::string_view::npos || value.find('\0') != std::string_view::npos)
    return false;
  const std::string_view allowed = spec.allowed;
  const std::string_view type = spec.type;
  if (allowed.empty() || value.empty()) return true;
  if (type == "integer" && value.find('.') != std::string_view::npos) return false;
  if ((type == "integer" || type == "float") && allowed.find(',') == std::string_view::npos)
    return in_range(allowed, value);
  if (type != "list") return is_one_of(allowed, value);
  const std::vector<std::string> items = split(value, ',');
  return std::all_of(items.begin(), items.end(),
                     [&](const std::string& item) { return is_one_of(allowed, trim(item)); });
}

}  // namespace

std::vector<const ParameterSpec*> parameter_specs(std::string_view family, bool for_cluster) {
  std::vector<const ParameterSpec*> found;
  for (const ParameterSpec& spec : kSpecs)
    if (family.starts_with(spec.engine) && (for_cluster || spec.instance_too)) found.push_back(&spec);
  return found;
}

const ParameterSpec* find_parameter(std::string_view family, bool for_cluster, std::string_view name) {
  for (const ParameterSpec* spec : parameter_specs(family, for_cluster))
    if (spec->name == name) return spec;
  return nullptr;
}

void check_parameter_value(const ParameterSpec& spec, std::string_view value) {
  if (!is_allowed(spec, value))
    throw invalid_value(fmt::format("Invalid parameter value: {} for: {} allowed values are: {}", value,
                                    spec.name, *spec.allowed ? spec.allowed : "text of one line"));
}

Json describe_parameter(const ParameterSpec& spec, const Json& value) {
  Json shown = {{"ParameterName", spec.name}};
  if (!value.is_null())
    shown["ParameterValue"] = value;
  else if (*spec.value)
    shown["ParameterValue"] = spec.value;
  shown["Description"] = spec.description;
  shown["Source"] = !value.is_null() ? "user" : *spec.value ? "system" : "engine-default";
  shown["ApplyType"] = spec.dynamic ? "dynamic" : "static";
  shown["DataType"] = spec.type;
  if (*spec.allowed) shown["AllowedValues"] = spec.allowed;
  shown["IsModifiable"] = true;
  shown["ApplyMethod"] = spec.dynamic ? "immediate" : "pending-reboot";
  shown["SupportedEngineModes"] = {"provisioned"};
  return shown;
}

std::map<std::string, std::string> server_parameters(std::string_view family, const Json& values) {
  std::map<std::string, std::string> parameters;
  for (const ParameterSpec* spec : parameter_specs(family, true)) {
    const Json& value = member_or_null(values, spec->name);
    if (value.is_string())
      parameters[spec->server] = value.get<std::string>();
    else if (*spec->value)
      parameters[spec->server] = spec->value;
  }
  return parameters;
}

}  // namespace aurora::local::rds
