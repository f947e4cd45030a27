// The parameters of parameter groups: which there are, what they may be, and what they are to the server.
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace aurora::local::rds {

// A choice out of the hundreds that Aurora lists: those that people set. The local servers heed all of them
// but what only Aurora has, which stays in its group.
struct ParameterSpec {
  const char* engine;
  const char* name;
  const char* value;    // RDS's default; empty when the engine's own holds
  const char* type;     // "boolean", "integer", "float", "string", "list"
  const char* allowed;  // "0,1", "16-2147483647", or empty for any text
  bool dynamic;         // takes effect without a restart
  bool instance_too;    // in the instances' groups as well
  const char* server;   // the engine's own name of it
  const char* description;
};

// By name, of one engine.
std::span<const ParameterSpec> mysql_parameters();
std::span<const ParameterSpec> postgresql_parameters();

// For groups of clusters, or of instances, of that family.
std::vector<const ParameterSpec*> parameter_specs(std::string_view family, bool for_cluster);
const ParameterSpec* find_parameter(std::string_view family, bool for_cluster, std::string_view name);
// Refuses a value that is not allowed, with InvalidParameterValue.
void check_parameter_value(const ParameterSpec& spec, std::string_view value);
// As DescribeDBClusterParameters shows it; `value` is null where the group leaves the default.
Json describe_parameter(const ParameterSpec& spec, const Json& value);
// What the server is told: the values that a group sets (an object by name), else RDS's defaults.
std::map<std::string, std::string> server_parameters(std::string_view family, const Json& values);

}  // namespace aurora::local::rds
