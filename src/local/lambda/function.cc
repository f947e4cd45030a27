#include "local/lambda/function.h"

#include <array>

#include "base/text.h"
#include "local/service_support.h"

namespace aurora::local {
namespace {

constexpr std::int64_t kTimeoutMax = 900;
constexpr std::int64_t kMemoryMin = 128;
constexpr std::int64_t kMemoryMax = 10240;
constexpr std::size_t kEnvironmentBytesMax = 4096;

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
constexpr std::array<std::string_view, 17> kReserved = {
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_TASK_ROOT",
};

std::int64_t number_within(const Call& call, std::string_view key, std::int64_t least, std::int64_t most,
                           std::int64_t unset) {
  const Json& given = member_or_null(call.input, key);
  if (given.is_null()) return unset;
  const auto value = given.get<std::int64_t>();
  if (value < least || value > most) {
    throw invalid_parameter(
        call, fmt::format("'{}' value '{}' must be between {} and {}", key, value, least, most));
  }
  return value;
}

Environment variables_of(const Call& call, const Json& given) {
  Environment variables;
  std::size_t bytes = 0;
  std::vector<std::string> reserved;
  for (const auto& [name, value] : given.items()) {
    if (std::ranges::find(kReserved, name) != kReserved.end()) reserved.push_back(name);
    bytes += name.size() + value.get_ref<const std::string&>().size();
    variables[name] = value.get<std::string>();
  }
  if (!reserved.empty()) {
    throw invalid_parameter(call,
                            "Lambda was unable to configure your environment variables because the "
                            "environment variables you have "
                            "provided contains reserved keys that are currently not supported for "
                            "modification. Reserved keys used "
                            "in this request: " +
                                join(reserved, ", "));
  }
  if (bytes > kEnvironmentBytesMax) {
    throw invalid_parameter(call, fmt::format("the environment variables take {} bytes; {} are allowed",
                                              bytes, kEnvironmentBytesMax));
  }
  return variables;
}

void refuse_other_members(const Call& call) {
  static constexpr std::array<std::string_view, 7> kChangeable = {
      "FunctionName", "Description", "Timeout", "MemorySize", "Environment", "Handler", "RevisionId"};
  for (const auto& [name, value] : call.input.items()) {
    if (std::ranges::find(kChangeable, name) == kChangeable.end()) {
      throw invalid_parameter(call, fmt::format("{} cannot be changed on the local endpoint", name));
    }
  }
}

}  // namespace

std::string function_arn(std::string_view region, std::string_view name, std::string_view qualifier) {
  const std::string arn = make_arn("lambda", region, fmt::format("function:{}", name));
  return qualifier.empty() ? arn : fmt::format("{}:{}", arn, qualifier);
}

aws::ServiceError function_not_found(std::string_view region, std::string_view name,
                                     std::string_view qualifier) {
  const std::string_view shown = qualifier == kLatest ? std::string_view() : qualifier;
  return {"ResourceNotFoundException",
          fmt::format("Function not found: {}", function_arn(region, name, shown)), 404};
}

FunctionReference resolve_function(const Call& call, std::string_view reference, std::string_view qualifier) {
  std::vector<std::string> parts = split(reference, ':');
  if (parts.size() >= 7 && parts[0] == "arn") {
    if (parts[3] != call.region) {
      throw aws::ServiceError(
          "ResourceNotFoundException",
          fmt::format("Functions from '{}' are not reachable in this region ('{}')", parts[3], call.region),
          404);
    }
    parts.erase(parts.begin(), parts.begin() + 4);
  }
  if (parts.size() >= 3 && parts[1] == "function") {
    if (parts[0] != kAccountId) {
      throw aws::ServiceError("AccessDeniedException",
                              fmt::format("not authorized to use functions of account {}", parts[0]), 403);
    }
    parts.erase(parts.begin(), parts.begin() + 2);
  }
  if (parts.empty() || parts.size() > 2 || parts[0].empty()) {
    throw invalid_parameter(call, fmt::format("'{}' is not a function's name or ARN", reference));
  }
  const std::string in_name = parts.size() == 2 ? parts[1] : "";
  if (!in_name.empty() && !qualifier.empty() && in_name != qualifier) {
    throw invalid_parameter(
        call, "The derived qualifier from the function name does not match the specified qualifier.");
  }
  return {parts[0], in_name.empty() ? std::string(qualifier) : in_name};
}

void check_revision(const Call& call, const std::string& revision) {
  if (text_or(call, "RevisionId", revision) == revision) return;
  throw aws::ServiceError("PreconditionFailedException",
                          "The Revision Id provided does not match the latest Revision Id. Call the "
                          "GetFunction/GetAlias API to retrieve the latest Revision Id",
                          412);
}

bool same_but_for_description(const FunctionSettings& a, const FunctionSettings& b) {
  return a.handler == b.handler && a.environment == b.environment && a.timeout == b.timeout &&
         a.memory_mb == b.memory_mb;
}

Environment platform_variables(const Environment& environment) {
  Environment chosen;
  for (const auto& [name, value] : environment) {
    if (name.starts_with("AWS_")) chosen.emplace(name, value);
  }
  return chosen;
}

FunctionSettings initial_settings(const FunctionSpec& spec) {
  FunctionSettings settings{.handler = spec.handler,
                            .environment = {},
                            .timeout = spec.timeout,
                            .memory_mb = spec.memory_mb,
                            .description = spec.description,
                            .revision = {},
                            .last_modified = {},
                            .executable = {}};
  for (const auto& [name, value] : spec.environment) {
    if (!name.starts_with("AWS_")) settings.environment.emplace(name, value);
  }
  return settings;
}

FunctionSettings updated_settings(const Call& call, FunctionSettings settings) {
  refuse_other_members(call);
  settings.description = text_or(call, "Description", settings.description);
  settings.handler = text_or(call, "Handler", settings.handler);
  settings.timeout =
      std::chrono::seconds(number_within(call, "Timeout", 1, kTimeoutMax, settings.timeout.count()));
  settings.memory_mb =
      static_cast<int>(number_within(call, "MemorySize", kMemoryMin, kMemoryMax, settings.memory_mb));
  if (const Json& environment = member_or_null(call.input, "Environment"); environment.is_object()) {
    const Json& variables = member_or_null(environment, "Variables");
    settings.environment = variables_of(call, variables.is_object() ? variables : Json::object());
  }
  return settings;
}

Json settings_to_json(const FunctionSettings& settings) {
  return {{"handler", settings.handler},
          {"environment", settings.environment},
          {"timeout", settings.timeout.count()},
          {"memory_mb", settings.memory_mb},
          {"description", settings.description},
          {"revision", settings.revision},
          {"last_modified", settings.last_modified},
          {"executable", settings.executable.string()}};
}

FunctionSettings settings_from_json(const Json& json, FunctionSettings defaults) {
  defaults.handler = string_or(json, "handler", defaults.handler);
  if (json.contains("environment")) defaults.environment = json.at("environment").get<Environment>();
  defaults.timeout = std::chrono::seconds(int_or(json, "timeout", defaults.timeout.count()));
  defaults.memory_mb = static_cast<int>(int_or(json, "memory_mb", defaults.memory_mb));
  defaults.description = string_or(json, "description", defaults.description);
  defaults.revision = string_or(json, "revision", defaults.revision);
  defaults.last_modified = string_or(json, "last_modified", defaults.last_modified);
  defaults.executable = string_or(json, "executable", defaults.executable.string());
  return defaults;
}

std::vector<std::string> process_environment(const FunctionSpec& spec, const FunctionSettings& settings,
                                             const Environment& credentials, std::string_view log_stream,
                                             unsigned short api_port) {
  Environment all{{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"LANG", "C.UTF-8"}, {"TZ", ":UTC"}};
  for (const auto& [name, value] : platform_variables(spec.environment)) all[name] = value;
  for (const auto& [name, value] : settings.environment) all[name] = value;
  // What Lambda itself says cannot be overridden.
  for (const auto& [name, value] : credentials) all[name] = value;
  all["_HANDLER"] = settings.handler;
  all["AWS_REGION"] = spec.region;
  all["AWS_DEFAULT_REGION"] = spec.region;
  all["AWS_LAMBDA_FUNCTION_NAME"] = spec.name;
  all["AWS_LAMBDA_FUNCTION_VERSION"] = spec.version;
  all["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = std::to_string(settings.memory_mb);
  all["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
  all["AWS_LAMBDA_LOG_GROUP_NAME"] = "/aws/lambda/" + spec.name;
  all["AWS_LAMBDA_LOG_STREAM_NAME"] = std::string(log_stream);
  all["AWS_LAMBDA_RUNTIME_API"] = fmt::format("127.0.0.1:{}", api_port);
  all["LAMBDA_TASK_ROOT"] = spec.executable.parent_path().string();
  std::vector<std::string> lines;
  for (const auto& [name, value] : all) lines.push_back(name + "=" + value);
  return lines;
}

}  // namespace aurora::local
