// The local endpoint: AWS's services on loopback, with real database servers behind its clusters. This file
// only builds what is in src/local and puts the pipeline on top of it.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>

#include "base/dates.h"
#include "base/files.h"
#include "base/text.h"
#include "http/beast_transport.h"
#include "http/server.h"
#include "local/pace.h"
#include "local/router_api.h"
#include "local/stack.h"
#include "process_environment.h"
#include "restore/configuration_sources.h"
#include "restore/monitoring.h"
#include "restore/provision.h"
#include "restore/step.h"
#include "version.h"

namespace {

using namespace aurora;
namespace fs = std::filesystem;

struct Options {
  unsigned short port = 4566;
  std::string data;
  std::string pace;
  std::string bootstrap;
  std::string lambda_endpoint;
  std::string log_level = "INFO";
};

std::string default_data_directory() {
  if (const auto given = process_environment("AURORA_LOCAL_DATA")) return *given;
  if (::geteuid() == 0) return "/var/lib/aurora-restore";
  const auto xdg = process_environment("XDG_DATA_HOME");
  return (xdg ? *xdg : process_environment("HOME").value_or(".") + "/.local/share") + "/aurora-restore";
}

fs::path beside_this_executable(const char* name) {
  return fs::read_symlink("/proc/self/exe").parent_path() / name;
}

// One endpoint a data directory; the kernel lets go of the lock however this process ends.
class DirectoryLock {
 public:
  explicit DirectoryLock(const fs::path& directory) {
    const fs::path path = directory / "lock";
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0) throw_file_error(path, "open", errno);
    // A killed endpoint holds its lock until the kernel has ended its last thread.
    SystemClock clock;
    bool held = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
    for (int attempt = 0; attempt < 20 && !held; ++attempt) {
      clock.sleep_for(std::chrono::milliseconds(50));
      held = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
    }
    if (!held)
      throw Error("AlreadyRunning",
                  fmt::format("another endpoint serves the data directory {}", directory.string()),
                  "Stop it with `aurora-restore local stop`, or give another --data.");
  }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock() { ::close(descriptor_); }

 private:
  int descriptor_ = -1;
};

void prepare_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    throw Error("FileError",
                fmt::format("cannot make the data directory {}: {}", directory.string(), error.message()),
                "Give another with --data.");
}

// The variables of one function; what AWS sets by the template is set here.
std::map<std::string, std::string> function_environment(const std::string& url, const local::Stack& stack,
                                                        const restore::PipelineNames& names) {
  std::map<std::string, std::string> variables{
      {"ENVIRONMENT", names.environment},
      {"REGION", names.region},
      {"DB_CA_FILE", stack.ca_file().string()},
      // Work takes milliseconds here that takes minutes there.
      {"POLL_INTERVAL_SECONDS", "1"},
      {"AWS_ENDPOINT_URL", url},
  };
  for (const std::string& passed : restore::function_variables())
    if (const auto value = process_environment(passed)) variables[passed] = *value;
  return variables;
}

// The pipeline that the endpoint carries: the documents' dev environment, under the names that the
// environment's variables give it.
restore::PipelineNames names_of_environment() {
  restore::PipelineNames names;
  if (const auto region = process_environment("REGION"); region && !region->empty()) {
    if (!restore::is_region_name(*region))
      throw Error("InvalidConfiguration", fmt::format("environment variable REGION is \"{}\"", *region),
                  "Allowed is an AWS Region such as us-west-2.");
    names.region = *region;
  }
  return restore::pipeline_names(process_environment, std::move(names));
}

// A function could only say so in its log; here somebody is there to read it.
void check_log_level() {
  const auto level = process_environment("LOG_LEVEL");
  if (level && !level->empty() && !parse_log_level(*level))
    throw Error("InvalidConfiguration", fmt::format("environment variable LOG_LEVEL is \"{}\"", *level),
                "Allowed are DEBUG, INFO, WARNING and ERROR.");
}

Json described(const restore::PipelineNames& names) {
  return {{"environment", names.environment},       {"region", names.region},
          {"state_table", names.state_table()},     {"audit_table", names.audit_table()},
          {"state_machine", names.state_machine()}, {"function_pattern", names.function("{step}")}};
}

