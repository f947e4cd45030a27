// Runs a step for one event: loads the operation, resolves the configuration, runs, saves, audits,
// answers.
#pragma once
#include <string>

#include "restore/step.h"

namespace aurora::restore {

// What a process of the functions has; lives as long as the process.
struct RunnerOptions {
  aws::Api& api;
  db::Connector& databases;
  const Clock& clock;
  Log log;
  Environment environment;
  PipelineNames names;
};

class StepRunner {
 public:
  explicit StepRunner(RunnerOptions options);

  // The answer of `step` to `event`, in the form of the sequence guide: operation_id, status "success",
  // message, the step's fields, next_step. Inside the state machine the event of the first step is
  // {"input": {...}, "execution": {"id", "name", "start_time"}}.
  //
  // Throws Error: a named error that the machine's Retry and Catch match. Those that may pass by
  // themselves are AwsThrottled, AwsUnavailable, AwsUnreachable, StateConflict, DatabaseUnavailable.
  Json run(const Step& step, const Json& event);

 private:
  Json run_loaded(const Step& step, const Json& event, Operation& operation, bool is_new);
  Configuration resolve(const Json& event, const Operation& operation);
  void record_failure(const Step& step, const std::string& operation_id, const Error& error);

  RunnerOptions options_;
  ParameterStore parameters_;
  OperationStore operations_;
  AuditTrail audit_;
};

}  // namespace aurora::restore
