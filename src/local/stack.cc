#include "local/stack.h"

#include "local/cloudwatch.h"
#include "local/cloudwatch/embedded_metrics.h"
#include "local/cloudwatch/execution_metrics.h"
#include "local/cloudwatch/rds_metrics.h"
#include "local/dynamodb.h"
#include "local/ec2.h"
#include "local/engines/native.h"
#include "local/events.h"
#include "local/fault_orders.h"
#include "local/kms.h"
#include "local/logs.h"
#include "local/s3.h"
#include "local/schedule_report.h"
#include "local/scheduler.h"
#include "local/secretsmanager.h"
#include "local/sns.h"
#include "local/sqs.h"
#include "local/ssm.h"
#include "local/stepfunctions.h"
#include "local/stepfunctions/lambda_elsewhere.h"
#include "local/sts.h"

namespace aurora::local {

// In the order in which they depend on each other; destroyed in the opposite order.
struct Stack::Services {
  Services(StackOptions options, Clock& given_clock, const Log& given_log)
      : clock(given_clock),
        log(given_log),
        authority(options.data, clock),
        keys(options.data, clock),
        faults(options.data, clock),
        recorder(recorder_in(options.record_calls, options.record_home)),
        endpoint({.version = options.version, .recorder = recorder.get()}, keys, clock, log),
        sts(keys, clock),
        kms(options.data, clock),
        ssm(options.data, clock, endpoint),
        secrets_manager(options.data, clock, endpoint),
        sns(options.data, clock, endpoint),
        sqs(options.data, clock, options.url),
        logs(options.data, clock),
        cloudwatch(options.data, clock, endpoint, log),
        metric_lines(logs, cloudwatch),
        s3(options.data, clock),
        dynamodb(options.data, clock, log, &endpoint),
        ec2(options.data, endpoint),
        rds({.directory = options.data, .pace = options.pace, .patience = {}},
            options.engines.empty() ? engines::native_engines({}, authority, clock, log)
                                    : std::move(options.engines),
            clock, log, &endpoint),
        rds_metrics(
            clock, [this] { return rds.running_servers(); }, cloudwatch, log),
        lambda(options.data, clock, {.endpoint_url = options.url, .keys = &keys}, log_sink()),
        events(options.data, clock, endpoint, log),
        step_functions(options.data, clock, router_of_tasks(options.lambda_elsewhere)),
        scheduler(options.data, clock, endpoint, log) {
    step_functions.set_listener(&events);
    step_functions.set_observer([this](const stepfunctions::ExecutionRow& row) {
      cloudwatch::record_execution(cloudwatch, row, clock.now());
    });
    lambda.set_metrics(cloudwatch);
    cloudwatch.set_event_sink(
        [this](const std::string& region, const Json& event) { events.deliver(region, event); });
    add("sts", sts);
    add("kms", kms);
    add("ssm", ssm);
    add("secretsmanager", secrets_manager);
    add("sns", sns);
    add("sqs", sqs);
    add("logs", metric_lines);
    add("cloudwatch", cloudwatch);
    add("s3", s3);
    add("dynamodb", dynamodb);
    add("ec2", ec2);
    add("rds", rds);
    add("lambda", lambda);
    add("events", events);
    // Its tasks call all of the others, and the scheduler starts it too: last to start and first to stop.
    add("stepfunctions", step_functions);
    add("scheduler", scheduler);
    endpoint.add_unsigned_route([this](const http::Request& request) { return lambda.serve_code(request); });
    endpoint.add_unsigned_route(
        [this](const http::Request& request) { return serve_faults(faults, names, request); });
    endpoint.add_unsigned_route(
        [this](const http::Request& request) { return serve_schedules(events, scheduler, request); });
  }

  static std::unique_ptr<CallRecorder> recorder_in(const std::filesystem::path& directory,
                                                   const std::string& home) {
    return directory.empty() ? nullptr : std::make_unique<CallRecorder>(directory, home);
  }

  void add(const std::string& name, Service& service) {
    names.push_back(name);
    endpoint.add(name, *rehearsed.emplace_back(std::make_unique<Rehearsed>(service, faults, clock, log)));
  }

  Router& router_of_tasks(aws::Client* elsewhere) {
    if (elsewhere == nullptr) return endpoint;
    return lambda_elsewhere.emplace(*elsewhere, endpoint);
  }

  LogSink log_sink() {
    return [this](const std::string& function, const std::string& region, const std::string& stream,
                  TimePoint when, const std::string& line) {
      logs.append(region, "/aws/lambda/" + function, stream, when, line);
      metric_lines.line(region, line);
    };
  }

  Clock& clock;
  const Log log;
  std::vector<std::string> names;
  std::vector<std::unique_ptr<Rehearsed>> rehearsed;
  engines::TlsAuthority authority;
  SessionKeys keys;
  Faults faults;
  std::unique_ptr<CallRecorder> recorder;
  Endpoint endpoint;
  Sts sts;
  Kms kms;
  Ssm ssm;
  SecretsManager secrets_manager;
  Sns sns;
  Sqs sqs;
  Logs logs;
  CloudWatch cloudwatch;
  cloudwatch::MetricLines metric_lines;
  S3 s3;
  DynamoDbService dynamodb;
  Ec2 ec2;
  RdsService rds;
  cloudwatch::RdsMetrics rds_metrics;
  LambdaService lambda;
  Events events;
  std::optional<stepfunctions::LambdaElsewhere> lambda_elsewhere;
  StepFunctionsService step_functions;
  Scheduler scheduler;
};

Stack::Stack(StackOptions options, Clock& clock, Log log)
    : services_(std::make_unique<Services>(std::move(options), clock, log)) {}

Stack::~Stack() = default;

void Stack::start() {
  services_->faults.begin();
  services_->endpoint.start();
  services_->rds_metrics.start();
}
void Stack::stop() {
  services_->rds_metrics.stop();
  services_->endpoint.stop();
}
Endpoint& Stack::endpoint() {
  return services_->endpoint;
}
LambdaService& Stack::lambda() {
  return services_->lambda;
}
const std::filesystem::path& Stack::ca_file() const {
  return services_->authority.ca_file();
}
RdsService& Stack::rds() {
  return services_->rds;
}

void Gate::open(Endpoint& endpoint) {
  const std::unique_lock lock(mutex_);
  endpoint_ = &endpoint;
}

http::Response Gate::handle(const http::Request& request, std::stop_token stop) {
  Endpoint* endpoint = nullptr;
  {
    const std::shared_lock lock(mutex_);
    endpoint = endpoint_;
  }
  if (endpoint == nullptr)
    return {.status = 503, .headers = {{"Retry-After", "1"}}, .body = "The endpoint is starting.\n"};
  return endpoint->handle(request, std::move(stop));
}

}  // namespace aurora::local