// Whom alarms tell, by the names that the settings of the same meaning have.
std::string alarm_topic() {
  const restore::Setting* setting = restore::find_setting("notification_topic_arn");
  const auto variable = restore::variable_of(*setting, process_environment);
  return variable ? process_environment(*variable).value_or("") : "";
}

int number_from_environment(const char* variable, int fallback, int least, int most) {
  const auto text = process_environment(variable);
  if (!text || text->empty()) return fallback;
  const Json value = Json::parse(*text, nullptr, false);
  if (!value.is_number_integer() || value.get<int>() < least || value.get<int>() > most)
    throw Error("InvalidConfiguration", fmt::format("environment variable {} is \"{}\"", variable, *text),
                fmt::format("Allowed is a whole number from {} to {}.", least, most));
  return value.get<int>();
}

// The functions' own network, which is not the cluster's. Null where the environment gives none.
Json vpc_of_functions() {
  const auto listed = [](const char* variable, std::string_view prefix) {
    Json ids = Json::array();
    for (const std::string& part : split(process_environment(variable).value_or(""), ','))
      if (const std::string id(trim(part)); !id.empty()) {
        if (!id.starts_with(prefix))
          throw Error("InvalidConfiguration", fmt::format("environment variable {} has \"{}\"", variable, id),
                      fmt::format("Allowed is a list of ids that begin with {}.", prefix));
        ids.push_back(id);
      }
    return ids;
  };
  const Json subnets = listed("SUBNET_IDS", "subnet-");
  const Json groups = listed("SECURITY_GROUP_IDS", "sg-");
  if (subnets.empty() != groups.empty())
    throw Error("InvalidConfiguration", "SUBNET_IDS and SECURITY_GROUP_IDS come together or not at all",
                "Functions in a VPC need both.");
  if (subnets.empty()) return nullptr;
  return {{"SubnetIds", subnets},
          {"SecurityGroupIds", groups},
          {"VpcId", process_environment("VPC_ID").value_or("")}};
}

void define_functions(local::Stack& stack, const fs::path& bootstrap, const std::string& url,
                      const restore::PipelineNames& names) {
  const int timeout = number_from_environment("LAMBDA_TIMEOUT_SECONDS", 300, 1, 900);
  const int memory = number_from_environment("LAMBDA_MEMORY_SIZE", 256, 128, 10240);
  const Json vpc = vpc_of_functions();
  for (const restore::Step& step : restore::all_steps())
    stack.lambda().define({.name = names.function(step.name),
                           .region = names.region,
                           .executable = bootstrap,
                           .handler = std::string(step.name),
                           .environment = function_environment(url, stack, names),
                           .timeout = std::chrono::seconds(timeout),
                           .memory_mb = memory,
                           .description = std::string(step.summary),
                           .vpc = step.speaks_sql ? vpc : Json()});
}

// The client of the Lambda that --lambda-endpoint names; null without it. Requests are signed with the
// environment's credentials, or with the local pair where the environment has none.
std::unique_ptr<aws::Client> lambda_client(const Options& options, http::Transport& network, Clock& clock,
                                           const Log& log) {
  if (options.lambda_endpoint.empty()) return nullptr;
  std::shared_ptr<aws::CredentialsProvider> credentials;
  if (!process_environment("AWS_ACCESS_KEY_ID") && !process_environment("AWS_PROFILE"))
    credentials = std::make_shared<aws::StaticCredentials>(
        aws::Credentials{.access_key_id = local::kLocalAccessKeyId,
                         .secret_access_key = Secret(local::kLocalSecretAccessKey),
                         .session_token = {},
                         .expires_at = {}});
  http::Url::parse(options.lambda_endpoint);
  return std::make_unique<aws::Client>(
      aws::ClientConfig{.environment = process_environment, .endpoint_url = options.lambda_endpoint}, network,
      clock, log, std::move(credentials));
}

int wait_for_end() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

// Threads inherit the mask: only wait_for_end() sees these signals.
void block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

// Passwords pass through this process and the servers and functions it starts, which inherit the limit.
void leave_no_core() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

