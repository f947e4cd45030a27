// AWS Step Functions: standard state machines in JSONPath mode. docs/STEP-FUNCTIONS.md says what is carried.
#pragma once
#include <filesystem>
#include <mutex>

#include "base/clock.h"
#include "local/service_support.h"
#include "local/stepfunctions/arn.h"
#include "local/stepfunctions/engine.h"
#include "local/stepfunctions/versions.h"

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
  void set_observer(stepfunctions::Engine::Observer observer) { engine_.set_observer(std::move(observer)); }
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

  // In stepfunctions_versions.cc.
  Json publish_state_machine_version(const Call& call);
  Json list_state_machine_versions(const Call& call);
  Json delete_state_machine_version(const Call& call);

  // In stepfunctions_aliases.cc.
  Json create_state_machine_alias(const Call& call);
  Json update_state_machine_alias(const Call& call);
  Json describe_state_machine_alias(const Call& call);
  Json delete_state_machine_alias(const Call& call);
  Json list_state_machine_aliases(const Call& call);

  // In stepfunctions_definitions.cc.
  Json validate_state_machine_definition(const Call& call);
  Json test_state(const Call& call);

  // In stepfunctions_tags.cc.
  Json tag_resource(const Call& call);
  Json untag_resource(const Call& call);
  Json list_tags_for_resource(const Call& call);

  // In stepfunctions_executions.cc.
  Json start_execution(const Call& call);
  Json start_sync_execution(const Call& call);
  Json describe_execution(const Call& call);
  Json stop_execution(const Call& call);
  Json redrive_execution(const Call& call);

  // In stepfunctions_lists.cc.
  Json list_executions(const Call& call);
  Json get_execution_history(const Call& call);

  // In stepfunctions_callbacks.cc.
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
  // Throw StateMachineDoesNotExist, StateMachineDeleting, ExecutionDoesNotExist and InvalidArn.
  static stepfunctions::MachineRow find_machine(stepfunctions::Store& store, const std::string& arn);
  static stepfunctions::MachineRow find_active_machine(stepfunctions::Store& store, const std::string& arn);
  static void refuse_deleting(const stepfunctions::MachineRow& machine);
  static stepfunctions::ExecutionRow find_execution(stepfunctions::Store& store, const std::string& arn);
  // What the ARN of a machine, a version or an alias stands for; throws as find_machine() does.
  struct Target {
    stepfunctions::MachineRow machine;
    std::optional<stepfunctions::Version> version;
    std::optional<stepfunctions::Alias> alias;
  };
  static Target resolve(stepfunctions::Store& store, const stepfunctions::MachineArn& arn);

  std::unique_ptr<stepfunctions::TaskInvoker> own_invoker_;
  stepfunctions::TaskInvoker& invoker_;
  Clock& clock_;
  stepfunctions::Engine engine_;
  std::mutex reader_mutex_;
  stepfunctions::Store reader_;
};

}  // namespace aurora::local
