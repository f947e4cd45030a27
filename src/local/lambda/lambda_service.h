// AWS Lambda on the local endpoint: functions are real processes of an executable that speaks the Runtime
// API, kept warm, restarted when they die.
#pragma once
#include <map>
#include <memory>
#include <mutex>

#include "local/documents.h"
#include "local/lambda/code.h"
#include "local/lambda/events.h"
#include "local/lambda/invocation_metrics.h"
#include "local/lambda/pool.h"
#include "local/lambda/versions.h"
#include "local/service_support.h"
#include "local/session_keys.h"
#include "local/store.h"

namespace aurora::local {

struct LambdaOptions {
  // Where Code.Location points, for calls that carry no Host of their own.
  std::string endpoint_url = "http://127.0.0.1:4566";
  std::size_t instances_max = 20;  // of each function, and so its concurrent invocations
  std::chrono::milliseconds init_timeout{10000};
  std::chrono::milliseconds idle_max{300000};
  EventQueue::Options events{};
  // Gives every instance credentials of its own, of a session of the function's role; without it, functions
  // have those of their definition. Outlives the service.
  SessionKeys* keys = nullptr;
};

class LambdaService final : public Service {
 public:
  LambdaService(const std::filesystem::path& directory, Clock& clock, LambdaOptions options, LogSink log);
  ~LambdaService() override;

  // Makes the function known; what callers changed of an earlier definition stays changed. Call it before
  // start().
  void define(FunctionSpec spec);

  // Where AWS/Lambda's metrics go; before start().
  void set_metrics(cloudwatch::MetricSink& sink) { metrics_.set_sink(sink); }

  Json handle(const Call& call) override;
  void start() override;
  void stop() override;

  // The answer to a request for a link that GetFunction gave; nothing for any other path. Such requests are
  // not signed: the link itself is the permission.
  std::optional<http::Response> serve_code(const http::Request& request);

 private:
  struct Function {
    FunctionSettings settings;
    std::shared_ptr<InstancePool> pool;
  };

  // A function as it is called by a name with or without a qualifier.
  struct Found {
    std::string name;
    std::string qualifier;  // as given; may be an alias, or empty
    Function function;      // with the settings and the processes of the version that it means
    const std::string& version() const { return function.pool->spec().version; }
  };

  Json invoke(const Call& call);
  Json list_functions(const Call& call);
  Json get_function(const Call& call);
  Json get_function_configuration(const Call& call);
  Json update_function_configuration(const Call& call);
  Json update_function_code(const Call& call);
  Json publish_version(const Call& call);
  Json list_versions(const Call& call);
  Json create_alias(const Call& call);
  Json get_alias(const Call& call);
  Json update_alias(const Call& call);
  Json delete_alias(const Call& call);
  Json list_aliases(const Call& call);
  Json list_tags(const Call& call);
  Json tag_resource(const Call& call);
  Json untag_resource(const Call& call);

  // The function that the call names by `member`; throws ResourceNotFoundException.
  Found find(const Call& call, const char* member = "FunctionName");
  // The same, for what can only be done to the function itself.
  std::string find_latest(const Call& call);
  // With the lock held; nothing when there is no such function or qualifier.
  std::optional<Function> resolve(const std::string& region, const std::string& name,
                                  const std::string& qualifier);
  Function version_of(const std::string& region, const std::string& name, const FunctionVersion& version);
  std::shared_ptr<InstancePool> make_pool(FunctionSpec spec);
  // With the lock held: publishes what the function is, unless it was published as it is.
  FunctionVersion publish(const Call& call, const std::string& name, Function& function);
  Function& latest_for_change(const Call& call, const std::string& name);
  void change(const Call& call, const std::string& name, Function& function, FunctionSettings settings);
  Json configuration(const Function& function, const std::string& qualifier = {});
  Json alias_json(const Call& call, const std::string& name, const FunctionAlias& alias);
  FunctionAlias aliased(const Call& call, const std::string& name, FunctionAlias alias);
  EventQueue::Verdict run_event(const QueuedEvent& event);
  // One invocation, with its metrics.
  InvocationOutcome run(const Function& function, const std::string& request_id, const std::string& payload);
  void end_idle(const std::stop_token& stop);
  InstanceCredentials credentials_for(const FunctionSpec& spec);
  std::string endpoint_of(const Call& call) const;

  Clock& clock_;
  const LambdaOptions options_;
  const LogSink log_;
  ProcessSpawner spawner_;
  FunctionCode code_;
  const std::filesystem::path code_folder_;
  std::mutex mutex_;
  SQLite::Database database_;
  Documents changes_;
  Documents tags_;
  FunctionVersions versions_;
  std::map<std::pair<std::string, std::string>, Function> functions_;  // by Region and name
  // Processes of published versions, by Region, name and number; made when one is first invoked.
  std::map<std::tuple<std::string, std::string, int>, std::shared_ptr<InstancePool>> version_pools_;
  // Of code that was replaced, while invocations of it still run.
  std::vector<std::weak_ptr<InstancePool>> replaced_;
  InvocationMetrics metrics_;
  EventQueue events_;
  std::jthread keeper_;
};

}  // namespace aurora::local
