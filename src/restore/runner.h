// Runs a step for one event: loads the operation, resolves the configuration, runs, saves, audits,
// answers.
#pragma once
#include <string>

#include "restore/event.h"
#include "restore/log_fields.h"
#include "restore/source_account.h"
#include "restore/step.h"
#include "restore/step_meter.h"

namespace aurora::restore {

// What a process of the functions has; lives as long as the process.
struct RunnerOptions {
  aws::Api& api;
  db::Connector& databases;
  const Clock& clock;
  Log log;
  Environment environment;
  PipelineNames names;
  // As StepContext::messages.
  aws::Api* messages = nullptr;
  // Gets the metric lines, whatever the log's level; drops them by default.
  Log metrics = Log::none();
  // Counts the attempts of `api` and `messages`; without it, no metric tells of them.
  const aws::CallCounter* calls = nullptr;
  // Told which operation and step are in work, for lines of those who do not know it.
  WorkInLog* work_in_log = nullptr;
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
  //
  // People are told what announcements.h says, and metric lines are written as metrics.h says; a dry run does
  // neither.
  Json run(const Step& step, const Json& event, TimePoint deadline = {});

 private:
  Json run_loaded(const Step& step, const Json& event, Operation& operation, bool is_new, TimePoint deadline,
                  StepMeter& meter);
  StepContext context_of(aws::Api& api, const Log& log, const Configuration& settings, Operation& operation,
                         const Json& event, TimePoint deadline);
  Json run_dry(const Step& step, const Event& event);
  Json take_manifest_of_source(Json fields, TimePoint deadline);
  StepResult work(const Step& step, StepContext& context);
  void note_start(const Step& step, StepContext& context, bool is_new);
  // `whole`: what is required has to be there, too.
  Configuration resolve(const Json& event, const Operation& operation, bool whole);
  void add_parameters(Configuration& configuration, std::vector<Finding>& findings);
  std::optional<Configuration> settings_of(const Operation& operation);
  // `error` is what happened, `reported` the name that the caller gets.
  void record_failure(const Step& step, const std::string& operation_id, const Error& error,
                      const Error& reported);
  void note_failure(const Step& step, const std::string& operation_id, const Error& error,
                    const Error& reported, const Log& log);

  RunnerOptions options_;
  SourceAccounts source_accounts_;
  ParameterStore parameters_;
  OperationStore operations_;
  AuditTrail audit_;
};

}  // namespace aurora::restore
