// AWS Step Functions: standard state machines in JSONPath mode.
#pragma once
#include <filesystem>
#include <mutex>

#include "base/clock.h"
#include "local/service_support.h"
#include "local/stepfunctions/engine.h"

namespace aurora::local {

// Lambda functions, SNS, SQS and DynamoDB are reached through the router. Express machines, distributed
// maps, JSONata and variables are refused when a machine is created.
class StepFunctionsService final : public Service {
 public:
  StepFunctionsService(const std::filesystem::path& directory, Clock& clock, Router& router);
  // With an invoker of one's own, for tests and for sending tasks elsewhere; it outlives the service.
  StepFunctionsService(const std::filesystem::path& directory, Clock& clock,
                       stepfunctions::TaskInvoker& invoker);

  Json handle(const Call& call) override;
  // Before start(); it outlives the service.
  void set_listener(stepfunctions::StatusListener* listener) { engine_.set_listener(listener); }
  void start() override { engine_.start(); }
  void stop() override { engine_.stop(); }

 private:
  // In stepfunctions_machines.cc.
  Json create_state_machine(const Call& call);
  Json update_state_machine(const Call& call);
  Json describe_state_machine(const Call& call);
  Json describe_state_machine_for_execution(const Call& call);
  Json list_state_machines(const Call& call);
  Json delete_state_machine(const Call& call);
  Json validate_state_machine_definition(const Call& call);
  Json tag_resource(const Call& call);
  Json untag_resource(const Call& call);
  Json list_tags_for_resource(const Call& call);

  // In stepfunctions_executions.cc.
  Json start_execution(const Call& call);
  Json describe_execution(const Call& call);
  Json list_executions(const Call& call);
  Json stop_execution(const Call& call);
  Json redrive_execution(const Call& call);
  Json get_execution_history(const Call& call);
  Json send_task_success(const Call& call);
  Json send_task_failure(const Call& call);
  Json send_task_heartbeat(const Call& call);
  // Feeds the execution that the call's task token names.
  Json answer_task(const Call& call,
                   const std::function<void(asl::Execution&, int, std::int64_t, TimePoint)>& input);

  // Reads what is committed, with the reading connection.
  template <typename Read>
  auto read(Read read) {
    const std::lock_guard lock(reader_mutex_);
    return read(reader_);
  }
  // Throw StateMachineDoesNotExist, ExecutionDoesNotExist and InvalidArn.
  static stepfunctions::MachineRow find_machine(stepfunctions::Store& store, const std::string& arn);
  static stepfunctions::ExecutionRow find_execution(stepfunctions::Store& store, const std::string& arn);

  std::unique_ptr<stepfunctions::TaskInvoker> own_invoker_;
  stepfunctions::Engine engine_;
  std::mutex reader_mutex_;
  stepfunctions::Store reader_;
};

}  // namespace aurora::local
