// One log event as CloudWatch Logs Insights sees it: system fields and what it discovers in the message.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "local/insights/value.h"

namespace aurora::local::insights {

// "Supported logs and discovered fields" of the CloudWatch Logs guide: @timestamp, @ingestionTime, @message,
// @logStream, @log and @ptr; the members of a JSON message under dotted names ("a.b.0"); and @type,
// @requestId,
// @duration, @billedDuration, @initDuration, @memorySize and @maxMemoryUsed (bytes) of Lambda's own lines.
class Record {
 public:
  struct Event {
    std::int64_t time_ms = 0;
    std::int64_t ingested_ms = 0;
    std::string message = {};
    std::string stream = {};
    std::string log = {};  // "123456789012:/aws/lambda/name"
    std::string pointer = {};
    std::int64_t row = 0;  // tells events of one moment apart, in the order in which they came
  };

  explicit Record(Event event) : event_(std::move(event)) {}

  const Event& event() const { return event_; }
  // Nothing when it is not there.
  Value field(const std::string& name) const;
  // All of them as text, the system's first; at most `discovered_max` of the others.
  std::vector<std::pair<std::string, std::string>> all(std::size_t discovered_max) const;
  // Gives back what was parsed, for a record that is kept for long.
  void forget_parsed() const;

 private:
  void discover() const;
  void discover_lambda() const;

  Event event_;
  // Parsed when first asked for.
  mutable bool discovered_ = false;
  mutable Json body_;
  mutable std::map<std::string, std::string> lambda_;
};

}  // namespace aurora::local::insights
