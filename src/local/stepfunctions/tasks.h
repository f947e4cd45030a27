// Tasks of executions, carried out by the endpoint's own services.
#pragma once
#include <functional>

#include "asl/execution.h"
#include "local/service.h"

namespace aurora::local::stepfunctions {

struct TaskAnswer {
  bool succeeded = false;
  std::string output;        // JSON, when it succeeded
  std::string error, cause;  // named as AWS names them, when it failed
};

// Carries out one task; blocks until it is answered. Thread-safe.
class TaskInvoker {
 public:
  virtual ~TaskInvoker() = default;
  virtual TaskAnswer invoke(const asl::TaskStart& task, const std::string& region,
                            const std::stop_token& stop) = 0;
};

// Lambda functions by ARN and as lambda:invoke; sns:publish, sqs:sendMessage and dynamodb:*Item.
class ServiceTaskInvoker final : public TaskInvoker {
 public:
  explicit ServiceTaskInvoker(Router& router) : router_(router) {}
  TaskAnswer invoke(const asl::TaskStart& task, const std::string& region,
                    const std::stop_token& stop) override;

  // Whether a task with this resource can be carried out here.
  static bool knows(const asl::Resource& resource);

 private:
  TaskAnswer invoke_function(const asl::TaskStart& task, Call call);
  TaskAnswer invoke_lambda(const asl::TaskStart& task, Call call);
  TaskAnswer call_service(const asl::TaskStart& task, Call call);

  Router& router_;
};

}  // namespace aurora::local::stepfunctions
