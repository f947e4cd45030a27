// The whole endpoint in one object: every service, its store, and how they reach each other.
#pragma once
#include <filesystem>
#include <memory>
#include <shared_mutex>
#include <string>

#include "aws/client.h"
#include "local/endpoint.h"
#include "local/engines/engine.h"
#include "local/lambda/lambda_service.h"
#include "local/rds.h"

namespace aurora::local {

struct StackOptions {
  std::filesystem::path data;
  std::string url;  // under which the endpoint is reached: http://127.0.0.1:4566
  std::string version;
  rds::Pace pace = {};
  // Real servers when empty.
  engines::Engines engines = {};
  // Where every request is written down (call_recorder.h), and the Region of the pipeline that makes them;
  // empty for nowhere.
  std::filesystem::path record_calls = {};
  std::string record_home = {};
  // Where the Lambda tasks of state machines go instead of to the functions here; outlives the stack.
  aws::Client* lambda_elsewhere = nullptr;
};

class Stack {
 public:
  // `clock` outlives the stack.
  Stack(StackOptions options, Clock& clock, Log log);
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  void start();
  void stop();

  Endpoint& endpoint();
  LambdaService& lambda();
  RdsService& rds();
  // The authority that signed the database servers' certificates.
  const std::filesystem::path& ca_file() const;

 private:
  struct Services;
  std::unique_ptr<Services> services_;
};

// Stands in the server's place until the services are there: whoever comes early is told to come again.
class Gate {
 public:
  void open(Endpoint& endpoint);
  http::Response handle(const http::Request& request, std::stop_token stop);

 private:
  std::shared_mutex mutex_;
  Endpoint* endpoint_ = nullptr;
};

}  // namespace aurora::local
