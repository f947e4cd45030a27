// The endpoint: verifies a request's signature, finds the service and the operation it means, decodes,
// dispatches, encodes. It knows no sockets: http::Server or an in-process transport hand it requests.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "aws/model.h"
#include "base/clock.h"
#include "base/log.h"
#include "local/call_recorder.h"
#include "local/service.h"
#include "local/session_keys.h"

namespace aurora::local {

// Thread-safe once every service is added.
class Endpoint final : public Router {
 public:
  // Answers requests that need no signature; nothing when the request is none of its.
  using UnsignedRoute = std::function<std::optional<http::Response>(const http::Request& request)>;

  struct Options {
    std::string version;               // shown by /_aurora/health
    CallRecorder* recorder = nullptr;  // told of every verified request; outlives the endpoint
  };

  Endpoint(Options options, const SessionKeys& keys, Clock& clock, Log log);

  // By the name of aws/client.h. Both outlive the endpoint.
  void add(const std::string& name, Service& service);
  void add_unsigned_route(UnsignedRoute route);

  // In the order in which they were added; stop() in the opposite order.
  void start();
  void stop();

  // Never throws. Unsigned and wrongly signed requests are refused as AWS refuses them.
  http::Response handle(const http::Request& request, std::stop_token stop);

  Json call(const Call& call) override;

 private:
  http::Response health() const;
  http::Response answer(http::Request request, std::stop_token stop, const std::string& request_id);
  // Verifies, decodes and validates the request into `call`; the operation it means.
  const aws::Operation& accept(const aws::Service& service, http::Request& request, Call& call) const;
  // The call as the recorder notes it; null without one.
  Json begin_record(const Call& call);
  void end_record(Json line, const std::string& error);
  Service& find(const Call& call) const;

  const Options options_;
  const SessionKeys& keys_;
  Clock& clock_;
  const Log log_;
  std::map<std::string, Service*, std::less<>> services_;
  std::vector<Service*> in_order_;
  std::vector<UnsignedRoute> unsigned_routes_;
};

}  // namespace aurora::local
