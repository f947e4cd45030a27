// The metric lines of one call of a step (metrics.h): measured while the step's world is there, written once
// what it did is saved.
#pragma once
#include <string>
#include <vector>

#include "aws/counting_transport.h"
#include "base/json.h"
#include "restore/metrics.h"

namespace aurora::restore {

class StepMeter {
 public:
  // Counts calls from now on; `calls` may be null. Everything outlives this.
  StepMeter(const Log& log, const Clock& clock, const aws::CallCounter* calls, std::string environment,
            std::string_view step);

  // After a look or a success, once the operation's mark of the step is up to date and before it is saved.
  // `look_before` is when the step looked last; `ends` when the operation ended in this call.
  void measure(StepContext& context, const StepResult& result, TimePoint look_before, bool ends);
  // What was measured.
  void write(const std::string& operation_id) const;
  // Of a step that threw `error`; a refusal is an error, but no failure of the step.
  void write_failure(const std::string& operation_id, const std::string& error_name, bool refusal) const;

 private:
  std::vector<Metric> call_metrics() const;
  Json requests() const;
  void write_step(const std::string& operation_id, std::vector<Metric> metrics) const;

  const Log& log_;
  const Clock& clock_;
  const aws::CallCounter* calls_;
  const std::string environment_;
  const std::string step_;
  std::int64_t calls_before_ = 0;
  std::int64_t throttles_before_ = 0;
  Json requests_before_;
  std::vector<Metric> of_step_;
  std::vector<Metric> of_environment_;
};

}  // namespace aurora::restore
