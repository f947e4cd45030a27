// The calling side of the endpoint's services inside its own process: no HTTP, no signatures.
#pragma once
#include "aws/client.h"
#include "base/ids.h"
#include "local/service.h"

namespace aurora::local {

class RouterApi final : public aws::Api {
 public:
  explicit RouterApi(Router& router) : router_(router) {}

  Json call(std::string_view service, std::string_view region, std::string_view operation,
            const Json& input) override {
    Call call;
    call.service = service;
    call.region = region;
    call.operation = operation;
    call.input = input;
    call.request_id = new_uuid();
    return router_.call(call);
  }

 private:
  Router& router_;
};

}  // namespace aurora::local
