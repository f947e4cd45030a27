// What every command works with; built by apps/, or by a test with fakes.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "aws/client.h"
#include "base/clock.h"
#include "cli/local_host.h"
#include "cli/terminal.h"
#include "db/session.h"

namespace aurora::cli {

// Options that every command takes.
struct GlobalOptions {
  std::string environment;   // --env
  std::string endpoint_url;  // --endpoint-url
  std::string region;        // --region
  std::string data;          // --data
  int port = 0;              // --port
  bool debug = false;        // --debug
};

// Where and as whom AWS is called.
struct ApiSettings {
  std::string endpoint_url;  // empty: AWS itself, or what the environment says
  std::string region;        // empty: by AWS's own rules (environment, profile)
  bool local = false;        // the local endpoint's fixed credentials instead of AWS's own chain
  bool debug = false;        // requests and answers as log lines on standard error, without secrets
};

struct ApiConnection {
  std::unique_ptr<aws::Api> api;
  std::string region;  // the Region that was found; empty when there is none
};

struct Context {
  Terminal& terminal;
  Clock& clock;
  // Requested by Ctrl-C.
  std::stop_token interrupted;
  // The process's environment variables.
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::function<ApiConnection(const ApiSettings&)> connect_api;
  db::Connector& connector;
  LocalHost& host;
  // How this program is called by hand: "aurora-restore" when the PATH finds it, else its path.
  std::string program = "aurora-restore";
  std::string version;
  GlobalOptions globals{};
};

}  // namespace aurora::cli
