// The ten functions and handle_failure in one executable, for Lambda's custom runtime. The handler's name
// (_HANDLER) picks the step: "copy_snapshot", or anything that ends in ".copy_snapshot".
#include <fmt/format.h>

#include "aws/client.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "db/session.h"
#include "http/beast_transport.h"
#include "lambda/runtime.h"
#include "process_environment.h"
#include "restore/runner.h"

namespace {

using namespace aurora;

std::string variable(const char* name, std::string_view fallback = {}) {
  return process_environment(name).value_or(std::string(fallback));
}

const restore::Step& step_of_handler() {
  const std::string handler = variable("_HANDLER");
  const std::string name = split(handler, '.').back();
  if (const restore::Step* step = restore::find_step(replace_all(name, "-", "_"))) return *step;
  std::vector<std::string> names;
  for (const restore::Step& step : restore::all_steps()) names.emplace_back(step.name);
  throw Error("UnknownHandler", fmt::format("handler \"{}\" names no step", handler),
              "Set the function's handler to one of " + join(names, ", ") + ".");
}

restore::PipelineNames names_of_environment() {
  const restore::PipelineNames defaults;
  return restore::pipeline_names(process_environment,
                                 {.environment = variable("ENVIRONMENT", defaults.environment),
                                  .region = variable("REGION", variable("AWS_REGION", defaults.region)),
                                  .account = variable("AWS_ACCOUNT_ID", defaults.account)});
}

int serve(lambda::Runtime& runtime, http::Transport& network, SystemClock& clock, const Log& log) {
  const restore::Step& step = step_of_handler();
  aws::ClientConfig config;
  config.environment = process_environment;
  aws::Client api(std::move(config), network, clock, log);
  db::NativeConnector databases;
  restore::StepRunner runner({.api = api,
                              .databases = databases,
                              .clock = clock,
                              .log = log,
                              .environment = process_environment,
                              .names = names_of_environment()});
  return runtime.run([&](const Json& event, const lambda::Invocation& invocation) {
    return runner.run(step, event, invocation.deadline);
  });
}

}  // namespace

int main() {
  SystemClock clock;
  const LogLevel level = parse_log_level(variable("LOG_LEVEL", "INFO")).value_or(LogLevel::kInfo);
  const Log log = Log(clock, level, Log::standard_output())
                      .with({{"function_name", variable("AWS_LAMBDA_FUNCTION_NAME")}});
  const std::string api_host = variable("AWS_LAMBDA_RUNTIME_API");
  if (api_host.empty()) {
    fmt::print(stderr,
               "bootstrap: AWS_LAMBDA_RUNTIME_API is not set: this executable is started by AWS Lambda or by "
               "aurora-local.\n  To run a step by hand: aurora-restore invoke STEP --operation-id ID\n");
    return 2;
  }
  // Amazon's roots lie beside the executable in a function's package.
  http::BeastTransport network({.ca_file = variable("AWS_CA_BUNDLE")});
  lambda::Runtime runtime(api_host, network);
  try {
    return serve(runtime, network, clock, log);
  } catch (const Error& error) {
    log.error(error.message(), {{"error", error.name()}, {"hint", error.hint()}});
    runtime.report_init_error(error);
    return 1;
  } catch (const std::exception& error) {
    log.error(error.what());
    runtime.report_init_error(Error("InternalError", error.what()));
    return 1;
  }
}
