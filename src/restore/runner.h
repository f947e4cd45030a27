// Runs a step for one event: loads the operation, resolves the configuration, runs, saves, audits,
// answers.
#pragma once
#include <string>

#include "restore/event.h"
#include "restore/source_account.h"
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
  //
  // `deadline` is when the function's process is ended; without it, Lambda's longest is assumed.
  //
  // snapshot_check with {"dry_run": true} answers what it would find (`findings`, `preflight_warnings`) and
  // leaves no trace: no operation, no lock, no audit event.
  //
  // A step that changes things holds the lock on the target while it works (lock.h). The operation says
  // `step` and steps.<step>.status "started" before the step does anything, so that the record tells the
  // truth during a long step and about one that died without a word; of one that failed it says with what.
  Json run(const Step& step, const Json& event, TimePoint deadline = {});

 private:
  Json run_loaded(const Step& step, const Json& event, Operation& operation, bool is_new, TimePoint deadline);
  Json run_dry(const Step& step, const Event& event);
  Json take_manifest_of_source(Json fields, TimePoint deadline);
  StepResult work(const Step& step, StepContext& context);
  void note_start(const Step& step, StepContext& context, bool is_new);
  Configuration resolve(const Json& event, const Operation& operation);
  void record_failure(const Step& step, const std::string& operation_id, const Error& error);
  void note_failure(const Step& step, const std::string& operation_id, const Error& error);

  RunnerOptions options_;
  SourceAccounts source_accounts_;
  ParameterStore parameters_;
  OperationStore operations_;
  AuditTrail audit_;
};

}  // namespace aurora::restore
