// Lambda functions at another endpoint, as LAMBDA_ENDPOINT of Step Functions Local has them.
#pragma once
#include "aws/client.h"
#include "local/service.h"

namespace aurora::local::stepfunctions {

// Sends what is meant for Lambda to `lambda`, signed, and everything else to `here`. Both outlive it.
class LambdaElsewhere final : public Router {
 public:
  LambdaElsewhere(aws::Client& lambda, Router& here) : lambda_(lambda), here_(here) {}

  Json call(const Call& call) override {
    if (call.service != "lambda") return here_.call(call);
    return lambda_.call(call.service, call.region, call.operation, call.input, call.stop);
  }

 private:
  aws::Client& lambda_;
  Router& here_;
};

}  // namespace aurora::local::stepfunctions
