// The ten functions and handle_failure in one executable, for Lambda's custom runtime. The handler's name
// (_HANDLER) picks the step: "copy_snapshot", or anything that ends in ".copy_snapshot".
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "aws/client.h"
#include "aws/counting_transport.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/program_files.h"
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

// A topic or a queue that does not answer costs seconds, and no more.
aws::ClientConfig for_messages(aws::ClientConfig config) {
  config.connect_timeout = std::chrono::milliseconds(1500);
  config.timeout = std::chrono::milliseconds(4000);
  config.retry.attempts_max = 2;
  config.retry.delay_max = std::chrono::seconds(1);
  return config;
}

// Who vouches for AWS: AWS_CA_BUNDLE, or Amazon's own roots, which lie beside the executable in a function's
// package: hashed, so that only the one is read which a chain asks for. The system's store, which takes a
// hundred times as long to read where it is one file, is asked where there is no package.
http::BeastTransportOptions network_options() {
  http::BeastTransportOptions options;
  options.ca_file = variable("AWS_CA_BUNDLE");
  if (options.ca_file.empty())
    options.ca_directory = find_beside_program("amazon-roots").value_or("").string();
  return options;
}

// Secrets pass through this process's memory; it leaves none of it behind.
void leave_no_core() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

int serve(lambda::Runtime& runtime, http::Transport& network, SystemClock& clock, LogLevel level,
          const Log& log) {
  const restore::Step& step = step_of_handler();
  const Json name{{"function_name", variable("AWS_LAMBDA_FUNCTION_NAME")}};
  restore::WorkInLog work;
  const Log client_log = Log(clock, level, work.sink(Log::standard_output())).with(name);
  aws::CallCounter calls;
  aws::ClientConfig config;
  config.environment = process_environment;
  aws::CountingTransport counted(network, calls);
  aws::Client api(config, counted, clock, client_log);
  aws::Client messages(for_messages(config), counted, clock, client_log);
  db::NativeConnector databases;
  restore::StepRunner runner({.api = api,
                              .databases = databases,
                              .clock = clock,
                              .log = log,
                              .environment = process_environment,
                              .names = names_of_environment(),
                              .messages = &messages,
                              .metrics = Log(clock, LogLevel::kInfo, Log::standard_output()).with(name),
                              .calls = &calls,
                              .work_in_log = &work});
  return runtime.run([&](const Json& event, const lambda::Invocation& invocation) {
    return runner.run(step, event, invocation.deadline);
  });
}

}  // namespace

int main() {
  SystemClock clock;
  leave_no_core();
  const std::string named_level = variable("LOG_LEVEL");
  const auto parsed_level = parse_log_level(named_level);
  const LogLevel level = parsed_level.value_or(LogLevel::kInfo);
  const Log log = Log(clock, level, Log::standard_output())
                      .with({{"function_name", variable("AWS_LAMBDA_FUNCTION_NAME")}});
  if (!named_level.empty() && !parsed_level)
    log.warning(fmt::format("LOG_LEVEL is \"{}\"; allowed are DEBUG, INFO, WARNING and ERROR. INFO is used.",
                            named_level));
  const std::string api_host = variable("AWS_LAMBDA_RUNTIME_API");
  if (api_host.empty()) {
    fmt::print(stderr,
               "bootstrap: AWS_LAMBDA_RUNTIME_API is not set: this executable is started by AWS Lambda or by "
               "aurora-local.\n  To run a step by hand: aurora-restore invoke STEP --operation-id ID\n");
    return 2;
  }
  http::BeastTransport network(network_options());
  lambda::Runtime runtime(api_host, network);
  try {
    return serve(runtime, network, clock, level, log);
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
