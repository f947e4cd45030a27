#include "restore/definition.h"

#include <fmt/format.h>

#include <functional>

#include "base/error.h"
#include "restore/step.h"

namespace aurora::restore {
namespace {

template <typename Number>
std::optional<Number> number_in(const Environment& environment, const char* variable, Number least,
                                Number most) {
  const auto text = environment(variable);
  if (!text || text->empty()) return std::nullopt;
  const Json value = Json::parse(*text, nullptr, false);
  if (!value.is_number() || value.get<double>() != static_cast<double>(value.get<Number>()) ||
      value.get<Number>() < least || value.get<Number>() > most)
    throw Error("InvalidConfiguration", fmt::format("environment variable {} is \"{}\".", variable, *text),
                fmt::format("Allowed is a number from {} to {}.", least, most));
  return value.get<Number>();
}

bool is_against_aws_errors(const Json& retrier) {
  for (const Json& name : member_or_null(retrier, "ErrorEquals"))
    if (name == "AwsThrottled") return true;
  return false;
}

using FunctionNaming = std::function<std::string(std::string_view step)>;

std::string placeholder(std::string_view step) {
  std::string name;
  bool begins = true;
  for (const char c : step) {
    if (c != '_') name += begins ? static_cast<char>(c - 'a' + 'A') : c;
    begins = c == '_';
  }
  return "${" + name + "Function}";
}

void render_state(Json& state, const FunctionNaming& function_of, const DefinitionOptions& options) {
  const PipelineNames of_the_file;
  if (state.contains("Parameters") && state["Parameters"].contains("FunctionName"))
    for (const Step& step : all_steps())
      if (state["Parameters"]["FunctionName"] == of_the_file.function(step.name)) {
        state["Parameters"]["FunctionName"] = function_of(step.name);
        break;
      }
  if (!state.contains("Retry")) return;
  for (Json& retrier : state["Retry"]) {
    if (!is_against_aws_errors(retrier)) continue;
    if (options.retries_max) retrier["MaxAttempts"] = *options.retries_max;
    if (options.retry_interval_seconds) retrier["IntervalSeconds"] = *options.retry_interval_seconds;
    if (options.retry_backoff_rate) retrier["BackoffRate"] = *options.retry_backoff_rate;
  }
}

Json rendered(Json definition, const FunctionNaming& function_of, const DefinitionOptions& options) {
  if (options.timeout_seconds) definition["TimeoutSeconds"] = *options.timeout_seconds;
  for (auto& [name, state] : definition["States"].items()) render_state(state, function_of, options);
  return definition;
}

bool is_listed(const Json& state, std::string_view error) {
  for (const Json& retrier : member_or_null(state, "Retry"))
    for (const Json& name : member_or_null(retrier, "ErrorEquals"))
      if (name == error) return true;
  return false;
}

}  // namespace

DefinitionOptions definition_options(const Environment& environment) {
  return {
      .timeout_seconds = number_in<std::int64_t>(environment, "STATE_MACHINE_TIMEOUT_SECONDS", 1, 99999999),
      .retries_max = number_in<std::int64_t>(environment, "MAX_RETRIES", 0, 99),
      .retry_interval_seconds = number_in<std::int64_t>(environment, "RETRY_INTERVAL_SECONDS", 1, 3600),
      .retry_backoff_rate = number_in<double>(environment, "RETRY_BACKOFF_RATE", 1.0, 100.0)};
}

Json render_definition(Json definition, const PipelineNames& names, const DefinitionOptions& options) {
  return rendered(
      std::move(definition), [&](std::string_view step) { return names.function(step); }, options);
}

Json definition_for_template(Json definition, const DefinitionOptions& options) {
  return rendered(std::move(definition), placeholder, options);
}

bool is_retried(const Step& step, std::string_view error) {
  const Json definition = parse_json(definition_text(), "the state machine's definition");
  const std::string function = PipelineNames().function(step.name);
  // The first state that invokes it: handle_failure has a second one, which only reports.
  for (const Json& state : definition["States"])
    if (string_or(member_or_null(state, "Parameters"), "FunctionName", "") == function)
      return is_listed(state, error);
  return false;
}

}  // namespace aurora::restore
