// What the Lambda service knows of a function: its definition, its settings, its names.
#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "local/service.h"

namespace aurora::local {

inline constexpr char kLatest[] = "$LATEST";

using Environment = std::map<std::string, std::string>;

// Given by the composition root at every start.
struct FunctionSpec {
  std::string name;
  std::string region;
  // Run without arguments; it speaks the Runtime API.
  std::filesystem::path executable;
  std::string handler;  // _HANDLER
  // Variables that begin with AWS_ (endpoint, credentials) are the platform's: always there, never shown,
  // and not lost when somebody replaces the function's variables.
  Environment environment = {};
  std::chrono::seconds timeout{3};
  int memory_mb = 128;
  std::string description = {};
  // Of its VPC configuration, shown and of no further effect: everything is on loopback here.
  Json vpc = {};
};

// What callers may change; the store keeps what they changed.
struct FunctionSettings {
  std::string handler;
  Environment environment;
  std::chrono::seconds timeout{3};
  int memory_mb = 128;
  std::string description;
  std::string revision;
  std::string last_modified;
};

std::string function_arn(std::string_view region, std::string_view name);

// The name in "f", "f:$LATEST", "123456789012:function:f", or an ARN, each with or without a version.
// Throws the service's refusal for another Region or account, and for a version that is not $LATEST.
std::string resolve_function_name(const Call& call, std::string_view reference, std::string_view qualifier);

// Splits the definition's variables into the platform's and the function's own.
Environment platform_variables(const Environment& environment);
FunctionSettings initial_settings(const FunctionSpec& spec);

// `settings` with the members that UpdateFunctionConfiguration gives. Throws InvalidParameterValueException.
FunctionSettings updated_settings(const Call& call, FunctionSettings settings);

Json settings_to_json(const FunctionSettings& settings);
FunctionSettings settings_from_json(const Json& json, FunctionSettings defaults);

// Everything that a process of the function finds in its environment, as "NAME=value"; `credentials` are the
// instance's own, and may be empty.
std::vector<std::string> process_environment(const FunctionSpec& spec, const FunctionSettings& settings,
                                             const Environment& credentials, std::string_view log_stream,
                                             unsigned short api_port);

}  // namespace aurora::local
