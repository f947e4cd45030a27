#include "restore/step_meter.h"

#include "base/dates.h"

namespace aurora::restore {
namespace {

// What is paid for by request, as a metric line's member "Requests" tells it (`aurora-restore cost` adds it
// up).
Json counted(const aws::CallCounter& calls) {
  return {{"rds", calls.rds.load()},
          {"dynamodb", calls.dynamodb.load()},
          {"dynamodb_read_halves", calls.dynamodb_read_halves.load()},
          {"dynamodb_write_halves", calls.dynamodb_write_halves.load()},
          {"sns", calls.sns.load()},
          {"sqs", calls.sqs.load()}};
}

}  // namespace

StepMeter::StepMeter(const Log& log, const Clock& clock, const aws::CallCounter* calls,
                     std::string environment, std::string_view step)
    : log_(log), clock_(clock), calls_(calls), environment_(std::move(environment)), step_(step) {
  if (!calls_) return;
  calls_before_ = calls_->calls;
  throttles_before_ = calls_->throttles;
  requests_before_ = counted(*calls_);
}

void StepMeter::measure(StepContext& context, const StepResult& result, TimePoint look_before, bool ends) {
  if (ends) of_environment_ = operation_metrics(context.operation);
  if (result.retry_after) return;
  const TimePoint now = clock_.now();
  const Json& mark = member_or_null(context.operation.get("steps"), step_);
  of_step_.push_back({"StepSucceeded", "Count", 1});
  if (const auto began = parse_iso(string_or(mark, "started_at", "")))
    of_step_.push_back({"StepDuration", "Seconds", std::chrono::duration<double>(now - *began).count()});
  if (result.awaited.empty()) return;
  const double dead = dead_time_seconds(context, result.awaited, look_before);
  of_step_.push_back({"DeadTime", "Seconds", dead});
  if (step_ != "check_copy_status") return;
  for (const Metric& metric : copy_metrics(context.operation, now, dead)) of_environment_.push_back(metric);
}

void StepMeter::write(const std::string& operation_id) const {
  write_step(operation_id, of_step_);
  write_metrics(log_, clock_.now(), environment_, Json::object(), of_environment_,
                {{"operation_id", operation_id}, {"step", step_}});
}

void StepMeter::write_failure(const std::string& operation_id, const std::string& error_name,
                              bool refusal) const {
  std::vector<Metric> metrics;
  if (!refusal) metrics.push_back({"StepFailed", "Count", 1});
  write_step(operation_id, std::move(metrics));
  write_metrics(log_, clock_.now(), environment_, {{"ErrorName", error_name}}, {{"Errors", "Count", 1}},
                {{"operation_id", operation_id}, {"step", step_}});
}

std::vector<Metric> StepMeter::call_metrics() const {
  if (!calls_) return {};
  return {{"ApiCalls", "Count", static_cast<double>(calls_->calls - calls_before_)},
          {"ApiThrottles", "Count", static_cast<double>(calls_->throttles - throttles_before_)}};
}

Json StepMeter::requests() const {
  Json since = Json::object();
  if (!calls_) return since;
  const Json now = counted(*calls_);
  for (const auto& [name, count] : now.items())
    since[name] = count.get<std::int64_t>() - requests_before_[name].get<std::int64_t>();
  return since;
}

void StepMeter::write_step(const std::string& operation_id, std::vector<Metric> metrics) const {
  for (const Metric& metric : call_metrics()) metrics.push_back(metric);
  Json fields{{"operation_id", operation_id}, {"step", step_}};
  if (calls_) fields["Requests"] = requests();
  write_metrics(log_, clock_.now(), environment_, {{"Step", step_}}, metrics, fields);
}

}  // namespace aurora::restore
