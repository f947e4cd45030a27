// A service of the local endpoint.
#pragma once
#include <stop_token>
#include <string>

#include "aws/error.h"
#include "base/json.h"
#include "http/message.h"

namespace aurora::local {

// The account that the pipeline runs in, and another one whose snapshots it may be given.
inline constexpr char kAccountId[] = "123456789012";
inline constexpr char kOtherAccountId[] = "210987654321";

// One decoded request. Input and output JSON follow the conventions of aws/client.h.
struct Call {
  std::string service;    // "rds", as in aws/client.h
  std::string region;     // from the signature's scope
  std::string operation;  // "DescribeDBClusters"
  Json input = Json::object();
  std::string request_id;
  std::string account = kAccountId;  // of the credentials that signed it
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
