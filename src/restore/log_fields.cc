#include "restore/log_fields.h"

namespace aurora::restore {

void WorkInLog::begin(const std::string& operation_id, std::string_view step) {
  const std::string object = dump_json({{"operation_id", operation_id}, {"step", step}});
  const std::lock_guard lock(mutex_);
  fields_ = object.substr(1, object.size() - 2);
  step_ = step;
}

void WorkInLog::end() {
  const std::lock_guard lock(mutex_);
  fields_.clear();
  step_.clear();
}

std::string WorkInLog::step() const {
  const std::lock_guard lock(mutex_);
  return step_;
}

Log::Sink WorkInLog::sink(Log::Sink next) {
  return [this, next = std::move(next)](const std::string& line) { next(with_fields(line)); };
}

// A line is one JSON object with at least its time, so that fields go before its last brace.
std::string WorkInLog::with_fields(const std::string& line) const {
  const std::lock_guard lock(mutex_);
  if (fields_.empty() || !line.ends_with('}')) return line;
  return line.substr(0, line.size() - 1) + "," + fields_ + "}";
}

}  // namespace aurora::restore
