// The pipeline that a command talks to: the local endpoint or an AWS environment, its names and Api.
#pragma once
#include <memory>
#include <string>

#include "cli/context.h"
#include "restore/pipeline.h"

namespace aurora::cli {

inline constexpr char kLocalEnvironment[] = "local";

struct World {
  bool local = false;
  std::string endpoint_url;  // empty on AWS
  std::string ca_file;       // of the local database servers' certificates; empty on AWS
  restore::PipelineNames names;
  std::unique_ptr<aws::Api> api;

  const std::string& region() const { return names.region; }
};

// "local" or an AWS environment: --env, else $ENVIRONMENT, else local.
std::string chosen_environment(const Context& context);

// Makes the connection; nothing is sent yet to the local endpoint. On AWS the account is asked of STS,
// which also proves the credentials.
World open_world(Context& context);
// The same, but a local endpoint that does not run is started first.
World open_world_starting_endpoint(Context& context);

// A command line that repeats this one's choice of environment and endpoint, as a person would type it:
// "aurora-restore --endpoint-url http://127.0.0.1:4777 watch OP".
std::string command_line(const Context& context, std::string_view arguments);

// `text` in which commands stand as "`aurora-restore status OP`", as functions and documents write them, with
// those commands as command_line() gives them.
std::string with_typed_commands(const Context& context, const std::string& text);

}  // namespace aurora::cli
