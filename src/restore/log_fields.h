// The operation in work, in log lines of those who do not know it: the AWS client's, above all.
#pragma once
#include <mutex>
#include <string>

#include "base/log.h"

namespace aurora::restore {

// Which operation and step this process works on; one at a time, as Lambda invokes a function. Thread-safe.
class WorkInLog {
 public:
  void begin(const std::string& operation_id, std::string_view step);
  void end();
  // The step in work; empty between two invocations.
  std::string step() const;

  // A sink that adds operation_id and step to each line, while there is work, and hands it on.
  Log::Sink sink(Log::Sink next);

 private:
  std::string with_fields(const std::string& line) const;

  mutable std::mutex mutex_;
  std::string step_;
  std::string fields_;  // as JSON text without braces; empty between two invocations
};

}  // namespace aurora::restore
