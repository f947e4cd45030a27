// A service of the local endpoint.
#pragma once
#include <stop_token>
#include <string>

#include "aws/error.h"
#include "base/json.h"
#include "http/message.h"

namespace aurora::local {

inline constexpr char kAccountId[] = "123456789012";

// One decoded request. Input and output JSON follow the conventions of aws/client.h.
struct Call {
  std::string service;    // "rds", as in aws/client.h
  std::string region;     // from the signature's scope
  std::string operation;  // "DescribeDBClusters"
  Json input = Json::object();
  std::string request_id;
  std::stop_token stop;                 // watched by handlers that wait
  const http::Request* http = nullptr;  // the raw request; null for calls made inside the process
};

// Thread-safe: requests of many connections arrive at once.
class Service {
 public:
  virtual ~Service() = default;
  // Answers, or throws aws::ServiceError. An operation that the service does not carry is refused with
  // unknown_operation().
  virtual Json handle(const Call& call) = 0;
  // Begins background work (timers, server processes, what an earlier run left unfinished); called once
  // after every service is there.
  virtual void start() {}
  // Ends background work in bounded time; nothing acknowledged is lost.
  virtual void stop() {}
};

// How services reach each other (SNS delivers to SQS, Step Functions invokes Lambda): by name, inside
// the process, without signatures. Throws as Service::handle does.
class Router {
 public:
  virtual ~Router() = default;
  virtual Json call(const Call& call) = 0;
};

// The error that AWS gives for an action it does not know, in the code that fits the service's protocol.
aws::ServiceError unknown_operation(const Call& call);

}  // namespace aurora::local