void serve(const Options& options) {
  const fs::path data = fs::absolute(options.data);
  prepare_directory(data);
  const DirectoryLock lock(data);
  const fs::path bootstrap =
      options.bootstrap.empty() ? beside_this_executable("bootstrap") : fs::path(options.bootstrap);
  if (!fs::exists(bootstrap))
    throw Error("FileError", fmt::format("there is no function executable {}", bootstrap.string()),
                "Build it (target bootstrap), or name it with --bootstrap.");

  SystemClock clock;
  const Log log(clock, parse_log_level(options.log_level).value_or(LogLevel::kInfo), Log::standard_error());
  // The port is taken first, so that a port in use is known before anything else begins; requests wait
  // until the services are there.
  local::Gate gate;
  http::Server server({.port = options.port}, [&](const http::Request& request, std::stop_token stop) {
    return gate.handle(request, std::move(stop));
  });
  const std::string url = fmt::format("http://127.0.0.1:{}", server.port());
  http::BeastTransport network;
  const std::unique_ptr<aws::Client> lambda = lambda_client(options, network, clock, log);
  const restore::PipelineNames names = names_of_environment();
  local::Stack stack({.data = data,
                      .url = url,
                      .version = kVersion,
                      .pace = local::parse_pace(options.pace),
                      .record_calls = process_environment("AURORA_RECORD_CALLS").value_or(""),
                      .record_home = names.region,
                      .lambda_elsewhere = lambda.get()},
                     clock, log);
  check_log_level();
  define_functions(stack, bootstrap, url, names);
  gate.open(stack.endpoint());
  local::RouterApi api(stack.endpoint());
  restore::provision(api, names, restore::definition_options(process_environment));
  restore::provision_monitoring(api, names, alarm_topic());
  stack.start();
  const fs::path entry = data / "endpoint.json";
  write_file(entry, dump_json_pretty({{"pid", ::getpid()},
                                      {"port", server.port()},
                                      {"url", url},
                                      {"version", kVersion},
                                      {"pipeline", described(names)},
                                      {"started_at", format_iso_seconds(clock.now())}}) +
                        "\n");
  log.info("Serving", {{"url", url}, {"data", data.string()}, {"pid", ::getpid()}});
  wait_for_end();
  log.info("Stopping");
  stack.stop();
  server.stop();
  fs::remove(entry);
  log.info("Stopped");
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.data = default_data_directory();
  CLI::App app(
      "The AWS-compatible endpoint of aurora-restore, on loopback only. Clusters are real database servers.\n"
      "Usually started by `aurora-restore local start`; in the foreground until SIGINT or SIGTERM.",
      "aurora-local");
  app.add_option("--port", options.port, "Port on 127.0.0.1; 0 lets the kernel choose")
      ->capture_default_str();
  app.add_option("--data", options.data, "Where everything is kept")->capture_default_str();
  app.add_option(
      "--pace", options.pace,
      "How long RDS's work takes at least: copy=90s,restore=10m. Kinds: create, instance, snapshot, copy, "
      "restore, modify, remove");
  app.add_option("--bootstrap", options.bootstrap,
                 "The functions' executable; the one beside this one by default");
  app.add_option("--lambda-endpoint", options.lambda_endpoint,
                 "URL of another Lambda, which the Lambda tasks of state machines go to");
  app.add_option("--log-level", options.log_level, "DEBUG, INFO, WARNING or ERROR")
      ->check([](const std::string& name) {
        return parse_log_level(name) ? std::string() : "allowed are DEBUG, INFO, WARNING and ERROR";
      });
  app.set_version_flag("--version", std::string(kVersion));
  CLI11_PARSE(app, argc, argv);
  block_signals();
  leave_no_core();
  try {
    serve(options);
    return 0;
  } catch (const Error& error) {
    fmt::print(stderr, "aurora-local: {}: {}\n", error.name(), error.message());
    if (!error.hint().empty()) fmt::print(stderr, "  {}\n", error.hint());
    return error.name() == "PortInUse" || error.name() == "AlreadyRunning" ? 6 : 3;
  } catch (const std::exception& error) {
    fmt::print(stderr, "aurora-local: {}\n", error.what());
    return 3;
  }
}
