#include "cli/lambda_call.h"

#include <fmt/format.h>

#include "cli/story.h"

namespace aurora::cli {
namespace {

[[noreturn]] void throw_function_error(const Json& object) {
  const FunctionError error = read_function_error(object);
  throw Error(error.name, error.message, error.hint);
}

}  // namespace

Json invoke_step(World& world, const std::string& step, const Json& payload) {
  const std::string function = world.names.function(step);
  Json answer;
  try {
    answer = world.api->call("lambda", world.region(), "Invoke",
                             {{"FunctionName", function}, {"Payload", dump_json(payload)}});
  } catch (const aws::ServiceError& error) {
    if (!error.is("ResourceNotFoundException")) throw;
    throw Error("PipelineNotFound", fmt::format("function {} is not there in {}", function, world.region()),
                "Is the environment deployed there? --env and --region choose it; `aurora-restore doctor` "
                "lists what is missing.");
  }
  const std::string text = string_or(answer, "Payload", "");
  Json result = text.empty() ? Json(nullptr) : parse_json(text, "the answer of " + function);
  if (!string_or(answer, "FunctionError", "").empty()) throw_function_error(result);
  return result;
}

}  // namespace aurora::cli
