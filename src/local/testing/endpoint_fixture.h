// An endpoint with every service that needs no other process, in a fresh directory and on virtual time. It
// can be called inside the process, or by a real client through the wire format and its signatures.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "aws/client.h"
#include "base/dates.h"
#include "base/files.h"
#include "http/in_process_transport.h"
#include "local/cloudwatch.h"
#include "local/cloudwatch/embedded_metrics.h"
#include "local/endpoint.h"
#include "local/events.h"
#include "local/kms.h"
#include "local/logs.h"
#include "local/s3.h"
#include "local/secretsmanager.h"
#include "local/sns.h"
#include "local/sqs.h"
#include "local/ssm.h"
#include "local/sts.h"
#include "local/testing/temporary_directory.h"

namespace aurora::local::testing {

struct SmallServices {
  SmallServices(const std::filesystem::path& directory, Clock& clock,
                const std::string& url = "http://127.0.0.1:4566")
      : keys(directory, clock),
        endpoint({.version = "test"}, keys, clock, Log::none()),
        sts(keys, clock),
        kms(directory, clock),
        ssm(directory, clock, endpoint),
        secrets_manager(directory, clock, endpoint),
        sns(directory, clock, endpoint),
        sqs(directory, clock, url),
        logs(directory, clock),
        cloudwatch(directory, clock, endpoint, Log::none()),
        metric_lines(logs, cloudwatch),
        s3(directory, clock),
        events(directory, clock, endpoint, Log::none()) {
    endpoint.add("sts", sts);
    endpoint.add("kms", kms);
    endpoint.add("ssm", ssm);
    endpoint.add("secretsmanager", secrets_manager);
    endpoint.add("sns", sns);
    endpoint.add("sqs", sqs);
    endpoint.add("logs", metric_lines);
    endpoint.add("cloudwatch", cloudwatch);
    cloudwatch.set_event_sink(
        [this](const std::string& region, const Json& event) { events.deliver(region, event); });
    endpoint.add("s3", s3);
    endpoint.add("events", events);
  }

  SessionKeys keys;
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
  Events events;
};

inline aws::Credentials local_credentials() {
  aws::Credentials credentials;
  credentials.access_key_id = kLocalAccessKeyId;
  credentials.secret_access_key = Secret(kLocalSecretAccessKey);
  return credentials;
}

class EndpointFixture : public ::testing::Test {
 protected:
  EndpointFixture() { restart(); }

  // Ends the services and begins them anew on what they stored.
  void restart() {
    services.reset();
    services = std::make_unique<SmallServices>(directory.path(), clock);
  }

  // Calls a service inside the process.
  Json call(const std::string& service, const std::string& operation, const Json& input = Json::object(),
            const std::string& region = "us-west-2") {
    Call call;
    call.service = service;
    call.region = region;
    call.operation = operation;
    call.input = input;
    return services->endpoint.call(call);
  }

  // The code of the error that the call must end with, or what it answered instead.
  std::string refusal(const std::string& service, const std::string& operation,
                      const Json& input = Json::object(), const std::string& region = "us-west-2") {
    try {
      return "answered: " + dump_json(call(service, operation, input, region));
    } catch (const aws::ServiceError& error) {
      last_message = error.message();
      last_status = error.status();
      return error.code();
    }
  }

  // Whether the bytes stand readable in any file of the data directory.
  bool is_on_disk(const std::string& bytes) const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path()))
      if (entry.is_regular_file() && read_file(entry.path()).find(bytes) != std::string::npos) return true;
    return false;
  }

  // A real client of the endpoint, through the wire format of each service and its signatures.
  std::unique_ptr<aws::Client> client(aws::Credentials credentials = local_credentials()) {
    transport = std::make_unique<http::InProcessTransport>(
        [this](const http::Request& request, std::stop_token stop) {
          return services->endpoint.handle(request, stop);
        });
    aws::ClientConfig config;
    config.endpoint_url = "http://127.0.0.1:4566";
    config.retry.attempts_max = 1;
    return std::make_unique<aws::Client>(std::move(config), *transport, clock, Log::none(),
                                         std::make_shared<aws::StaticCredentials>(std::move(credentials)));
  }

  TemporaryDirectory directory{TemporaryDirectory::Place::kMemory};
  ManualClock clock{*parse_iso("2026-11-21T06:20:51Z")};
  std::unique_ptr<SmallServices> services;
  std::unique_ptr<http::Transport> transport;
  std::string last_message;
  int last_status = 0;
};

}  // namespace aurora::local::testing
