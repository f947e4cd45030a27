// Calls of steps that run inside a test's process, written down as the endpoint writes down a function's
// (local/call_recorder.h) when AURORA_RECORD_CALLS names a folder.
#pragma once
#include <cstdlib>
#include <memory>
#include <string>

#include "aws/client.h"
#include "local/call_recorder.h"
#include "restore/log_fields.h"

namespace aurora::restore::testing {

class RecordedApi final : public aws::Api {
 public:
  // `in_work` knows which step calls; what is called between two steps is the test's own. `home` is the
  // pipeline's Region.
  RecordedApi(aws::Api& real, local::Router& router, const WorkInLog& in_work, const std::string& home)
      : real_(real), router_(router), in_work_(in_work) {
    if (const char* folder = std::getenv("AURORA_RECORD_CALLS"); folder != nullptr && *folder != '\0')
      recorder_ = std::make_unique<local::CallRecorder>(folder, home);
  }

  Json call(std::string_view service, std::string_view region, std::string_view operation,
            const Json& input) override {
    const std::string step = recorder_ ? in_work_.step() : std::string();
    if (step.empty()) return real_.call(service, region, operation, input);
    local::Call call;
    call.service = service;
    call.region = region;
    call.operation = operation;
    call.input = input;
    Json line = local::CallRecorder::begin(call, "", step, router_);
    try {
      Json answer = real_.call(service, region, operation, input);
      recorder_->end(std::move(line), "");
      return answer;
    } catch (const aws::ServiceError& e) {
      recorder_->end(std::move(line), e.code());
      throw;
    }
  }

  // What a role of another account does is that account's to allow.
  std::unique_ptr<aws::Api> with_credentials(std::shared_ptr<aws::CredentialsProvider> credentials) override {
    return real_.with_credentials(std::move(credentials));
  }

 private:
  aws::Api& real_;
  local::Router& router_;
  const WorkInLog& in_work_;
  std::unique_ptr<local::CallRecorder> recorder_;
};

}  // namespace aurora::restore::testing
