// What the Lambda service knows of a function: its definition, its settings, its names.
#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "aws/error.h"
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
  // kLatest, or the number of a published version.
  std::string version = kLatest;
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
  std::filesystem::path executable = {};  // of code that a caller sent; empty for the definition's
};

// `qualifier`: a version or an alias; empty for the function itself.
std::string function_arn(std::string_view region, std::string_view name, std::string_view qualifier = {});

struct FunctionReference {
  std::string name;
  std::string qualifier;  // $LATEST, a version, an alias, or empty
};
// Of "f", "f:3", "123456789012:function:f", or an ARN, each with or without a qualifier. Throws the service's
// refusal for another Region or account.
FunctionReference resolve_function(const Call& call, std::string_view reference, std::string_view qualifier);
// There is no such function, or none with that qualifier.
aws::ServiceError function_not_found(std::string_view region, std::string_view name,
                                     std::string_view qualifier);

// Throws the service's refusal when the call names another revision than `revision`.
void check_revision(const Call& call, const std::string& revision);
// Whether both run alike: Lambda publishes no second version of what only another description tells apart.
bool same_but_for_description(const FunctionSettings& a, const FunctionSettings& b);

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
